/** How do a network's subnets and peerings answer as resources of their own? Writing one keeps its network busy. */
import { idKey } from './arm-id.js';
import { beginChange, headersOf, type ChildAnswer, type Provision } from './arm-provider.js';
import { checkNothingInFlight, checkPreconditions } from './arm-refusals.js';
import type { Duration } from './durations.js';
import { asList, asRecord, asText, propertiesOf, referenceOf, without, type Json } from './json.js';
import { resourceType } from './resource-types.js';
import type { Resource, Resources } from './resources.js';
import type { Subnets } from './virtual-networks.js';
import { methodNotAllowed, networkRefusal, type WireAnswer, type WireRequest } from './wire.js';

/** Seconds that the first answer to a write names (recorded). */
const retryAfter = 3;

/** Answers for peerings, which are there from the start and only read. */
export const peerings: ChildAnswer = (network, name, _, request) => {
  if (request.method !== 'GET') throw methodNotAllowed(request);
  const all = asList(propertiesOf(network.body)['virtualNetworkPeerings']).map(asRecord);
  if (name === undefined) return { status: 200, body: { value: all } };
  const found = all.find((one) => isNamed(one, name));
  if (found === undefined) throw childNotFound(`${network.id}/virtualNetworkPeerings/${name}`);
  return { status: 200, body: found };
};

/** Answers for subnets. */
export function subnetsOfNetwork(resources: Resources, subnets: Subnets): ChildAnswer {
  return (network, name, provision, request) => {
    const shown = asList(propertiesOf(subnets.view(network))['subnets']).map(asRecord);
    if (name === undefined) {
      if (request.method !== 'GET') throw methodNotAllowed(request);
      return { status: 200, body: { value: shown } };
    }
    const found = shown.find((one) => isNamed(one, name));
    const known = found === undefined ? name : asText(found['name']);
    switch (request.method) {
      case 'GET':
        if (found === undefined) throw childNotFound(`${network.id}/subnets/${name}`);
        return { status: 200, headers: { etag: network.etag }, body: found };
      case 'PUT': {
        const answer = write({ resources, network, name: known, found }, provision, request);
        const view = asList(propertiesOf(subnets.view(network))['subnets']).map(asRecord);
        return { ...answer, body: view.find((one) => isNamed(one, known)) };
      }
      case 'DELETE':
        return found === undefined
          ? { status: 204 }
          : remove({ resources, network, name: known, found }, provision, request);
      default:
        throw methodNotAllowed(request);
    }
  };
}

interface Subnet {
  readonly resources: Resources;
  readonly network: Resource;
  readonly name: string;
  /** As it is shown; `undefined` for one that is made. */
  readonly found: Json | undefined;
}

function write(subnet: Subnet, provision: Provision, request: WireRequest): WireAnswer {
  const { resources, network, name, found } = subnet;
  checkPreconditions(found === undefined ? undefined : network.etag, request);
  checkNothingInFlight(network);
  const written = completeSubnet(resources, network.id, name, found, request.body ?? {});
  const all = asList(propertiesOf(network.body)['subnets']).map(asRecord);
  const isNew = found === undefined;
  keep(network, isNew ? [...all, written] : all.map((one) => (isNamed(one, name) ? written : one)));
  const verb = isNew ? 'create' : 'update';
  return { status: isNew ? 201 : 200, headers: begin(subnet, verb, provision, request, retryAfter) };
}

/** What is kept of a subnet that is written, alone or within its network. Throws a refusal. */
export function completeSubnet(
  resources: Resources,
  networkId: string,
  name: string,
  /** As it is shown before. */
  found: Json | undefined,
  body: Json,
): Json {
  const shown = ['ipConfigurations', 'provisioningState', 'purpose', 'resourceNavigationLinks'];
  const sent = withOnePrefix(shown.reduce(without, propertiesOf(body)));
  checkReferences(resources, `${networkId}/subnets/${name}`, sent);
  checkPrefix(name, found, sent);
  const standard = { privateEndpointNetworkPolicies: 'Disabled', delegations: [] };
  return { name, properties: { ...standard, ...sent } };
}

/** A list of one prefix is that prefix; the local region has no subnets with more. */
function withOnePrefix(sent: Json): Json {
  const [first, ...others] = asList(sent['addressPrefixes']).map(asText);
  if (first === undefined) return sent;
  const single = asText(sent['addressPrefix']);
  if (others.length === 0 && (single === '' || single === first)) {
    return { ...without(sent, 'addressPrefixes'), addressPrefix: first };
  }
  throw networkRefusal(
    400,
    'AddressPrefixesNotServed',
    'The local region knows subnets with one address prefix; properties.addressPrefixes has more.',
  );
}

function remove(subnet: Subnet, provision: Provision, request: WireRequest): WireAnswer {
  const { network, name, found } = subnet;
  checkPreconditions(network.etag, request);
  checkNothingInFlight(network);
  const user = userOf(found);
  if (user !== undefined) throw inUse(name, user);
  const all = asList(propertiesOf(network.body)['subnets']).map(asRecord);
  const left = all.filter((one) => !isNamed(one, name));
  return {
    status: 202,
    headers: begin(subnet, 'delete', provision, request, 10, () => {
      keep(network, left);
    }),
  };
}

function begin(
  { network, name }: Subnet,
  verb: 'create' | 'update' | 'delete',
  provision: Provision,
  request: WireRequest,
  seconds: number,
  atEnd: () => void = () => undefined,
): Record<string, string> {
  const type = `${resourceType.virtualNetwork}/subnets`;
  const resourceId = `${network.id}/subnets/${name}`;
  const duration: Duration = `subnet.${verb}`;
  network.state = 'Updating';
  provision.resources.touch(network);
  const about = { provider: 'Microsoft.Network', resourceId, type, verb } as const;
  const operation = beginChange(provision, network, about, async () => {
    await provision.clock.pause(provision.draw(duration));
    const failure = provision.failureOf(about);
    if (failure === undefined) atEnd();
    return failure;
  });
  return headersOf(provision, operation, request, seconds);
}

function keep(network: Resource, subnets: readonly Json[]): void {
  network.body = { ...network.body, properties: { ...propertiesOf(network.body), subnets } };
}

function checkReferences(resources: Resources, id: string, sent: Json): void {
  for (const property of ['routeTable', 'networkSecurityGroup']) {
    const reference = referenceOf(sent[property]);
    if (reference === '' || resources.get(reference) !== undefined) continue;
    throw networkRefusal(
      400,
      'InvalidResourceReference',
      `Resource ${reference} referenced by resource ${id} was not found. Please make sure that the referenced resource ` +
        'exists, and that both resources are in the same region.',
    );
  }
}

/** A prefix in use stays; the refusal's text is inferred. */
function checkPrefix(name: string, found: Json | undefined, sent: Json): void {
  const before = asText(propertiesOf(found)['addressPrefix']);
  if (asText(sent['addressPrefix']) === '') {
    throw networkRefusal(400, 'NoAddressPrefixOrPoolProvided', `Subnet ${name} has no address prefix.`);
  }
  const user = userOf(found);
  if (user !== undefined && asText(sent['addressPrefix']) !== before) {
    throw networkRefusal(
      400,
      'InUsePrefixCannotBeDeleted',
      `IpPrefix ${before} on Subnet ${name} has active allocations and cannot be deleted.`,
    );
  }
}

/** Id of what lies in a subnet as it is shown. */
export function userOf(subnet: Json | undefined): string | undefined {
  return referenceOf(asList(propertiesOf(subnet)['ipConfigurations'])[0]) || undefined;
}

/** Refuses to delete a subnet in use (recorded); its network is refused in the same words. */
export function inUse(name: string, user: string) {
  return networkRefusal(
    400,
    'InUseSubnetCannotBeDeleted',
    `Subnet ${name} is in use by ${user} and cannot be deleted. In order to delete the subnet, delete all the resources ` +
      'within the subnet. See aka.ms/deletesubnet.',
  );
}

/** Names compare without regard to case. */
export function isNamed(child: Json, name: string): boolean {
  return idKey(asText(child['name'])) === idKey(name);
}

/** The provider's word on a child that is absent (recorded for subnets; the text is inferred). */
function childNotFound(id: string) {
  return networkRefusal(404, 'NotFound', `Resource ${id} not found.`);
}

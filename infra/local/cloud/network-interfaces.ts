/** How do network interfaces behave? */
import type { AdminStates } from './admin-states.js';
import type { ResourceKind } from './arm-provider.js';
import { idKey } from './arm-id.js';
import { asList, asRecord, asText, propertiesOf, referenceOf, type Json, without } from './json.js';
import { networkBody, networkView } from './network-view.js';
import type { Operation } from './operations.js';
import { holdPublicIp } from './public-ips.js';
import { guid, type Random } from './random.js';
import type { Resource, Resources } from './resources.js';
import type { Subnets } from './virtual-networks.js';
import { networkRefusal, refusal, type Refusal } from './wire.js';
import { resourceType } from './resource-types.js';

/** Network interfaces: the private address is there at once, what they refer to must be there and settled. */
export function networkInterfaces(
  resources: Resources,
  random: Random,
  subnets: Subnets,
  states: AdminStates,
): ResourceKind {
  return {
    type: resourceType.networkInterface,
    provider: 'Microsoft.Network',
    duration: 'network-interface',
    complete({ id, body, existing }) {
      // Who uses an interface is Azure's to say, whatever a client read earlier and sends back.
      const sent = without(asRecord(body['properties']), 'virtualMachine');
      const before = propertiesOf(existing?.body);
      const configurations = completeConfigurations(sent, before, subnets);
      for (const reference of referencesOf(sent, configurations)) checkReference(resources, id, reference);
      for (const configuration of configurations) checkPublicIp(resources, id, configuration);
      for (const publicIp of publicIpsOf(resources, before)) holdPublicIp(resources, publicIp, undefined);
      for (const configuration of configurations) attach(resources, id, configuration);
      states.leave(id, (poolId, configurationId) =>
        configurations.some(
          (one) =>
            idKey(`${id}/ipConfigurations/${String(one['name'])}`) === idKey(configurationId) &&
            poolsOf(one).some((pool) => idKey(pool) === idKey(poolId)),
        ),
      );
      return networkBody(body, {
        enableAcceleratedNetworking: false,
        enableIPForwarding: false,
        ...sent,
        resourceGuid: before['resourceGuid'] ?? guid(random),
        ipConfigurations: configurations,
        dnsSettings: { dnsServers: [], appliedDnsServers: [], ...asRecord(sent['dnsSettings']) },
        tapConfigurations: sent['tapConfigurations'] ?? [],
        nicType: 'Standard',
        ...(before['virtualMachine'] === undefined ? {} : { virtualMachine: before['virtualMachine'] }),
      });
    },
    checkDeletion({ id, body }) {
      const machine = referenceOf(propertiesOf(body)['virtualMachine']);
      if (machine === '') return;
      throw networkRefusal(
        400,
        'NicInUse',
        `Network Interface ${id} is used by existing resource ${machine}. In order to delete the network interface, ` +
          'it must be dissociated from the resource. To learn more, see aka.ms/deletenic.',
      );
    },
    removed({ id, body }) {
      states.leave(id, () => false);
      for (const publicIp of publicIpsOf(resources, propertiesOf(body))) {
        holdPublicIp(resources, publicIp, undefined);
      }
    },
    view: networkView,
    etag: ({ etag }) => etag,
  };
}

function completeConfigurations(sent: Json, before: Json, subnets: Subnets): readonly Json[] {
  const given: string[] = [];
  return asList(sent['ipConfigurations']).map((configuration, index) => {
    const properties = propertiesOf(configuration);
    const { name } = asRecord(configuration);
    const kept = asList(before['ipConfigurations'])
      .map(asRecord)
      .find((one) => one['name'] === name);
    const address = subnets.addressFor(properties, propertiesOf(kept), given);
    given.push(address);
    const standard = { primary: index === 0, privateIPAddressVersion: 'IPv4' };
    return { name, properties: { ...standard, ...properties, privateIPAddress: address } };
  });
}

function publicIpsOf(resources: Resources, properties: Json): readonly Resource[] {
  return asList(properties['ipConfigurations'])
    .map((configuration) => resources.get(referenceOf(propertiesOf(configuration)['publicIPAddress'])))
    .filter((found) => found !== undefined);
}

function referencesOf(sent: Json, configurations: readonly Json[]): readonly string[] {
  const ofConfigurations = configurations.flatMap((configuration) => {
    const { publicIPAddress } = propertiesOf(configuration);
    return [
      referenceOf(publicIPAddress),
      ...poolsOf(configuration).map((pool) => pool.replace(/\/backendAddressPools\/[^/]+$/i, '')),
    ];
  });
  return [referenceOf(sent['networkSecurityGroup']), ...ofConfigurations].filter((id) => id !== '');
}

function poolsOf(configuration: Json): readonly string[] {
  return asList(propertiesOf(configuration)['loadBalancerBackendAddressPools']).map(referenceOf);
}

function checkReference(resources: Resources, user: string, id: string): void {
  const found = resources.get(id);
  if (found === undefined) {
    throw networkRefusal(
      400,
      'InvalidResourceReference',
      `Resource ${id} referenced by resource ${user} was not found. Please make sure that the referenced resource ` +
        'exists, and that both resources are in the same region.',
    );
  }
  // Its operation counts, since some say Succeeded while theirs still runs.
  if (found.operation !== undefined) throw beingUpdated(found.operation, id);
  if (found.state === 'Failed') throw notProvisioned(user, id);
}

function beingUpdated(operation: Operation, id: string): Refusal {
  return refusal(429, 'RetryableError', 'A retryable error occurred.', {
    details: [
      {
        code: 'RetryableErrorDueToAnotherOperation',
        message: `Operation Put (${operation.id}) is updating resource ${id}. The call can be retried in 11 seconds.`,
      },
    ],
  });
}

/** What refers to a resource that has failed (as quoted in public issues; which operation it names is left out). */
function notProvisioned(user: string, id: string): Refusal {
  return networkRefusal(
    409,
    'ReferencedResourceNotProvisioned',
    `Cannot proceed with operation because resource ${id} used by resource ${user} is not in Succeeded state. ` +
      'Resource is in Failed state.',
  );
}

/** The refusal's text is inferred: only its code was found. */
function checkPublicIp(resources: Resources, id: string, configuration: Json): void {
  const publicIp = resources.get(referenceOf(propertiesOf(configuration)['publicIPAddress']));
  if (publicIp === undefined) return;
  const mine = `${id}/ipConfigurations/${String(configuration['name'])}`;
  const holder = referenceOf(propertiesOf(publicIp.body)['ipConfiguration']);
  if (holder !== '' && idKey(holder) !== idKey(mine)) {
    throw networkRefusal(
      400,
      'PublicIPAddressInUse',
      `Resource ${mine} is referencing public IP address ${publicIp.id} that is already allocated to resource ${holder}.`,
    );
  }
}

function attach(resources: Resources, id: string, configuration: Json): void {
  const publicIp = resources.get(referenceOf(propertiesOf(configuration)['publicIPAddress']));
  const mine = `${id}/ipConfigurations/${String(configuration['name'])}`;
  if (publicIp !== undefined) holdPublicIp(resources, publicIp, mine);
}

/** Tells an interface which machine uses it; `undefined` lets it go. */
export function useNetworkInterface(
  resources: Resources,
  networkInterface: Resource,
  machineId: string | undefined,
): void {
  const properties = without(propertiesOf(networkInterface.body), 'virtualMachine');
  networkInterface.body = {
    ...networkInterface.body,
    properties: machineId === undefined ? properties : { ...properties, virtualMachine: { id: machineId } },
  };
  resources.touch(networkInterface);
}

/** Takes an interface out of the pools of a balancer that is gone; nothing else of it changes. */
export function leavePoolsOf(balancerId: string, networkInterface: Resource, resources: Resources): void {
  const properties = propertiesOf(networkInterface.body);
  const isOfBalancer = (pool: unknown) =>
    idKey(referenceOf(pool)).startsWith(`${idKey(balancerId)}/backendaddresspools/`);
  const ipConfigurations = asList(properties['ipConfigurations']).map((configuration) => {
    const own = propertiesOf(configuration);
    const left = asList(own['loadBalancerBackendAddressPools']).filter((pool) => !isOfBalancer(pool));
    const rest = without(own, 'loadBalancerBackendAddressPools');
    const kept = left.length === 0 ? rest : { ...rest, loadBalancerBackendAddressPools: left };
    return { ...asRecord(configuration), properties: kept };
  });
  networkInterface.body = { ...networkInterface.body, properties: { ...properties, ipConfigurations } };
  resources.touch(networkInterface);
}

/** First private address of an interface, and its public one where it has any. */
export function addressesOf(
  resources: Resources,
  networkInterface: Resource,
): { readonly privateIp: string; readonly publicIp: string | undefined } {
  const configuration = propertiesOf(asList(propertiesOf(networkInterface.body)['ipConfigurations'])[0]);
  const publicIp = resources.get(referenceOf(configuration['publicIPAddress']));
  const address = publicIp === undefined ? '' : asText(propertiesOf(publicIp.body)['ipAddress']);
  return {
    privateIp: asText(configuration['privateIPAddress']),
    publicIp: address === '' ? undefined : address,
  };
}

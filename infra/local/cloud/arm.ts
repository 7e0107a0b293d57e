/** Who answers what comes to management.azure.com? */
import { formatArmId, parseGroupPath, parseResourcePath, type ArmId } from './arm-id.js';
import { actionOf, answerForAction } from './arm-actions.js';
import { answerForKind, type Provision, type ResourceKind } from './arm-provider.js';
import { checkParent, groupNotFound, notFound } from './arm-refusals.js';
import type { ComputeOffers } from './compute-offers.js';
import type { EffectiveRoutes } from './effective-routes.js';
import type { Faults } from './faults.js';
import type { GroupDeletion } from './group-deletion.js';
import type { Governance } from './governance.js';
import { listMachines } from './machine-lists.js';
import { without } from './json.js';
import type { Monitor } from './monitor.js';
import { networkView } from './network-view.js';
import type { PublicIpQuota } from './public-ips.js';
import type { ResourceGroups } from './resource-groups.js';
import { resourceType } from './resource-types.js';
import type { Resource } from './resources.js';
import type { Throttling } from './throttling.js';
import type { Subnets } from './virtual-networks.js';
import { Refusal, refusal, type WireAnswer, type WireRequest } from './wire.js';

/** The services behind ARM. */
export interface ArmServices extends Provision {
  readonly place: {
    readonly subscriptionId: string;
    readonly resourceGroups: readonly string[];
    readonly region: string;
  };
  readonly kinds: readonly ResourceKind[];
  readonly subnets: Subnets;
  readonly offers: ComputeOffers;
  readonly publicIpQuota: PublicIpQuota;
  readonly faults: Faults;
  readonly throttling: Throttling;
  readonly monitor: Monitor;
  readonly governance: Governance;
  readonly groups: ResourceGroups;
  readonly groupDeletion: GroupDeletion;
  readonly effectiveRoutes: EffectiveRoutes;
}

const locationPath = /^\/subscriptions\/[^/]+\/providers\/([^/]+)\/locations\/([^/]+)\/(.+)$/i;
const groupPath = /^\/subscriptions\/[^/]+\/resourceGroups\/([^/]+)\/providers\//i;
const imagePath = /^publishers\/([^/]+)\/artifacttypes\/vmimage\/offers\/([^/]+)\/skus\/([^/]+)\/versions$/i;

/** Answers a request. Throws a refusal. */
export function answerArm(services: ArmServices, request: WireRequest): WireAnswer {
  if (request.headers['authorization'] === undefined) {
    throw refusal(
      401,
      'AuthenticationFailed',
      "Authentication failed. The 'Authorization' header is missing.",
    );
  }
  if (!request.query.has('api-version')) {
    throw refusal(
      400,
      'MissingApiVersionParameter',
      'The api-version query parameter (?api-version=) is required for all requests.',
    );
  }
  let budget = services.throttling.takeArm(request);
  try {
    budget = { ...budget, ...services.throttling.takeProvider(request) };
    services.faults.checkAny(services.place.subscriptionId);
    const answer = route(services, request);
    return { ...answer, headers: { ...budget, ...answer.headers } };
  } catch (error) {
    // What is refused has been counted too.
    throw error instanceof Refusal ? error.with(budget) : error;
  }
}

function route(services: ArmServices, asked: WireRequest): WireAnswer {
  const { operations, offers, governance, groups } = services;
  const { path, query } = asked;
  if (path.split('/')[2]?.toLowerCase() !== services.place.subscriptionId) {
    throw refusal(
      404,
      'SubscriptionNotFound',
      `The subscription '${path.split('/')[2] ?? ''}' could not be found.`,
    );
  }
  const polled = operations.answer(path, query);
  if (polled !== undefined) return polled;
  const governing = governance.answer(asked);
  if (governing !== undefined) return governing;
  const request = governance.govern(asked);
  const group = groupPath.exec(path)?.[1];
  if (group !== undefined && request.method !== 'GET') groups.checkStays(group);
  checkGroupFaults(services, request);
  const grouped = services.groupDeletion.answer(request) ?? groups.answer(request);
  if (grouped !== undefined) return grouped;
  const monitored = services.monitor.answer(request);
  if (monitored !== undefined) return monitored;
  if (/\/providers\/Microsoft\.Compute\/skus$/i.test(path)) return offers.skus(query.get('$filter'));
  const machines = listMachines(services, request);
  if (machines !== undefined) return machines;
  const [, provider, region, rest] = locationPath.exec(path) ?? [];
  if (provider !== undefined && region !== undefined && rest !== undefined) {
    return answerLocation(services, provider, region, rest, path);
  }
  return answerResource(services, request);
}

/** What somebody wants to go wrong with a group, as with what is in it. */
function checkGroupFaults({ faults, place }: ArmServices, request: WireRequest): void {
  const resourceGroup = parseGroupPath(request.path)?.name;
  if (resourceGroup === undefined) return;
  const { subscriptionId } = place;
  const type = resourceType.resourceGroup;
  faults.check({
    ...{ request, subscriptionId, resourceGroup, type, name: resourceGroup },
    id: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`,
  });
}

function answerLocation(
  services: ArmServices,
  provider: string,
  region: string,
  rest: string,
  path: string,
): WireAnswer {
  if (region.toLowerCase() !== services.place.region) {
    throw refusal(
      400,
      'LocationNotAvailableForResourceType',
      `The provided location '${region}' is not available.`,
    );
  }
  const isNetwork = provider.toLowerCase() === 'microsoft.network';
  if (rest.toLowerCase() === 'usages') return isNetwork ? networkUsages(services) : services.offers.usages();
  const [, publisher, offer, sku] = imagePath.exec(rest) ?? [];
  if (publisher !== undefined && offer !== undefined && sku !== undefined) {
    return services.offers.imageVersions(publisher, offer, sku, path);
  }
  throw refusal(404, 'NotFound', `Nothing is known of ${path}.`);
}

function networkUsages({ place, publicIpQuota, resources }: ArmServices): WireAnswer {
  const id = `/subscriptions/${place.subscriptionId}/providers/Microsoft.Network/locations/${place.region}/usages`;
  const usage = (value: string, localizedValue: string, limit: number, currentValue: number) => ({
    id: `${id}/${value}`,
    unit: 'Count',
    currentValue,
    limit,
    name: { value, localizedValue },
  });
  const count = (type: string) => resources.ofType(type).length;
  const used = publicIpQuota.usedByOthers + count(resourceType.publicIp);
  return {
    status: 200,
    body: {
      value: [
        usage('VirtualNetworks', 'Virtual Networks', 1000, count(resourceType.virtualNetwork)),
        usage('NetworkSecurityGroups', 'Network Security Groups', 5000, count(resourceType.securityGroup)),
        usage('PublicIPAddresses', 'Public IP Addresses', publicIpQuota.limit, used),
        usage('StaticPublicIPAddresses', 'Static Public IP Addresses', publicIpQuota.limit, used),
      ],
    },
  };
}

function answerResource(services: ArmServices, request: WireRequest): WireAnswer {
  const { place, kinds, faults } = services;
  const { path } = request;
  const checked = /^(.*\/virtualNetworks\/[^/]+)\/CheckIPAddressAvailability$/i.exec(path)?.[1];
  const parsed = parseResourcePath(checked ?? path);
  if (parsed === undefined) throw refusal(404, 'NotFound', `Nothing is known of ${path}.`);
  if (!place.resourceGroups.some((name) => name.toLowerCase() === parsed.resourceGroup.toLowerCase())) {
    throw groupNotFound(parsed.resourceGroup);
  }
  const kind = kinds.find(({ type }) => type.toLowerCase() === parsed.type.toLowerCase());
  const id = formatArmId(parsed);
  faults.check({
    request,
    subscriptionId: place.subscriptionId,
    resourceGroup: parsed.resourceGroup,
    type: kind?.type ?? parsed.type,
    name: parsed.names.at(-1) ?? '',
    id,
  });
  if (checked !== undefined) return answerAddressCheck(services, request, parsed);
  if (kind !== undefined) return answerForKind(kind, services, parsed, request);
  const child = childOf(kinds, parsed.type);
  if (child !== undefined) {
    checkParent(parsed, services.resources, request.method);
    const parent = services.resources.get(
      formatArmId({ ...parsed, type: child.type, names: parsed.names.slice(0, 1) }),
    );
    if (parent !== undefined) return child.answer(parent, parsed.names[1], services, request);
  }
  const found = actionOf(kinds, parsed.type);
  if (found !== undefined) return answerForAction(found.kind, found.action, services, parsed, request);
  return (
    services.effectiveRoutes.answer(services, parsed, request) ?? answerReadOnly(services, request, parsed)
  );
}

/** Who answers for a type that stands inside another. */
function childOf(kinds: readonly ResourceKind[], type: string) {
  for (const kind of kinds) {
    for (const [name, answer] of Object.entries(kind.children ?? {})) {
      if (`${kind.type}/${name}`.toLowerCase() === type.toLowerCase()) return { type: kind.type, answer };
    }
  }
  return undefined;
}

/** Whether an address of a network is free. */
function answerAddressCheck(
  { resources, subnets }: ArmServices,
  { query }: WireRequest,
  parsed: ArmId,
): WireAnswer {
  const network = resources.get(formatArmId(parsed));
  if (network === undefined) throw notFound(parsed);
  return subnets.checkAddress(network, query.get('ipAddress') ?? '');
}

/** Disks, which are only read here. What isn't served is refused by name: a 404 would say that it isn't there. */
function answerReadOnly(
  { resources }: ArmServices,
  { method }: WireRequest,
  parsed: ArmId & { readonly isList: boolean },
): WireAnswer {
  const { type, resourceGroup, isList } = parsed;
  if (type.toLowerCase() !== resourceType.disk.toLowerCase())
    throw refusal(405, 'ResourceTypeNotServed', `The local region doesn't serve ${type}.`);
  // A disk has no ETag, neither in its body nor as a header (described).
  const shown = (disk: Resource) => without(networkView(disk), 'etag');
  const found = isList ? undefined : resources.get(formatArmId(parsed));
  if (found === undefined && !isList) throw notFound(parsed);
  if (method !== 'GET') throw refusal(405, 'MethodNotAllowed', `The local region doesn't ${method} ${type}.`);
  return found === undefined
    ? { status: 200, body: { value: resources.listed(type, resourceGroup).map(shown) } }
    : { status: 200, body: shown(found) };
}

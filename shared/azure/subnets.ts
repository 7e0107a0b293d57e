/** Where does a subnet lie, has it room, and where do its packets for 0.0.0.0/0 go? */
import type { RouteTable, Subnet, VirtualNetwork } from '@azure/arm-network';
import { addressCount } from '../site/ipv4.js';
import type { DefaultRoute, ObservedSubnet } from '../site/observed-site.js';
import { reservedAddresses } from '../site/policy.js';
import { failure, problem, success, type Outcome } from '../site/problem.js';
import type { SurroundingsQuestion } from '../site/surroundings-question.js';
import { networkClient } from './clients.js';
import { outcomeOf } from './problem-of-error.js';

/** The names in a subnet's id. */
export interface SubnetParts {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly network: string;
  readonly subnet: string;
}

/** Takes a subnet's id apart. */
export function parseSubnetId(id: string): Outcome<SubnetParts> {
  const parts =
    /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/Microsoft\.Network\/virtualNetworks\/([^/]+)\/subnets\/([^/]+)$/i.exec(
      id,
    );
  const [, subscriptionId, resourceGroup, network, subnet] = parts ?? [];
  if (
    subscriptionId === undefined ||
    resourceGroup === undefined ||
    network === undefined ||
    subnet === undefined
  ) {
    return failure(
      problem('subnet-unusable', `${id} is not the id of a subnet.`, { field: 'network.subnetId' }),
    );
  }
  return success({ subscriptionId, resourceGroup, network, subnet });
}

/** Looks at the subnet through its network, and at its route table when it has one: one or two reads. */
export async function observeSubnet({ subnetId }: SurroundingsQuestion): Promise<Outcome<ObservedSubnet>> {
  const parts = parseSubnetId(subnetId);
  if (!parts.ok) return parts;
  const { subscriptionId, resourceGroup, network, subnet } = parts.value;
  const looked = await outcomeOf({ verb: 'read', what: `network ${network}` }, async () => {
    const client = await networkClient(subscriptionId);
    const found = await client.virtualNetworks.get(resourceGroup, network);
    const mine = found.subnets?.find(({ name }) => name?.toLowerCase() === subnet.toLowerCase());
    const tableId = mine?.routeTable?.id?.split('/');
    const table =
      tableId === undefined ? undefined : await client.routeTables.get(tableId[4] ?? '', tableId[8] ?? '');
    return { found, mine, table };
  });
  if (!looked.ok) return looked;
  const { found, mine, table } = looked.value;
  if (mine === undefined) {
    return failure(
      problem('gone', `Network ${network} has no subnet ${subnet}.`, { field: 'network.subnetId' }),
    );
  }
  return success({
    id: subnetId,
    region: found.location ?? '',
    addressSpace: found.addressSpace?.addressPrefixes ?? [],
    freeAddresses: freeAddresses(mine),
    defaultRoute: defaultRoute(found, table),
  });
}

function freeAddresses({ addressPrefix, addressPrefixes, ipConfigurations }: Subnet): number {
  const prefixes = (addressPrefixes ?? (addressPrefix === undefined ? [] : [addressPrefix])).filter(
    (prefix) => !prefix.includes(':'),
  );
  const all = prefixes.reduce((sum, prefix) => sum + addressCount(prefix) - reservedAddresses, 0);
  return all - (ipConfigurations?.length ?? 0);
}

/**
 * Where 0.0.0.0/0 leads. A route of the table decides. Without one, a peering that uses a remote gateway, as every
 * spoke of a virtual WAN has, may bring 0.0.0.0/0 from the hub, which no read before the first machine shows.
 */
export function defaultRoute(
  { virtualNetworkPeerings }: VirtualNetwork,
  table: RouteTable | undefined,
): DefaultRoute {
  const own = table?.routes?.find(({ addressPrefix }) => addressPrefix === '0.0.0.0/0');
  if (own !== undefined) {
    if (own.nextHopType === 'Internet') return { kind: 'internet', because: 'route-table' };
    const nextHop = `${own.nextHopType ?? 'nowhere'}${own.nextHopIpAddress === undefined ? '' : ` ${own.nextHopIpAddress}`}`;
    return { kind: 'captured', routeTable: table?.name ?? '', route: own.name ?? '', nextHop };
  }
  const hub = virtualNetworkPeerings?.find(({ useRemoteGateways }) => useRemoteGateways === true);
  if (hub === undefined || table?.disableBgpRoutePropagation === true)
    return { kind: 'internet', because: 'system' };
  return {
    kind: 'may-be-captured',
    peering: hub.remoteVirtualNetwork?.id?.split('/').at(-1) ?? hub.name ?? '',
  };
}

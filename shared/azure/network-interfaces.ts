/** How is a gateway's network interface made and read? */
import type { BackendAddressPool, NetworkInterface } from '@azure/arm-network';
import { parseSiteName, resourceName, tagName } from '../site/ids.js';
import type { Begun, NetworkInterfaceIntent } from '../site/intent.js';
import type { ObservedNetworkInterface } from '../site/observed-site.js';
import type { Outcome } from '../site/problem.js';
import { networkClient } from './clients.js';
import { mergeByName } from './merge-by-name.js';
import { backendPoolName, networkId } from './network-ids.js';
import { commonOf, slotOf } from './tags.js';
import { writeNetworkResource } from './write-network-resource.js';

/** Name of the one IP configuration that is ours. */
const configurationName = 'primary';

/**
 * Forwards IP, bears the site's group, and is a member of the balancer's pool from the start; the probe admits it.
 * The public IP is attached at once: a new network has no default way out (Azure, since 2026-03-31).
 */
export function networkInterfaceBody(intent: NetworkInterfaceIntent): NetworkInterface {
  const { placement } = intent;
  const balancer = networkId(placement, 'loadBalancers', resourceName.loadBalancer(placement.site));
  return {
    location: placement.region,
    enableIPForwarding: true,
    enableAcceleratedNetworking: intent.acceleratedNetworking,
    networkSecurityGroup: {
      id: networkId(placement, 'networkSecurityGroups', resourceName.securityGroup(placement.site)),
    },
    ipConfigurations: [
      {
        name: configurationName,
        primary: true,
        privateIPAllocationMethod: 'Dynamic',
        privateIPAddressVersion: 'IPv4',
        subnet: { id: intent.subnetId },
        publicIPAddress: { id: intent.publicIpId },
        loadBalancerBackendAddressPools: [{ id: `${balancer}/backendAddressPools/${backendPoolName}` }],
      },
    ],
  };
}

/** Ours over an interface that stands; its address, other pools and other configurations stay. */
export function mergeNetworkInterface(
  existing: NetworkInterface,
  wanted: NetworkInterface,
): NetworkInterface {
  const ipConfigurations = mergeByName(
    existing.ipConfigurations,
    wanted.ipConfigurations,
    (name) => name === configurationName,
    (before, mine) => ({
      ...before,
      ...mine,
      ...(before.privateIPAllocationMethod === undefined
        ? {}
        : { privateIPAllocationMethod: before.privateIPAllocationMethod }),
      loadBalancerBackendAddressPools: mergePools(
        before.loadBalancerBackendAddressPools,
        mine.loadBalancerBackendAddressPools,
      ),
    }),
  );
  return { ...existing, ...wanted, ipConfigurations };
}

function mergePools(
  theirs: BackendAddressPool[] = [],
  ours: BackendAddressPool[] = [],
): BackendAddressPool[] {
  const known = new Set(ours.map(({ id }) => id?.toLowerCase()));
  return [...ours, ...theirs.filter(({ id }) => !known.has(id?.toLowerCase()))];
}

/** Reads a network interface; `undefined` when its tags name no slot. */
export function observedNetworkInterface(found: NetworkInterface): ObservedNetworkInterface | undefined {
  const slot = slotOf(found.tags);
  if (slot === undefined) return undefined;
  const configurations = found.ipConfigurations ?? [];
  const privateIp = configurations[0]?.privateIPAddress;
  const site = parseSiteName(found.tags?.[tagName.site] ?? '');
  const balancer = site === undefined ? '' : resourceName.loadBalancer(site);
  const pool = `/loadBalancers/${balancer}/backendAddressPools/${backendPoolName}`.toLowerCase();
  const inPool = configurations
    .flatMap(({ loadBalancerBackendAddressPools = [] }) => loadBalancerBackendAddressPools)
    .some(({ id }) => id?.toLowerCase().endsWith(pool));
  return {
    kind: 'network-interface',
    slot,
    ...commonOf(found),
    inPool,
    ...(privateIp === undefined ? {} : { privateIp }),
  };
}

/** Begins to make a network interface. */
export async function beginPutNetworkInterface(intent: NetworkInterfaceIntent): Promise<Outcome<Begun>> {
  const { networkInterfaces } = await networkClient(intent.placement.subscriptionId);
  const { resourceGroup } = intent.placement;
  return writeNetworkResource(intent, {
    body: networkInterfaceBody(intent),
    merge: mergeNetworkInterface,
    get: () => networkInterfaces.get(resourceGroup, intent.name),
    put: (body, options) => networkInterfaces.beginCreateOrUpdate(resourceGroup, intent.name, body, options),
    // Its provisioningState says Succeeded while the operation still runs (recorded, docs/azure.md): not believed.
    observe: ({ body }) => ({
      kind: 'network-interface',
      slot: intent.slot,
      name: intent.name,
      id: String(body['id']),
      state: 'changing',
      inPool: true,
      config: intent.config,
    }),
  });
}

/** How is a gateway's network interface made and read? */
import type { NetworkInterface } from '@azure/arm-network';
import { resourceName } from '../site/ids.js';
import type { Begun, NetworkInterfaceIntent } from '../site/intent.js';
import type { ObservedNetworkInterface } from '../site/observed-site.js';
import type { Outcome } from '../site/problem.js';
import { networkClient } from './clients.js';
import { backendPoolName, networkId } from './network-ids.js';
import { commonOf, slotOf } from './tags.js';
import { writeNetworkResource } from './write-network-resource.js';

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
        name: 'primary',
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

/** Reads a network interface; `undefined` when its tags name no slot. */
export function observedNetworkInterface(found: NetworkInterface): ObservedNetworkInterface | undefined {
  const slot = slotOf(found.tags);
  if (slot === undefined) return undefined;
  const privateIp = found.ipConfigurations?.[0]?.privateIPAddress;
  return {
    kind: 'network-interface',
    slot,
    ...commonOf(found),
    ...(privateIp === undefined ? {} : { privateIp }),
  };
}

/** Begins to make a network interface. */
export async function beginPutNetworkInterface(intent: NetworkInterfaceIntent): Promise<Outcome<Begun>> {
  const { networkInterfaces } = await networkClient(intent.placement.subscriptionId);
  const { resourceGroup } = intent.placement;
  return writeNetworkResource(intent, {
    body: networkInterfaceBody(intent),
    get: () => networkInterfaces.get(resourceGroup, intent.name),
    put: (body, options) => networkInterfaces.beginCreateOrUpdate(resourceGroup, intent.name, body, options),
    // Its provisioningState says Succeeded while the operation still runs (recorded, docs/azure.md): not believed.
    observe: ({ body }) => ({
      kind: 'network-interface',
      slot: intent.slot,
      name: intent.name,
      id: String(body['id']),
      state: 'changing',
      config: intent.config,
    }),
  });
}

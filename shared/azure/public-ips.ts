/** How is a gateway's public address made and read? */
import type { PublicIPAddress } from '@azure/arm-network';
import type { Begun, PublicIpIntent } from '../site/intent.js';
import type { ObservedPublicIp } from '../site/observed-site.js';
import type { Outcome } from '../site/problem.js';
import { networkClient } from './clients.js';
import { commonOf, slotOf } from './tags.js';
import { writeNetworkResource } from './write-network-resource.js';

/** Standard, static, in one zone: the address that Zscaler knows the gateway by. */
export function publicIpBody({ placement, zone }: PublicIpIntent): PublicIPAddress {
  return {
    location: placement.region,
    zones: [zone],
    sku: { name: 'Standard', tier: 'Regional' },
    publicIPAllocationMethod: 'Static',
    publicIPAddressVersion: 'IPv4',
    idleTimeoutInMinutes: 30,
  };
}

/** Reads a public IP; `undefined` when its tags name no slot. */
export function observedPublicIp(found: PublicIPAddress): ObservedPublicIp | undefined {
  const slot = slotOf(found.tags);
  if (slot === undefined) return undefined;
  const address = found.ipAddress === undefined ? {} : { address: found.ipAddress };
  return { kind: 'public-ip', slot, ...commonOf(found), ...address };
}

/** Begins to make a public IP. */
export async function beginPutPublicIp(intent: PublicIpIntent): Promise<Outcome<Begun>> {
  const { publicIPAddresses } = await networkClient(intent.placement.subscriptionId);
  const { resourceGroup } = intent.placement;
  return writeNetworkResource(intent, {
    body: publicIpBody(intent),
    get: () => publicIPAddresses.get(resourceGroup, intent.name),
    put: (body, options) => publicIPAddresses.beginCreateOrUpdate(resourceGroup, intent.name, body, options),
    observe: ({ body }) => ({
      kind: 'public-ip',
      slot: intent.slot,
      name: intent.name,
      id: String(body['id']),
      state: 'changing',
      config: intent.config,
    }),
  });
}

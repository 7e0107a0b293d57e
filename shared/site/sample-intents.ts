/** What will a site write? One intent of each kind, so that policies can be asked before anything is built. */
import {
  alertRuleIntent,
  gatewayConfig,
  loadBalancerIntent,
  networkInterfaceIntent,
  placementOf,
  publicIpIntent,
  securityGroupIntent,
  setupIntent,
  virtualMachineIntent,
  type DesiredSlot,
} from './desired-site.js';
import { resourceName } from './ids.js';
import type { ResourceIntent } from './intent.js';
import type { Policy } from './policy.js';
import type { Site } from './site.js';
import type { Resolved } from './site-record.js';

/** Stands for the address that Azure hasn't given yet (RFC 5737: for documentation). */
const someAddress = '192.0.2.1';

/**
 * Makes the samples, of the first slot for all. What Azure decides later is assumed: no policy asks for the gateway's
 * own address or for its configuration.
 *
 * @returns no public IP where the slots have existing ones, and no alert rule where none is made; nothing without slots
 */
export function sampleIntents(
  site: Site,
  [slot, ...others]: readonly DesiredSlot[],
  policy: Omit<Policy, 'configHash'>,
): readonly ResourceIntent[] {
  if (slot === undefined) return [];
  const settings: Policy = { ...policy, configHash: () => '' };
  const resolved: Resolved = { zones: [slot.zone], clients: site.clients ?? [], acceleratedNetworking: true };
  const gateway = gatewayConfig(site, slot, someAddress, resolved, settings);
  const machine = resourceName.virtualMachine(slot.slot, 1);
  const ownAddress = [slot, ...others].find(({ foreignAddressId }) => foreignAddressId === undefined);
  return [
    securityGroupIntent(site, resolved, settings),
    loadBalancerIntent(site, settings),
    ...(ownAddress === undefined ? [] : [publicIpIntent(site, ownAddress, settings)]),
    networkInterfaceIntent(
      site,
      slot,
      slot.foreignAddressId ?? addressId(site, slot, settings),
      resolved,
      settings,
    ),
    virtualMachineIntent(site, slot, 1, gateway, settings),
    setupIntent(site, slot, machine, gateway, new Map(), 1, settings),
    ...(site.monitoring.alertRules && policy.hasActionGroup ? [alertRuleIntent(site, settings)] : []),
  ];
}

function addressId(site: Site, { slot }: DesiredSlot, policy: Policy): string {
  const { subscriptionId, resourceGroup } = placementOf(site, policy);
  const name = resourceName.publicIp(slot);
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Network/publicIPAddresses/${name}`;
}

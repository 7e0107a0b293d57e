/** What may Azure be asked for? One intent of each kind, for the gateway of zone 2. */
import {
  gatewayConfig,
  loadBalancerIntent,
  networkInterfaceIntent,
  publicIpIntent,
  securityGroupIntent,
  setupIntent,
  virtualMachineIntent,
} from '../../../../shared/site/desired-site.js';
import { slotId } from '../../../../shared/site/ids.js';
import { networkId } from '../../../../shared/azure/network-ids.js';
import { aSite, policy } from '../../site/helpers/builders.js';

type Changes = Readonly<Record<string, unknown>>;

const twoPorts: Changes = { proxy: { ports: [9400, 10101] } };
const resolved = {
  zones: ['1', '2', '3'] as const,
  clients: ['10.1.0.0/16', '10.2.0.0/16'],
  acceleratedNetworking: true,
};
const slotOf = (site: ReturnType<typeof aSite>) => ({
  slot: slotId(site.name, '2', 1),
  zone: '2' as const,
  n: 1,
});

/** A group for two prefixes and two ports. */
export const aGroupIntent = (changes: Changes = {}) =>
  securityGroupIntent(aSite({ ...twoPorts, ...changes }), resolved, policy);

/** The same for a site whose Netdata two prefixes may see. */
export const aWatchedGroupIntent = () =>
  aGroupIntent({ monitoring: { netdata: { from: ['10.9.0.0/24', '10.10.0.0/15'] } } });

/** A balancer for two ports. */
export const aBalancerIntent = (changes: Changes = twoPorts) => loadBalancerIntent(aSite(changes), policy);

/** The gateway's own address. */
export const anAddressIntent = () => publicIpIntent(aSite(), slotOf(aSite()), policy);

/** The gateway's network interface. */
export function anInterfaceIntent() {
  const address = anAddressIntent();
  const publicIpId = networkId(address.placement, 'publicIPAddresses', address.name);
  return networkInterfaceIntent(aSite(), slotOf(aSite()), publicIpId, resolved, policy);
}

function configOf(site: ReturnType<typeof aSite>) {
  return gatewayConfig(site, slotOf(site), '203.0.113.5', resolved, policy);
}

/** The gateway's machine, of its third generation. */
export function aMachineIntent(changes: Changes = {}) {
  const site = aSite(changes);
  return virtualMachineIntent(site, slotOf(site), 3, configOf(site), policy);
}

/** The fourth setup of that machine, with version v7 of the site's secret. */
export function aSetupIntent() {
  const site = aSite();
  const versions = new Map([['psk-hq', 'v7']]);
  return setupIntent(site, slotOf(site), 'vm-hq-z2-1-g3', configOf(site), versions, 4, policy);
}

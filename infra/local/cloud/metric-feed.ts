/** What do the region's resources report of themselves? Probes of the balancers, power of the machines. */
import type { AdminState, AdminStates } from './admin-states.js';
import { idKey } from './arm-id.js';
import { probeNameOf } from './balancer-parts.js';
import { asList, asRecord, asText, propertiesOf, referenceOf } from './json.js';
import type { Metrics } from './metrics.js';
import { addressesOf } from './network-interfaces.js';
import { membersOf } from './pool-members.js';
import type { Resource, Resources } from './resources.js';

/** What a report is made of. */
export interface FeedGround {
  readonly metrics: Metrics;
  readonly resources: Resources;
  readonly states: AdminStates;
}

/**
 * Takes what a round of a probe found, for the rules that go by it. Who is registered in a pool is counted also when it has no power or no machine:
 * its probes fail (inferred). A member that people took out or in counts as they said, whatever its probes find, so one
 * that is drained looks ill (documentation, 'Administrative state'). A balancer stands as long as it is there, so its own availability is 100.
 *
 * @param answered ids of the machines that answered the probe with 200, in lower case
 */
export function reportRound(
  { metrics, resources, states }: FeedGround,
  balancer: Resource,
  probeName: string,
  answered: ReadonlySet<string>,
): void {
  const { loadBalancingRules, frontendIPConfigurations } = propertiesOf(balancer.body);
  const rules = asList(loadBalancingRules).map(propertiesOf);
  for (const rule of rules.filter((one) => probeNameOf(one) === probeName)) {
    const frontend = asList(frontendIPConfigurations)
      .map(asRecord)
      .find(({ name }) =>
        idKey(referenceOf(rule['frontendIPConfiguration'])).endsWith(`/${idKey(asText(name))}`),
      );
    const vip = {
      FrontendIPAddress: asText(propertiesOf(frontend)['privateIPAddress']),
      FrontendPort: String(rule['frontendPort']),
    };
    metrics.sample(balancer.id, 'VipAvailability', vip, 100);
    const poolId = referenceOf(rule['backendAddressPool']);
    for (const { networkInterface, configurationId } of membersOf(resources, poolId)) {
      const machineId = referenceOf(propertiesOf(networkInterface.body)['virtualMachine']);
      const dimensions = {
        ProtocolType: asText(rule['protocol']),
        BackendPort: String(rule['backendPort']),
        ...vip,
        BackendIPAddress: addressesOf(resources, networkInterface).privateIp,
      };
      const state = states.effective(poolId, configurationId);
      const percent = percentOf(state, answered.has(idKey(machineId)));
      metrics.sample(balancer.id, 'DipAvailability', dimensions, percent);
    }
  }
}

function percentOf(state: AdminState, hasAnswered: boolean): number {
  switch (state) {
    case 'Up':
      return 100;
    case 'Down':
      return 0;
    case 'None':
      return hasAnswered ? 100 : 0;
  }
}

/** What do the region's resources report of themselves? Probes of the balancers, power of the machines. */
import { idKey } from './arm-id.js';
import { asList, asRecord, asText, propertiesOf, referenceOf } from './json.js';
import { membersOf } from './pool-members.js';
import type { Metrics } from './metrics.js';
import { addressesOf } from './network-interfaces.js';
import type { Resource, Resources } from './resources.js';

/**
 * Takes what a round of probes found. Who is registered in a pool is counted also when it has no power or no machine:
 * its probes fail (inferred). A balancer stands as long as it is there, so its own availability is 100.
 *
 * @param answered ids of the machines that answered the probe with 200, in lower case
 */
export function reportRound(
  metrics: Metrics,
  resources: Resources,
  balancer: Resource,
  answered: ReadonlySet<string>,
): void {
  const { loadBalancingRules, frontendIPConfigurations } = propertiesOf(balancer.body);
  for (const rule of asList(loadBalancingRules).map(propertiesOf)) {
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
    for (const { networkInterface } of membersOf(resources, referenceOf(rule['backendAddressPool']))) {
      const machineId = referenceOf(propertiesOf(networkInterface.body)['virtualMachine']);
      const dimensions = {
        ProtocolType: asText(rule['protocol']),
        BackendPort: String(rule['backendPort']),
        ...vip,
        BackendIPAddress: addressesOf(resources, networkInterface).privateIp,
      };
      metrics.sample(balancer.id, 'DipAvailability', dimensions, answered.has(idKey(machineId)) ? 100 : 0);
    }
  }
}

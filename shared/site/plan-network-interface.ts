/** Has the slot a network interface in the balancer's pool? */
import { networkInterfaceIntent } from './desired-site.js';
import { resourceName } from './ids.js';
import { isInFlight } from './plan.js';
import { attempt, find, waitFor, type SlotPlan, type SlotQuestion } from './slot-question.js';

/** Plans the slot's network interface. */
export function planNetworkInterface(
  question: SlotQuestion,
  publicIpId: string,
): SlotPlan | { readonly settled: true } {
  const { site, slot, observed, resolved, policy } = question;
  const found = find(question, 'network-interface');
  const name = resourceName.networkInterface(slot.slot);
  if (found?.state === 'settled' && !isInFlight(observed, name)) return { settled: true };
  if (found !== undefined && found.state !== 'failed') {
    return waitFor(question, name, 'getting-network-interface', `Network interface ${name} is being made.`);
  }
  const lacking = [resourceName.securityGroup(site.name), resourceName.loadBalancer(site.name)].filter(
    (shared) =>
      isInFlight(observed, shared) ||
      !observed.resources.some((resource) => resource.name === shared && resource.state === 'settled'),
  );
  if (lacking.length > 0) {
    const because = `Waits for ${lacking.join(' and ')}, which the network interface refers to.`;
    return {
      doing: 'waiting',
      because,
      wait: { subject: name, gateway: slot.slot, reason: 'waits-for-resource', sentence: because },
    };
  }
  return attempt(question, 'getting-network-interface', {
    verb: 'put',
    subject: name,
    gateway: slot.slot,
    intent: networkInterfaceIntent(site, slot, publicIpId, resolved, policy),
    reason: 'resource-missing',
    sentence: `Makes network interface ${name} in the balancer’s pool; the probe will admit it once the gateway serves.`,
  });
}

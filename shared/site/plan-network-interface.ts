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
  const lacking = lackingFor(question);
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

/**
 * What the interface refers to and isn't there yet. A balancer is there with the first answer to its write, which says
 * Succeeded while its operation goes on for up to a minute and a half (docs/azure.md); should Azure refuse the
 * reference, the interface is tried again after its pause.
 */
function lackingFor({ site, observed }: SlotQuestion): readonly string[] {
  const group = resourceName.securityGroup(site.name);
  const balancer = resourceName.loadBalancer(site.name);
  const isGroupThere =
    !isInFlight(observed, group) &&
    observed.resources.some(({ name, state }) => name === group && state === 'settled');
  const isBalancerThere = observed.resources.some(
    ({ name, state }) => name === balancer && (state === 'settled' || state === 'changing'),
  );
  return [...(isGroupThere ? [] : [group]), ...(isBalancerThere ? [] : [balancer])];
}

/** Has the slot a network interface in the balancer's pool? */
import { networkInterfaceIntent } from './desired-site.js';
import { resourceName } from './ids.js';
import { isInFlight } from './plan.js';
import { isPutOff } from './put-off.js';
import { attempt, find, waitFor, type SlotPlan, type SlotQuestion } from './slot-question.js';

/** Plans the slot's network interface: makes it, or puts it back into the pool of a balancer that was made anew. */
export function planNetworkInterface(
  question: SlotQuestion,
  publicIpId: string,
): SlotPlan | { readonly settled: true } {
  const { slot, observed } = question;
  const found = find(question, 'network-interface');
  const name = resourceName.networkInterface(slot.slot);
  if (found?.state === 'settled' && !isInFlight(observed, name)) {
    return found.inPool
      ? { settled: true }
      : write(question, publicIpId, {
          reason: 'not-in-pool',
          sentence: `Puts network interface ${name} back into the balancer’s pool: it is in none, so no client reaches ${slot.slot}.`,
        });
  }
  if (found !== undefined && found.state !== 'failed') {
    return waitFor(
      question,
      name,
      'getting-network-interface',
      `Network interface ${name} is being written.`,
    );
  }
  return write(question, publicIpId, {
    reason: 'resource-missing',
    sentence: `Makes network interface ${name} in the balancer’s pool; the probe will admit it once the gateway serves.`,
  });
}

/** Only a new interface is held up: to write one that stands costs nothing, and clients wait for it. */
function write(
  question: SlotQuestion,
  publicIpId: string,
  why: { readonly reason: 'resource-missing' | 'not-in-pool'; readonly sentence: string },
): SlotPlan {
  const { site, slot, resolved, policy } = question;
  const name = resourceName.networkInterface(slot.slot);
  const lacking = lackingFor(question);
  if (lacking.length > 0) {
    const because = `Waits for ${lacking.join(' and ')}, which the network interface refers to.`;
    return {
      doing: 'waiting',
      because,
      wait: { subject: name, gateway: slot.slot, reason: 'waits-for-resource', sentence: because },
    };
  }
  const intent = networkInterfaceIntent(site, slot, publicIpId, resolved, policy);
  const step = { verb: 'put' as const, subject: name, gateway: slot.slot, intent, ...why };
  return attempt(question, 'getting-network-interface', step, why.reason === 'resource-missing');
}

/**
 * What the interface refers to and isn't there yet. A balancer is there with the first answer to its write, which says
 * Succeeded while its operation goes on for up to a minute and a half (docs/azure.md). Should Azure refuse the reference
 * meanwhile, the interface waits for the end of that operation.
 */
function lackingFor({ site, slot, observed }: SlotQuestion): readonly string[] {
  const group = resourceName.securityGroup(site.name);
  const balancer = resourceName.loadBalancer(site.name);
  const isGroupThere =
    !isInFlight(observed, group) &&
    observed.resources.some(({ name, state }) => name === group && state === 'settled');
  const isBalancerThere = observed.resources.some(
    ({ name, state }) => name === balancer && (state === 'settled' || state === 'changing'),
  );
  const wasPutOff = observed.attempts.some(
    ({ subject, problem }) => subject === resourceName.networkInterface(slot.slot) && isPutOff(problem),
  );
  const isBalancerReady = isBalancerThere && !(wasPutOff && isInFlight(observed, balancer));
  return [...(isGroupThere ? [] : [group]), ...(isBalancerReady ? [] : [balancer])];
}

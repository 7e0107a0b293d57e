/** Has the slot a public address? */
import { publicIpIntent } from './desired-site.js';
import { resourceName } from './ids.js';
import { isInFlight } from './plan.js';
import { attempt, find, waitFor, type SlotPlan, type SlotQuestion } from './slot-question.js';

/** Plans the slot's public address: its own, or an existing one that the site names. */
export function planAddress(
  question: SlotQuestion,
): SlotPlan | { readonly id: string; readonly address: string } {
  const { site, slot, observed, policy } = question;
  if (slot.foreignAddressId !== undefined) return foreignAddress(question, slot.foreignAddressId);
  const found = find(question, 'public-ip');
  const name = resourceName.publicIp(slot.slot);
  if (found?.state === 'settled' && found.address !== undefined && !isInFlight(observed, name)) {
    return { id: found.id, address: found.address };
  }
  if (found !== undefined && found.state !== 'failed') {
    return waitFor(question, name, 'getting-address', `Public address ${name} is being made.`);
  }
  return attempt(question, 'getting-address', {
    verb: 'put',
    subject: name,
    gateway: slot.slot,
    intent: publicIpIntent(site, slot, policy),
    reason: 'resource-missing',
    sentence: `Makes public address ${name} in zone ${slot.zone}: ${slot.slot} has none.`,
  });
}

function foreignAddress(
  question: SlotQuestion,
  id: string,
): SlotPlan | { readonly id: string; readonly address: string } {
  const { observed, slot } = question;
  const looked = observed.surroundings?.foreignAddresses.find(
    (found) => found.ok && found.value.id.toLowerCase() === id.toLowerCase(),
  );
  const address = (looked?.ok === true ? looked.value.address : undefined) ?? question.knownAddress;
  if (address !== undefined) return { id, address };
  return waitFor(
    question,
    id,
    'getting-address',
    `The address of ${id} is not known yet; ${slot.slot} waits for it.`,
  );
}

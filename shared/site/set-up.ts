/** With what is a machine set up, and may that be tried now? */
import type { SetupIntent } from './intent.js';
import type { ObservedSetup } from './observed-site.js';
import { subjectOf } from './plan.js';
import { pskTag } from './psk-tag.js';
import { secretsOfSlot } from './secret-names.js';
import { isOfSetup, problemOfSetup } from './setup-verdict.js';
import { attempt, type SlotPlan, type SlotQuestion } from './slot-question.js';
import type { Standing } from './standing.js';

/** Says whether a setup is what is wanted now, whatever became of it. */
export function isAsWanted({ config, psk }: ObservedSetup, wanted: SetupIntent): boolean {
  return config === wanted.config && (psk === undefined || psk === pskTag(wanted.psk));
}

/** Sets the machine up with what is wanted now, unless a secret is missing or the same was refused a moment ago. */
export function setUp(
  standing: Standing,
  reason: 'configuration-missing' | 'setup-failed' | 'configuration-differs' | 'secret-newer',
  isChange = false,
): SlotPlan {
  const { question, machine, setup, wanted } = standing;
  const { slot, site, now } = question;
  const subject = subjectOf({ kind: 'setup', name: 'setup', virtualMachine: machine.name });
  const missing = secretsOfSlot(site, slot.slot).find((name) =>
    Object.values(wanted.psk).some((secret) => secret.name === name && secret.version === ''),
  );
  if (missing !== undefined) {
    const because = `Waits for a usable secret ${missing}.`;
    const until = new Date(now.getTime() + 60_000).toISOString();
    const wait = {
      subject,
      gateway: slot.slot,
      reason: 'waits-for-resource' as const,
      sentence: because,
      until,
    };
    return { doing: 'waiting', because, wait };
  }
  const why =
    reason === 'configuration-missing'
      ? 'it has no configuration yet.'
      : reason === 'setup-failed' && setup !== undefined
        ? problemOfSetup(setup).detail
        : reason === 'secret-newer'
          ? 'it shall use another version of its PSK.'
          : 'it is not what the site asks for now.';
  const versions = Object.values(wanted.psk).map(
    ({ name, version }) => `${version.slice(0, 8)} of secret ${name}`,
  );
  const step = {
    verb: 'put' as const,
    subject,
    gateway: slot.slot,
    intent: wanted,
    reason,
    sentence: `Sets ${machine.name} up with configuration ${wanted.config} and version ${[...new Set(versions)].join(' and version ')}: ${why}`,
    evidence: {
      config: wanted.config,
      psk: pskTag(wanted.psk),
      attempt: wanted.attempt,
    },
  };
  const doing =
    isChange || question.record.outOfService?.[slot.slot] !== undefined ? 'changing' : 'setting-up';
  return attempt(withoutOtherResults(standing, subject), doing, step, false);
}

/** What was refused is not repeated at once; something else is. */
function withoutOtherResults({ question, setup, wanted }: Standing, subject: string): SlotQuestion {
  if (setup === undefined || isAsWanted(setup, wanted)) return question;
  const { observed } = question;
  const attempts = observed.attempts.filter(
    (tried) => tried.subject !== subject || !isOfSetup(tried.problem),
  );
  return { ...question, observed: { ...observed, attempts } };
}

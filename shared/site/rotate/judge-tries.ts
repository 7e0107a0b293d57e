/** Which gateways have proved the version that they tried, and which were refused? */
import { inSeconds } from '../guards/guard.js';
import type { SlotId } from '../ids.js';
import { problemCode } from '../problem.js';
import type { Rotation } from '../rotation.js';
import type { ObservedSetup } from '../observed-site.js';
import { secretsOfSlot } from '../secret-names.js';
import { isServing } from '../setup-verdict.js';
import type { SiteRecord } from '../site-record.js';
import type { TimelineEntry } from '../timeline-entry.js';
import { setupsOf, type RotationQuestion } from './rotation-question.js';
import { withoutField } from '../without-field.js';
import { goingBack } from './turn-back.js';

/** By hand, the next try of a gateway that serves, which costs its clients a pause; and of one that doesn't. */
const byHandAgainSeconds = 15 * 60;
const byHandDownAgainSeconds = 2 * 60;

/** What the API has activated is there within moments; a refusal may be one of those. */
const ziaAgainSeconds = 60;

/** After so many refusals of what the API has activated, both sides go back. */
const ziaMostRefusals = 3;

/** Looks which of the gateways that try have proved the version, and which were refused. */
export function judgeTries(
  question: RotationQuestion,
  rotation: Rotation,
): { readonly rotation: Rotation; readonly happened: readonly TimelineEntry[] } {
  const { record, observed, now, serving } = question;
  const happened: TimelineEntry[] = [];
  let next = rotation;
  for (const slot of rotation.trying) {
    const setup = setupsOf(observed).find((other) => other.slot === slot);
    if (setup === undefined || !hasWanted(setup, record, rotation)) continue;
    const about = { at: now.toISOString(), gateway: slot as SlotId };
    // A setup that is older than what the far side was told says nothing of it; a request since then does.
    const isOlder = rotation.isGoingBack || hasEndedBefore(setup, rotation.startedAt);
    if ((isServing(setup) || isOlder) && serving.includes(slot as SlotId)) {
      next = {
        ...next,
        trying: next.trying.filter((other) => other !== slot),
        proved: [...next.proved, slot],
        refusals: 0,
      };
      next = withoutField(next, 'nextTryAt');
      // What a setup of before the rotation made is no proof of this one.
      const isOfRotation = !hasEndedBefore(setup, rotation.startedAt);
      const isNew =
        isOfRotation && Object.values(setup.result?.tunnels ?? {}).some((tunnel) => tunnel.isNew === true);
      happened.push({
        ...about,
        reason: 'rotation-step',
        sentence: `${slot} is proved with the ${whichPsk(rotation)}PSK: ${isNew ? 'a new IKE SA was authenticated, and ' : ''}a request through it succeeded.`,
        evidence: { psk: setup.psk ?? '', isNew },
      });
    } else if (setup.execution === 'failed' && !isOlder && !isOfFormerTry(setup, rotation)) {
      const refusals = next.refusals + 1;
      const isZia = record.spec.farSide === 'zia';
      next = {
        ...next,
        refusals,
        trying: next.trying.filter((other) => other !== slot),
        nextTryAt: inSeconds(now, isZia ? ziaAgainSeconds : byHandPause(record, slot)),
      };
      const mostly = isZia && refusals >= ziaMostRefusals;
      happened.push({
        ...about,
        reason: 'rotation-refused',
        sentence: `${slot} tried the new PSK and was not accepted (${setup.result?.reason ?? 'no result'}); it goes back to the one before. ${mostly ? 'Both sides go back.' : `Tried again after ${next.nextTryAt ?? ''}.`}`,
        evidence: { refusals, because: setup.result?.reason ?? 'unknown' },
      });
      if (mostly) next = goingBack(next);
    }
  }
  return { rotation: next, happened };
}

/** A gateway that was not set up again since its last refusal has not tried again. */
function isOfFormerTry(setup: ObservedSetup, { tryingSince }: Rotation): boolean {
  return tryingSince !== undefined && hasEndedBefore(setup, tryingSince);
}

/** A failure may come without its time; it is then the latest that is known of the gateway. */
function hasEndedBefore({ endedAt }: ObservedSetup, time: string): boolean {
  return endedAt !== undefined && endedAt < time;
}

function byHandPause({ remedies }: SiteRecord, slot: string): number {
  return remedies?.[slot] === undefined ? byHandAgainSeconds : byHandDownAgainSeconds;
}

function whichPsk({ isGoingBack, reason }: Rotation): string {
  if (isGoingBack) return 'former ';
  return reason === 'credential-refused' ? '' : 'new ';
}

/** What the vault says of a version that a gateway was to get and can't: somebody disabled or deleted it on the way. */
export function unusableVersion({ observed }: RotationQuestion, { trying }: Rotation): string | undefined {
  const codes: readonly string[] = ['secret-disabled', 'secret-missing', 'gone'];
  const tried = observed.attempts.find(
    ({ subject, problem }) =>
      codes.includes(problemCode(problem)) &&
      trying.some((slot) => subject.startsWith(`setup of vm-${slot}-g`)),
  );
  return tried?.problem.detail;
}

/** Says whether a gateway was set up with the rotation's versions of those of its secrets that rotate. */
function hasWanted(
  { slot, psk = '' }: ObservedSetup,
  { spec }: SiteRecord,
  { secrets, isGoingBack }: Rotation,
): boolean {
  const names = secretsOfSlot(spec, slot);
  const rotating = secrets.filter(({ name }) => names.includes(name));
  const has = psk.split(',');
  return rotating.every(({ name, from, to }) => has.includes(`${name}/${(isGoingBack ? from : to) ?? ''}`));
}

/** Which gateway gets the version next? One that serves, or all that don't; in the window. */
import type { SlotId } from '../ids.js';
import { openTry } from '../ladder.js';
import { windowAt } from '../maintenance-window.js';
import type { Rotation } from '../rotation.js';
import { judgeTries, unusableVersion } from './judge-tries.js';
import type { Progress, RotationQuestion } from './rotation-question.js';
import { farSideOrRoll, turnBack } from './turn-back.js';

/** Rolls the version out, or back. */
export function roll(question: RotationQuestion, rotation: Rotation): Progress {
  const { now, record, slots } = question;
  const seen = judgeTries(question, rotation);
  const { rotation: next, happened } = seen;
  const unusable = rotation.isGoingBack ? undefined : unusableVersion(question, rotation);
  if (unusable !== undefined) return turnBack(question, rotation, unusable);
  if (next.isGoingBack && !rotation.isGoingBack) return { ...farSideOrRoll(question, next), happened };
  const left = slots.filter(({ slot }) => !next.proved.includes(slot));
  if (left.length === 0) return { rotation: { ...next, state: 'closing' }, happened };
  if (next.trying.length > 0) return { rotation: next, happened };
  const isPaused = next.nextTryAt !== undefined && next.nextTryAt > now.toISOString();
  const isMended = (slot: SlotId) => openTry(record.remedies?.[slot]) !== undefined;
  const down = left
    .map(({ slot }) => slot)
    .filter((slot) => !question.serving.includes(slot) && !isMended(slot));
  const pausedUntil = isPaused ? next.nextTryAt : undefined;
  // Told the same version again, gateways are looked at and not changed.
  const isAtAnyTime = next.isGoingBack || next.reason === 'asked-for' || next.reason === 'credential-refused';
  const window =
    record.spec.rotation === undefined || isAtAnyTime
      ? { isOpen: true as const }
      : windowAt(record.spec.rotation, now);
  const until = pausedUntil ?? (window.isOpen || down.length > 0 ? undefined : window.opensAt);
  if (until !== undefined) {
    const sentence =
      pausedUntil === undefined
        ? `The next gateway of ${record.name} gets the new PSK from ${until} on, when the window opens.`
        : `The far side is asked again after ${until} whether it accepts the new PSK.`;
    return {
      rotation: next,
      happened,
      waits: [{ subject: `rotation of ${record.name}`, reason: 'outside-window', sentence, until }],
    };
  }
  const busy = Object.keys(record.outOfService ?? {}).length > 0;
  const first = left.find(({ slot }) => record.remedies?.[slot] === undefined)?.slot;
  const trying = next.isGoingBack
    ? left.map(({ slot }) => slot)
    : down.length > 0
      ? down
      : busy || first === undefined
        ? []
        : [first];
  return { rotation: { ...next, trying }, happened };
}

/** Which gateway gets the version next? One that serves, or all that don't; in the window. */
import type { DesiredSlot } from '../desired-site.js';
import type { SlotId } from '../ids.js';
import { openTry } from '../ladder.js';
import { windowAt } from '../maintenance-window.js';
import type { Remedy } from '../remedy.js';
import type { Rotation } from '../rotation.js';
import { judgeTries, unusableVersion } from './judge-tries.js';
import type { Progress, RotationQuestion } from './rotation-question.js';
import { credentialsOf } from './slot-credentials.js';
import { slotsInRotation } from './slots-in-rotation.js';
import { farSideOrRoll, turnBack } from './turn-back.js';

/** Rolls the version out, or back. */
export function roll(question: RotationQuestion, given: Rotation): Progress {
  const { now, record } = question;
  const slots = slotsInRotation(question, given);
  // Who is no gateway of the site any more, or has other secrets since, has nothing to try.
  const trying = given.trying.filter((slot) => slots.some((other) => other.slot === slot));
  const rotation = { ...given, trying };
  const seen = judgeTries(question, rotation);
  const { rotation: next, happened } = seen;
  const unusable = rotation.isGoingBack ? undefined : unusableVersion(question, rotation);
  if (unusable !== undefined) return turnBack(question, rotation, unusable);
  if (next.isGoingBack && !rotation.isGoingBack) return { ...farSideOrRoll(question, next), happened };
  if (hasUntold(question, next, slots)) return { rotation: { ...next, state: 'telling-far-side' }, happened };
  const unproved = slots.filter(({ slot }) => !next.proved.includes(slot));
  const left = unproved.filter(({ slot }) => !isBrokenOtherwise(record.remedies?.[slot]));
  if (left.length === 0 && mayClose(next, unproved.length))
    return { rotation: { ...next, state: 'closing' }, happened };
  const isMended = (slot: SlotId) => openTry(record.remedies?.[slot]) !== undefined;
  const down = left
    .map(({ slot }) => slot)
    .filter((slot) => !question.serving.includes(slot) && !isMended(slot));
  if (next.trying.length > 0) {
    const first = down.filter((slot) => isLost(question, slot));
    const isHeldUp = first.length > 0 && !next.isGoingBack && areUntouched(question, next);
    return { rotation: isHeldUp ? tried(next, first, now) : next, happened };
  }
  const isPaused = next.nextTryAt !== undefined && next.nextTryAt > now.toISOString();
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
  // Who is drained by order has nobody to hand over, and goes first.
  const isDrained = (slot: SlotId) => record.orders?.[slot]?.drain !== undefined;
  const sound = left.map(({ slot }) => slot).filter((slot) => record.remedies?.[slot] === undefined);
  const first = sound.find(isDrained) ?? sound[0];
  const nextOnes = next.isGoingBack
    ? left.map(({ slot }) => slot)
    : down.length > 0
      ? down
      : busy || first === undefined
        ? []
        : [first];
  return { rotation: tried(next, nextOnes, now), happened };
}

function tried(rotation: Rotation, trying: readonly SlotId[], now: Date): Rotation {
  return trying.length === 0 ? rotation : { ...rotation, trying, tryingSince: now.toISOString() };
}

/** A gateway that came while the version rolls out has a credential that nobody has told it yet. */
function hasUntold(
  question: RotationQuestion,
  { told, isGoingBack, secrets }: Rotation,
  slots: readonly DesiredSlot[],
): boolean {
  if (question.record.spec.farSide !== 'zia' || isGoingBack) return false;
  const credentials = slots.flatMap((slot) => credentialsOf(question, slot, question.configOf(slot)));
  return credentials.some(
    ({ identity, name }) => secrets.some((secret) => secret.name === name) && !told.includes(identity),
  );
}

/** Says whether those who are to try serve as before: nothing was done to them yet. */
function areUntouched({ serving }: RotationQuestion, { trying }: Rotation): boolean {
  return trying.every((slot) => serving.some((other) => other === slot));
}

/** Not drained by us, nor by order: the far side may refuse it until it has the version that was told. */
function isLost({ record }: RotationQuestion, slot: SlotId): boolean {
  return record.outOfService?.[slot] === undefined && record.orders?.[slot]?.drain === undefined;
}

/** What no PSK mends: such a gateway gets the version in use when its mending sets it up, and keeps nobody waiting. */
function isBrokenOtherwise(remedy: Remedy | undefined): boolean {
  if (remedy === undefined) return false;
  switch (remedy.cause) {
    case 'credential-refused':
    case 'secret-newer':
      return false;
    case 'tunnel-down':
      return remedy.suspendedAt !== undefined;
    default:
      return true;
  }
}

/** At least one gateway has proved a version before the other one is disabled, unless it was in use before. */
function mayClose({ proved, isGoingBack }: Rotation, unproved: number): boolean {
  return unproved === 0 || isGoingBack || proved.length > 0;
}

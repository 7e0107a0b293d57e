/** How does a rotation go on to the far side, or back from it? */
import { inSeconds } from '../guards/guard.js';
import type { Rotation } from '../rotation.js';
import type { TimelineEntry } from '../timeline-entry.js';
import { withoutField } from '../without-field.js';
import { credentialsOf } from './slot-credentials.js';
import type { Progress, RotationQuestion } from './rotation-question.js';

/** By hand, a person needs time to enter the PSK; then the gateways try again. */
const byHandFirstSeconds = 5 * 60;

/** By the API where the site says so; else a person is told, and the gateways try. */
export function farSideOrRoll(question: RotationQuestion, rotation: Rotation): Progress {
  const { record, now } = question;
  if (record.spec.farSide === 'zia') {
    const proved = rotation.isGoingBack ? rotation.proved : [];
    return { rotation: { ...rotation, state: 'telling-far-side', trying: [], proved } };
  }
  const isKnownThere = rotation.reason === 'newer-version' || rotation.isGoingBack;
  const next = { ...rotation, state: 'rolling' as const, trying: [], proved: [] };
  const waiting = isKnownThere ? next : { ...next, nextTryAt: inSeconds(now, byHandFirstSeconds) };
  return { rotation: waiting, happened: rotation.isGoingBack ? [] : [byHandEntry(question, rotation)] };
}

function byHandEntry(question: RotationQuestion, { secrets, id }: Rotation): TimelineEntry {
  const { record, slots, configOf, now } = question;
  const lines = slots.flatMap((slot) =>
    credentialsOf(question, slot, configOf(slot)).map(({ identity, name }) => {
      const version = secrets.find((secret) => secret.name === name)?.to ?? '';
      return `${identity}: version ${version} of secret ${name}`;
    }),
  );
  return {
    at: now.toISOString(),
    reason: 'rotation-step',
    sentence: `Enter the new PSK of ${record.name} at Zscaler, under VPN Credentials, and activate: ${lines.join('; ')}. The gateways try it, and keep the one before until it is accepted.`,
    evidence: { rotation: id, credentials: lines },
  };
}

/** The same rotation on its way back. Who has proved the new version keeps it until the far side has the former one. */
export function goingBack(rotation: Rotation): Rotation {
  return {
    ...withoutField(rotation, 'nextTryAt'),
    isGoingBack: true,
    told: [],
    trying: [],
    refusals: 0,
  };
}

/** Turns a rotation back, and says why. */
export function turnBack(
  question: RotationQuestion,
  rotation: Rotation,
  why: string,
  isUndone = false,
): Progress {
  const { record, now } = question;
  const entry: TimelineEntry = {
    at: now.toISOString(),
    reason: 'rotation-goes-back',
    sentence: `The rotation of ${record.name} goes back to the former PSK on both sides: ${why}`,
    evidence: { rotation: rotation.id },
  };
  // Where nothing was changed over there, nothing has to be changed back.
  const isUntold = rotation.state === 'telling-far-side' && rotation.told.length === 0 && isUndone;
  const turned = goingBack(rotation);
  const back: Progress = isUntold
    ? { rotation: { ...turned, state: 'rolling', proved: [] } }
    : farSideOrRoll(question, turned);
  return { ...back, happened: [...(back.happened ?? []), entry] };
}

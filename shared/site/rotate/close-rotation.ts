/** What is left when every gateway is proved? The version that nobody uses is disabled. */
import { inSeconds } from '../guards/guard.js';
import type { Rotation } from '../rotation.js';
import type { RotationStep } from '../rotation-step.js';
import type { TimelineEntry } from '../timeline-entry.js';
import type { Progress, RotationQuestion, SecretsInUse } from './rotation-question.js';
import { isRefused, steps } from './rotation-steps.js';

/** Closes a rotation. */
export function close(question: RotationQuestion, rotation: Rotation, inUse: SecretsInUse): Progress {
  const { record, now, observed } = question;
  const over = rotation.secrets.flatMap(({ name, from, to }) => {
    const version = rotation.isGoingBack ? to : from;
    return version === undefined || from === to ? [] : [{ name, version }];
  });
  const due = over
    .filter(({ name, version }) => !rotation.told.includes(`${name}/${version}`))
    .map((secret): RotationStep => ({
      verb: 'rotate',
      subject: `version ${secret.version} of ${secret.name}`,
      intent: { kind: 'disable-version', name: secret.name, secret },
      reason: 'rotation-step',
      sentence: `Disables version ${secret.version.slice(0, 8)} of secret ${secret.name}: no gateway uses it.`,
    }));
  // A refused version that stays enabled is the vault's newest one: it would be rolled out again, and again.
  const left = rotation.isGoingBack
    ? due
    : due.filter(({ subject }) => !isRefused(observed, subject, rotation));
  if (left.length > 0) return steps(question, rotation, left);
  // One that was taken back is due again tomorrow, not at once.
  const { everyDays = 1 } = record.spec.rotation ?? {};
  const since = rotation.isGoingBack ? inSeconds(now, (1 - everyDays) * 24 * 3600) : now.toISOString();
  const current = rotation.secrets.flatMap(({ name, from, to }) => {
    const version = rotation.isGoingBack ? from : to;
    const kept = from === to ? (inUse[name]?.since ?? since) : since;
    return version === undefined
      ? []
      : [[name, { version, since: kept, toldAt: now.toISOString() }] as const];
  });
  const seconds = Math.round((now.getTime() - Date.parse(rotation.startedAt)) / 1000);
  const sentence = rotation.isGoingBack
    ? `The rotation of ${record.name} was taken back after ${seconds} s: both sides use the former PSK.`
    : rotation.reason === 'credential-refused'
      ? `Both sides of ${record.name} have the same PSK again, ${seconds} s after it was told.`
      : `The PSKs of ${record.name} are rotated, ${seconds} s after it began; proved with the new one: ${rotation.proved.join(', ')}.`;
  const entry: TimelineEntry = {
    at: now.toISOString(),
    reason: rotation.isGoingBack ? 'rotation-goes-back' : 'rotation-done',
    sentence,
    evidence: { rotation: rotation.id, seconds },
  };
  return { secretsInUse: { ...inUse, ...Object.fromEntries(current) }, happened: [entry] };
}

/** What does a rotation begin with? */
import type { Rotation, RotationReason } from '../rotation.js';
import { secretsOfSlot } from '../secret-names.js';
import type { TimelineEntry } from '../timeline-entry.js';
import { newerVersions } from './rotation-due.js';
import type { RotationQuestion, SecretsInUse } from './rotation-question.js';

/** The first state of a rotation; `undefined` when no secret in use is concerned. */
export function newRotation(
  { record, observed, slots, now }: RotationQuestion,
  reason: RotationReason,
  inUse: SecretsInUse,
): Rotation | undefined {
  const newer = new Map(newerVersions(observed.secrets ?? [], inUse));
  const names = [...new Set(slots.flatMap(({ slot }) => secretsOfSlot(record.spec, slot)))];
  const secrets = names
    .filter((name) => inUse[name] !== undefined && (reason !== 'newer-version' || newer.has(name)))
    .map((name) => {
      const from = inUse[name]?.version;
      // Somebody changed the far side: it is told the version again that the gateways have.
      const to =
        reason === 'newer-version' ? newer.get(name) : reason === 'credential-refused' ? from : undefined;
      return { name, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
    });
  if (secrets.length === 0) return undefined;
  const by = record.rotationWanted?.by;
  return {
    id: `${record.name}-${now.getTime().toString(36)}`,
    reason,
    ...(reason === 'asked-for' && by !== undefined ? { by } : {}),
    startedAt: now.toISOString(),
    state: 'making',
    isGoingBack: false,
    secrets,
    told: [],
    everTold: [],
    trying: [],
    proved: [],
    refusals: 0,
  };
}

const reasonWords: Readonly<Record<RotationReason, string>> = {
  due: 'it is due',
  'asked-for': 'somebody asked for it',
  'newer-version': 'the vault has a newer version',
  'credential-refused': 'the service edge refuses the PSK, so the far side is told it again',
};

/** What the timeline tells of a beginning. */
export function beganEntry(
  { now, record }: RotationQuestion,
  { reason, by, secrets, id }: Rotation,
): TimelineEntry {
  return {
    at: now.toISOString(),
    reason: 'rotation-began',
    sentence: `The PSKs of ${record.name} are rotated (${secrets.map(({ name }) => name).join(', ')}): ${reasonWords[reason]}.`,
    evidence: { rotation: id, reason },
    ...(by === undefined ? {} : { by }),
  };
}

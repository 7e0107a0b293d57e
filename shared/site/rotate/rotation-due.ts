/** Should a rotation begin now, and why? */
import { windowAt } from '../maintenance-window.js';
import type { SecretState } from '../observed-site.js';
import type { Wait } from '../plan.js';
import type { Outcome } from '../problem.js';
import type { RotationReason } from '../rotation.js';
import { newestUsable } from '../wanted-versions.js';
import type { RotationQuestion, SecretsInUse } from './rotation-question.js';

/** A rotation because of a refused credential is tried once in so long. */
const refusedAgainSeconds = 3600;

/** Why a rotation should begin now, if it should. */
export function whyNow(question: RotationQuestion, inUse: SecretsInUse): RotationReason | undefined {
  const { record, observed, now, slots } = question;
  if (Object.keys(inUse).length === 0) return undefined;
  if (record.rotationWanted !== undefined) return 'asked-for';
  if (newerVersions(observed.secrets ?? [], inUse).length > 0) return 'newer-version';
  const refused = slots.filter(({ slot }) => record.remedies?.[slot]?.cause === 'credential-refused');
  const isToldLately = Object.values(inUse).some(
    ({ toldAt }) => toldAt !== undefined && now.getTime() - Date.parse(toldAt) < refusedAgainSeconds * 1000,
  );
  if (record.spec.farSide === 'zia' && refused.length > 0 && !isToldLately) return 'credential-refused';
  const { rotation } = record.spec;
  const isDue = rotation !== undefined && dueAt(rotation.everyDays, inUse) <= now.toISOString();
  return isDue && windowAt(rotation, now).isOpen ? 'due' : undefined;
}

/** Usable versions that are newer than those in use, by name. */
export function newerVersions(secrets: readonly Outcome<SecretState>[], inUse: SecretsInUse) {
  return [...newestUsable(secrets)].filter(([name, version]) => {
    const use = inUse[name];
    return use !== undefined && use.version !== version;
  });
}

function dueAt(everyDays: number, inUse: SecretsInUse): string {
  const oldest =
    Object.values(inUse)
      .map(({ since }) => Date.parse(since))
      .sort((a, b) => a - b)[0] ?? 0;
  return new Date(oldest + everyDays * 24 * 3600 * 1000).toISOString();
}

/** When the next rotation is due, so that the site is looked at then. */
export function nextDue({ record, now }: RotationQuestion, inUse: SecretsInUse): readonly Wait[] {
  const { rotation } = record.spec;
  if (rotation === undefined || Object.keys(inUse).length === 0) return [];
  const due = new Date(Math.max(Date.parse(dueAt(rotation.everyDays, inUse)), now.getTime()));
  const window = windowAt(rotation, due);
  const until = window.isOpen ? due.toISOString() : window.opensAt;
  return [
    {
      subject: `rotation of ${record.name}`,
      reason: 'outside-window',
      sentence: `The PSKs of ${record.name} are rotated from ${until} on.`,
      until,
    },
  ];
}

/** Which gateways does a rotation concern? Those that use one of its secrets, as the site is now. */
import type { DesiredSlot } from '../desired-site.js';
import type { Rotation } from '../rotation.js';
import { secretsOfSlot } from '../secret-names.js';
import type { RotationQuestion } from './rotation-question.js';

/** A newer version may be of one gateway's secret alone; the site may have got other zones, scopes or names since. */
export function slotsInRotation(
  { record, slots }: Pick<RotationQuestion, 'record' | 'slots'>,
  { secrets }: Rotation,
): readonly DesiredSlot[] {
  return slots.filter(({ slot }) =>
    secretsOfSlot(record.spec, slot).some((name) => secrets.some((secret) => secret.name === name)),
  );
}

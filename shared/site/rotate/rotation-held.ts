/** Does anything keep a rotation from beginning that would keep its gateways from the new version? */
import { changeHeldBy } from '../guards/change-held.js';
import type { Wait } from '../plan.js';
import type { RotationReason } from '../rotation.js';
import type { RotationQuestion } from './rotation-question.js';

/**
 * The far side isn't told what a gateway may not get: its tunnel would stand until it is authenticated anew, and be
 * refused then. Told again what the gateways have, nothing is changed on them.
 */
export function heldBy({ record, slots, now }: RotationQuestion, reason: RotationReason): Wait | undefined {
  if (reason === 'credential-refused') return undefined;
  for (const { slot } of slots) {
    const held = changeHeldBy(record, slot, now);
    if (held === undefined) continue;
    const sentence = `${held.sentence} Held: the rotation of its PSKs.`;
    const until = held.until === undefined ? {} : { until: held.until };
    return { subject: `rotation of ${record.name}`, reason: held.reason, sentence, ...until };
  }
  return undefined;
}

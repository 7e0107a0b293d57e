/** Does anything keep a rotation from beginning that would keep its gateways from the new version? */
import { freezeGuard } from '../guards/freeze.js';
import type { Disruption, GuardFacts } from '../guards/guard.js';
import { protectedGuard } from '../guards/protected.js';
import type { Wait } from '../plan.js';
import type { RotationReason } from '../rotation.js';
import type { RotationQuestion } from './rotation-question.js';

/**
 * The far side isn't told what a gateway may not get: its tunnel would stand until it is authenticated anew, and be
 * refused then. Told again what the gateways have, nothing is changed on them.
 */
export function heldBy({ record, slots, now }: RotationQuestion, reason: RotationReason): Wait | undefined {
  if (reason === 'credential-refused') return undefined;
  // What these two guards look at is the record alone.
  const limits = { maxInFlight: 0, freezeShare: 0 };
  const facts: GuardFacts = { record, othersServing: 0, wanted: slots.length, othersOut: [], limits };
  for (const { slot } of slots) {
    const change: Disruption = { slot, kind: 'planned', isOrdered: false, isReplacement: false };
    for (const guard of [protectedGuard, freezeGuard]) {
      const verdict = guard(change, facts, now);
      if (verdict.kind === 'pass') continue;
      const sentence = `${verdict.sentence} Held: the rotation of its PSKs.`;
      const until = verdict.until === undefined ? {} : { until: verdict.until };
      return { subject: `rotation of ${record.name}`, reason: verdict.reason, sentence, ...until };
    }
  }
  return undefined;
}

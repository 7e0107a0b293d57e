/** Does the owner want no change of a gateway now, whether it serves or not? */
import type { SlotId } from '../ids.js';
import type { SiteRecord } from '../site-record.js';
import { freezeGuard } from './freeze.js';
import type { Disruption, GuardFacts, GuardVerdict } from './guard.js';
import { protectedGuard } from './protected.js';

/** What holds a change that is no mending: what these guards look at is the record alone. */
export function changeHeldBy(
  record: SiteRecord,
  slot: SlotId,
  now: Date,
): Extract<GuardVerdict, { kind: 'hold' }> | undefined {
  const change: Disruption = { slot, kind: 'planned', isOrdered: false, isReplacement: false };
  const limits = { maxInFlight: 0, freezeShare: 0 };
  const facts: GuardFacts = { record, othersServing: 0, wanted: 0, othersOut: [], limits };
  for (const guard of [protectedGuard, freezeGuard]) {
    const verdict = guard(change, facts, now);
    if (verdict.kind === 'hold') return verdict;
  }
  return undefined;
}

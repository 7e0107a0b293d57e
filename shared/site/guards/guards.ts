/** May this be done to a gateway now? Every reason against it, in the order of their weight. */
import { adviseGuard } from './advise.js';
import { fleetFrozenGuard } from './fleet-frozen.js';
import { fleetInFlightGuard } from './fleet-in-flight.js';
import { freezeGuard } from './freeze.js';
import { graceGuard } from './grace.js';
import { pass, type Disruption, type Guard, type GuardFacts, type GuardVerdict } from './guard.js';
import { lastHealthyGuard } from './last-healthy.js';
import { maxUnavailableGuard } from './max-unavailable.js';
import { protectedGuard } from './protected.js';
import { replacementsGuard } from './replacements-a-day.js';
import { suspendedGuard } from './suspended.js';

/**
 * All guards. Two more stand before any plan for a gateway is made: a paused site, and one that is being deleted
 * (`plan-site.ts`).
 */
const guards: readonly Guard[] = [
  protectedGuard,
  freezeGuard,
  graceGuard,
  lastHealthyGuard,
  maxUnavailableGuard,
  replacementsGuard,
  suspendedGuard,
  fleetFrozenGuard,
  adviseGuard,
  fleetInFlightGuard,
];

/** Asks the guards in their order; the first that holds decides. */
export function mayBeDone(disruption: Disruption, facts: GuardFacts, now: Date): GuardVerdict {
  for (const guard of guards) {
    const verdict = guard(disruption, facts, now);
    if (verdict.kind === 'hold') return verdict;
  }
  return pass;
}

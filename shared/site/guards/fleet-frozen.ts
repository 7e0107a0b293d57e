/** Does so much of the fleet fail that the cause can't be here? */
import { inSeconds, pass, type Guard } from './guard.js';

/** Fewer failing gateways than this are no sign of anything common (architecture.md, Guards: at least 3). */
const leastFailing = 3;

/** Holds every mending that nobody asked for while more than `fleet.freezeShare` of the fleet fails. */
export const fleetFrozenGuard: Guard = ({ kind, isOrdered }, { fleet, limits }, now) => {
  if (kind === 'planned' || isOrdered || fleet === undefined) return pass;
  const { failing, gateways } = fleet;
  if (failing < leastFailing || failing <= gateways * limits.freezeShare) return pass;
  return {
    kind: 'hold',
    reason: 'fleet-frozen',
    sentence: `${failing} of ${gateways} gateways of the fleet fail, more than ${Math.round(limits.freezeShare * 100)} %: what they have in common comes first, no machine is touched.`,
    until: inSeconds(now, 120),
    evidence: { failing, gateways },
  };
};

/** Are enough remedies under way in the whole fleet? */
import { inSeconds, pass, type Guard } from './guard.js';

/** Holds a remedy that has no seat of the fleet, of which there are `fleet.maxInFlight`. */
export const fleetInFlightGuard: Guard = ({ kind }, { seat, limits }, now) => {
  if (kind === 'planned' || seat !== 'full') return pass;
  return {
    kind: 'hold',
    reason: 'fleet-in-flight',
    sentence: `${limits.maxInFlight} remedies are under way in the fleet, as many as may be at once.`,
    until: inSeconds(now, 30),
    evidence: { maxInFlight: limits.maxInFlight },
  };
};

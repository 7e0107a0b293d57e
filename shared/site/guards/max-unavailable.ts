/** Are enough gateways of the site taken out already? */
import { inSeconds, pass, type Guard } from './guard.js';

/** Holds what would take out, or touch the machine of, more gateways than `remediation.maxUnavailable` at once. */
export const maxUnavailableGuard: Guard = ({ kind, rung }, { record, othersOut, health }, now) => {
  // A machine that is off or gone takes nothing away by being started or made.
  const takesNothing = kind === 'machine' && (rung === 'start' || health === undefined);
  if (kind === 'mend' || takesNothing) return pass;
  const { maxUnavailable } = record.spec.remediation;
  if (othersOut.length < maxUnavailable) return pass;
  return {
    kind: 'hold',
    reason: 'max-unavailable',
    sentence: `${othersOut.join(', ')} ${othersOut.length === 1 ? 'is' : 'are'} out already; at most ${maxUnavailable} at once (remediation.maxUnavailable).`,
    until: inSeconds(now, 30),
    evidence: { out: othersOut, maxUnavailable },
  };
};

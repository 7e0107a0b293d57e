/** Is this a time in which the site's owner wants nothing to be done? */
import { pass, type Guard } from './guard.js';

/** Holds what nobody asked for while an entry of `remediation.freeze` lasts. */
export const freezeGuard: Guard = ({ isOrdered }, { record }, now) => {
  if (isOrdered) return pass;
  const current = (record.spec.remediation.freeze ?? []).find(
    ({ from, to }) => Date.parse(from) <= now.getTime() && now.getTime() < Date.parse(to),
  );
  if (current === undefined) return pass;
  return {
    kind: 'hold',
    reason: 'frozen',
    sentence: `${record.name} is frozen from ${current.from} to ${current.to} (remediation.freeze).`,
    until: new Date(Date.parse(current.to)).toISOString(),
    evidence: { from: current.from, to: current.to },
  };
};

/** Was everything tried already? */
import { pass, type Guard } from './guard.js';

/** Holds what is not asked for on a gateway whose mending was given up. */
export const suspendedGuard: Guard = ({ slot, isOrdered }, { remedy }) => {
  if (remedy?.suspendedAt === undefined || isOrdered) return pass;
  const tried = remedy.tries.map(({ rung }) => rung).join(', ');
  return {
    kind: 'hold',
    reason: 'suspended',
    sentence: `The mending of ${slot} is suspended since ${remedy.suspendedAt}: ${tried === '' ? 'nothing on this side can help' : `${tried} did not help`}. Look at the machine; "replace" goes on with another one.`,
    evidence: { suspendedAt: remedy.suspendedAt, tried: remedy.tries.map(({ rung }) => rung) },
  };
};

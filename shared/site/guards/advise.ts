/** Does the site's owner want advice alone? */
import { pass, type Guard } from './guard.js';

/** Holds every mending of a site whose `remediation.mode` is `advise`; the last guard, so that only what would be done is advised. */
export const adviseGuard: Guard = ({ kind, isOrdered }, { record }) => {
  if (kind === 'planned' || isOrdered || record.spec.remediation.mode === 'act') return pass;
  return { kind: 'hold', reason: 'advised', sentence: 'Not done, advised only (remediation.mode).' };
};

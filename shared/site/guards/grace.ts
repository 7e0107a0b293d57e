/** Is the machine too young to be given up? */
import { inSeconds, pass, type Guard } from './guard.js';

/** A machine has so long to come up (architecture.md, Guards: grace after a build). */
const graceSeconds = 15 * 60;

/** Holds what touches a machine that has not served yet, while it may still come up by itself. */
export const graceGuard: Guard = ({ kind, rung }, { health }, now) => {
  // A start is no judgement over the machine.
  if (kind !== 'machine' || rung === 'start' || health === undefined || health.provedAt !== undefined)
    return pass;
  const { createdAt, name } = health.machine;
  if (createdAt === undefined) return pass;
  const ageSeconds = (now.getTime() - Date.parse(createdAt)) / 1000;
  if (ageSeconds >= graceSeconds) return pass;
  return {
    kind: 'hold',
    reason: 'grace-after-build',
    sentence: `${name} was built ${Math.round(ageSeconds)} s ago; it has ${graceSeconds} s to come up.`,
    until: inSeconds(now, graceSeconds - ageSeconds),
    evidence: { createdAt },
  };
};

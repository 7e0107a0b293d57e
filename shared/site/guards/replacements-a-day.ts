/** Were enough machines replaced today? */
import { pass, type Guard } from './guard.js';

/** The day of `remediation.replacementsPerDay` is the last 24 hours. */
const daySeconds = 24 * 3600;

/** Holds replacements that nobody asked for, as the spec or by an order, beyond `remediation.replacementsPerDay`. */
export const replacementsGuard: Guard = (
  { slot, kind, isReplacement, isOrdered },
  { record, health },
  now,
) => {
  if (!isReplacement || isOrdered || kind === 'planned') return pass;
  const { replacementsPerDay } = record.spec.remediation;
  // A machine that somebody deleted is made again, unless it goes on like that in this one place.
  const today = (record.replacements ?? []).filter(
    (other) =>
      now.getTime() - Date.parse(other.at) < daySeconds * 1000 &&
      (health !== undefined || other.slot === slot),
  );
  if (today.length < replacementsPerDay) return pass;
  const first = today[Math.max(0, today.length - replacementsPerDay)]?.at;
  const until =
    first === undefined ? {} : { until: new Date(Date.parse(first) + daySeconds * 1000).toISOString() };
  return {
    kind: 'hold',
    reason: 'replacements-a-day',
    sentence: `${today.length} machines of ${record.name} were replaced in the last 24 h; at most ${replacementsPerDay} are (remediation.replacementsPerDay).`,
    ...until,
    evidence: { replaced: today.map(({ slot, at }) => `${slot} at ${at}`) },
  };
};

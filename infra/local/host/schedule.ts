/** When does a timer trigger fire next? NCRONTAB: second, minute, hour, day, month, day of the week. */

/** Values that each field allows, lowest and highest. */
const ranges = [
  [0, 59],
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 6],
] as const;

/** A schedule that was read. */
export type Schedule = readonly ReadonlySet<number>[];

/**
 * Reads six fields of `*`, numbers, lists, ranges and steps.
 *
 * @throws Error that names the field which can't be read
 */
export function readSchedule(text: string): Schedule {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== ranges.length)
    throw new Error(`"${text}" has ${fields.length} fields; a schedule has 6.`);
  return fields.map((field, index) => readField(field, index, text));
}

function readField(field: string, index: number, text: string): ReadonlySet<number> {
  const [lowest, highest] = ranges[index] ?? [0, 0];
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const [, all, first, last, step] = /^(?:(\*)|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part) ?? [];
    const from = all === undefined ? Number(first) : lowest;
    const to = all === undefined && step === undefined ? Number(last ?? first) : Number(last ?? highest);
    const isSound =
      (all !== undefined || first !== undefined) &&
      from >= lowest &&
      to <= highest &&
      from <= to &&
      Number(step ?? 1) > 0;
    if (!isSound) throw new Error(`Field ${index + 1} of "${text}" can't be read: "${part}".`);
    for (let value = from; value <= to; value += Number(step ?? 1)) values.add(value);
  }
  return values;
}

/** The first second after `after` at which the schedule fires, in UTC; `undefined` when none comes within four years. */
export function nextFire(schedule: Schedule, after: Date): Date | undefined {
  const at = new Date(Math.floor(after.getTime() / 1000) * 1000 + 1000);
  const limit = after.getTime() + 4 * 366 * 24 * 3600 * 1000;
  while (at.getTime() <= limit) {
    const [second, minute, hour, day, month, weekday] = schedule;
    if (!month?.has(at.getUTCMonth() + 1)) {
      at.setUTCMonth(at.getUTCMonth() + 1, 1);
      at.setUTCHours(0, 0, 0);
    } else if (!day?.has(at.getUTCDate()) || !weekday?.has(at.getUTCDay())) {
      at.setUTCDate(at.getUTCDate() + 1);
      at.setUTCHours(0, 0, 0);
    } else if (!hour?.has(at.getUTCHours())) at.setUTCHours(at.getUTCHours() + 1, 0, 0);
    else if (!minute?.has(at.getUTCMinutes())) at.setUTCMinutes(at.getUTCMinutes() + 1, 0);
    else if (!second?.has(at.getUTCSeconds())) at.setUTCSeconds(at.getUTCSeconds() + 1);
    else return at;
  }
  return undefined;
}

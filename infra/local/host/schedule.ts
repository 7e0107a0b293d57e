/** When does a timer trigger fire next? NCRONTAB with five or six fields, or a time span; always in UTC. */
import { readTimeSpan } from './time-span.js';

/** A schedule that was read. */
export type Schedule =
  | {
      readonly kind: 'cron';
      /** Second, minute, hour, day, month, day of the week. */
      readonly fields: readonly ReadonlySet<number>[];
    }
  | { readonly kind: 'interval'; readonly everyMs: number };

interface Field {
  readonly name: string;
  readonly lowest: number;
  readonly highest: number;
  readonly names?: readonly string[];
}

const monthNames =
  'January February March April May June July August September October November December'.split(' ');
const dayNames = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

/** In the order of six fields (NCrontab, CrontabFieldImpl.cs); 7 is no Sunday. */
const allFields: readonly Field[] = [
  { name: 'second', lowest: 0, highest: 59 },
  { name: 'minute', lowest: 0, highest: 59 },
  { name: 'hour', lowest: 0, highest: 23 },
  { name: 'day', lowest: 1, highest: 31 },
  { name: 'month', lowest: 1, highest: 12, names: monthNames },
  { name: 'day of the week', lowest: 0, highest: 6, names: dayNames },
];

/** Longest look ahead, in years: a 29 February on a given day of the week comes again within 40. */
const yearsAhead = 40;

/**
 * Reads a schedule.
 *
 * @throws Error that names the field which can't be read, or says that the schedule never fires
 */
export function readSchedule(text: string): Schedule {
  const everyMs = /:/.test(text) ? readTimeSpan(text) : undefined;
  if (everyMs !== undefined) {
    if (everyMs <= 0) throw new Error(`the schedule "${text}" isn't longer than nothing`);
    return { kind: 'interval', everyMs };
  }
  const parts = text.trim().split(/\s+/);
  if (parts.length !== 5 && parts.length !== 6)
    throw new Error(
      `the schedule "${text}" has ${parts.length} fields; give six (second minute hour day month weekday), or five without the second`,
    );
  const withSeconds = parts.length === 6 ? parts : ['0', ...parts];
  const fields = allFields.map((field, index) => readField(withSeconds[index] ?? '', field, text));
  const schedule: Schedule = { kind: 'cron', fields };
  if (nextFire(schedule, new Date(0)) === undefined) throw new Error(`the schedule "${text}" never comes`);
  return schedule;
}

function readField(text: string, field: Field, schedule: string): ReadonlySet<number> {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const { first, last, step } = readPart(part, field) ?? {};
    if (first === undefined || last === undefined || step === undefined)
      throw new Error(
        `the ${field.name} "${part}" in the schedule "${schedule}" can't be read; give ${field.lowest} to ${field.highest}${field.names === undefined ? '' : `, or names such as ${(field.names[0] ?? '').slice(0, 3)}`}, with "-", "," and "/"`,
      );
    for (let value = first; value <= last; value += step) values.add(value);
  }
  return values;
}

/** Reads a value, a range or `*`, with or without a step. */
function readPart(
  part: string,
  field: Field,
): { readonly first: number; readonly last: number; readonly step: number } | undefined {
  const [, all, from, to, every] = /^(?:(\*)|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(part) ?? [];
  const step = Number(every ?? 1);
  if (step === 0) return undefined; // the real host takes it for 1, which nobody means
  if (all !== undefined) return { first: field.lowest, last: field.highest, step };
  const first = readValue(from, field);
  // A value with a step goes on to the highest: 5/15 is 5, 20, 35 and 50.
  const last = to === undefined ? (every === undefined ? first : field.highest) : readValue(to, field);
  if (first === undefined || last === undefined) return undefined;
  // A range that runs backwards is turned round, not wrapped (NCrontab, CrontabField.cs).
  return { first: Math.min(first, last), last: Math.max(first, last), step };
}

/** Names may be shortened to any beginning; the first that fits counts (NCrontab, CrontabFieldImpl.cs). */
function readValue(text: string | undefined, { lowest, highest, names = [] }: Field): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d/.test(text)) {
    const index = names.findIndex((name) => name.toLowerCase().startsWith(text.toLowerCase()));
    return index < 0 ? undefined : index + lowest;
  }
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= lowest && value <= highest ? value : undefined;
}

/**
 * The first second after `after` at which the schedule fires; `undefined` when none comes.
 *
 * Both the day of the month and that of the week have to fit, other than with cron.
 */
export function nextFire(schedule: Schedule, after: Date): Date | undefined {
  if (schedule.kind === 'interval') return new Date(after.getTime() + schedule.everyMs);
  const [second, minute, hour, day, month, weekday] = schedule.fields;
  const at = new Date(Math.floor(after.getTime() / 1000) * 1000 + 1000);
  const limit = after.getTime() + yearsAhead * 366 * 24 * 3600 * 1000;
  while (at.getTime() <= limit) {
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

/**
 * Says whether a schedule may fire twice within a minute: the real host then keeps no status of it, so that no tick is
 * past due (azure-webjobs-sdk-extensions, TimerSchedule.cs).
 */
export function isFrequent(schedule: Schedule): boolean {
  if (schedule.kind === 'interval') return schedule.everyMs < 60_000;
  const [second, ...others] = schedule.fields;
  const isEach = ({ size }: ReadonlySet<number>, index: number) => {
    const { lowest = 0, highest = 0 } = allFields[index + 1] ?? {};
    return size === highest - lowest + 1;
  };
  return (second?.size ?? 0) > 1 && others.every(isEach);
}

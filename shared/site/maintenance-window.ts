/** When may gateways be changed by themselves? A window of each day, in the site's time zone. */
import { DateTime } from 'luxon';

/** A window such as `02:00-04:00`; one that ends before it begins lasts over midnight. Always open when absent. */
export interface WindowSettings {
  readonly window?: string | undefined;
  /** IANA name; UTC when absent. */
  readonly timeZone?: string | undefined;
}

/** Whether it is open, and when it opens next (ISO 8601). */
export type WindowState = { readonly isOpen: true } | { readonly isOpen: false; readonly opensAt: string };

/** Days that are looked ahead for the next opening: a zone's clock change can take one day's window away. */
const daysAhead = 3;

/** Says whether the window is open at a time. Daylight saving time is the zone's. */
export function windowAt({ window, timeZone = 'utc' }: WindowSettings, now: Date): WindowState {
  if (window === undefined) return { isOpen: true };
  const local = DateTime.fromJSDate(now, { zone: timeZone });
  const days = Array.from({ length: daysAhead + 2 }, (_, index) => local.plus({ days: index - 1 }));
  const spans = days.map((day) => spanOf(day, window));
  if (spans.some(({ from, to }) => from <= local && local < to)) return { isOpen: true };
  const next = spans.map(({ from }) => from).find((from) => from > local);
  if (next === undefined) throw new Error(`The window ${window} never opens in ${timeZone}.`);
  return { isOpen: false, opensAt: next.toUTC().toJSDate().toISOString() };
}

function spanOf(day: DateTime, window: string): { readonly from: DateTime; readonly to: DateTime } {
  const [from = '', to = ''] = window.split('-');
  const begin = atTime(day, from);
  const end = atTime(day, to);
  return { from: begin, to: end > begin ? end : atTime(day.plus({ days: 1 }), to) };
}

function atTime(day: DateTime, time: string): DateTime {
  const [hour, minute] = time.split(':').map(Number);
  return day.set({ hour: hour ?? 0, minute: minute ?? 0, second: 0, millisecond: 0 });
}

/** Says whether a time zone is known. */
export function isTimeZone(name: string): boolean {
  return DateTime.utc().setZone(name).isValid;
}

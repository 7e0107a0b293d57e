/** Did this process get a core when it had work? What isn't scaled, the app's own work, is slower by what it waited. */
import { readFileSync } from 'node:fs';

/** Nanoseconds that the main thread has run, and waited while it could have run. */
export interface CoreTime {
  readonly ran: number;
  readonly waited: number;
}

/** So far; `undefined` where the kernel doesn't tell (Linux, 'sched-stats': `/proc/<pid>/schedstat`). */
export function coreTime(): CoreTime | undefined {
  try {
    const [ran = Number.NaN, waited = Number.NaN] = readFileSync('/proc/self/schedstat', 'utf8')
      .split(' ')
      .map(Number);
    return Number.isFinite(ran) && Number.isFinite(waited) ? { ran, waited } : undefined;
  } catch {
    return undefined; // another system than Linux
  }
}

/** How many times as long the work took as on a machine without other work; `undefined` where it isn't known. */
export function stretchSince(
  before: CoreTime | undefined,
  now: CoreTime | undefined = coreTime(),
): number | undefined {
  if (before === undefined || now === undefined || now.ran <= before.ran) return undefined;
  return 1 + (now.waited - before.waited) / (now.ran - before.ran);
}

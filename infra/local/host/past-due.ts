/** Was a tick missed while the host was down? As azure-webjobs-sdk-extensions decides it (ScheduleMonitor.cs). */
import { nextFire, type Schedule } from './schedule.js';

/** What is kept of a timer across restarts. */
export interface ScheduleStatus {
  /** The last tick; absent when there was none yet. */
  readonly last?: Date;
  /** The tick that is awaited. */
  readonly next: Date;
  /** From when `next` was reckoned. */
  readonly lastUpdated?: Date;
}

/** The status to go on with, and whether its tick is overdue. */
export interface StartStatus {
  readonly status: ScheduleStatus;
  readonly isPastDue: boolean;
}

/**
 * Judges the kept status at the start of a host.
 *
 * @param kept as it was written last; `undefined` for a timer that is new
 * @returns `undefined` when the schedule has no next tick
 */
export function judgeStart(
  schedule: Schedule,
  kept: ScheduleStatus | undefined,
  now: Date,
): StartStatus | undefined {
  const fromNow = nextFire(schedule, now);
  if (fromNow === undefined) return undefined;
  if (kept === undefined) return { status: { next: fromNow, lastUpdated: now }, isPastDue: false };
  const reckonedFrom = kept.last ?? kept.lastUpdated ?? now;
  const expected = nextFire(schedule, reckonedFrom);
  if (expected?.getTime() === kept.next.getTime()) return { status: kept, isPastDue: now > kept.next };
  // The schedule was changed meanwhile: what the new one would have had before isn't made up for.
  const isAhead = expected !== undefined && now <= expected;
  return {
    status: isAhead ? { next: expected, lastUpdated: reckonedFrom } : { next: fromNow, lastUpdated: now },
    isPastDue: false,
  };
}

/**
 * The status after a tick.
 *
 * @param invokedAt when the function was called
 */
export function afterTick(schedule: Schedule, invokedAt: Date): ScheduleStatus | undefined {
  const next = nextFire(schedule, invokedAt);
  return next === undefined ? undefined : { last: invokedAt, next, lastUpdated: invokedAt };
}

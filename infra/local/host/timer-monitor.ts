/** What is kept of timers across restarts? One small file a timer, written whole; in memory without a folder. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ScheduleStatus } from './past-due.js';

/** Keeps the status of timers. */
export interface TimerMonitor {
  /** The status that was written last; `undefined` for a new timer, or one whose file can't be read. */
  read(name: string): ScheduleStatus | undefined;
  /** @throws Error when the file can't be written */
  write(name: string, status: ScheduleStatus): void;
}

/** A time as .NET writes it where there is none. */
export const noTime = '0001-01-01T00:00:00+00:00';

/**
 * Opens the monitor.
 *
 * @param folder made when it isn't there; `undefined` for memory alone, where a new host knows of nothing
 */
export function openTimerMonitor(folder: string | undefined): TimerMonitor {
  if (folder === undefined) {
    const kept = new Map<string, ScheduleStatus>();
    return { read: (name) => kept.get(name), write: (name, status) => void kept.set(name, status) };
  }
  mkdirSync(folder, { recursive: true });
  const fileOf = (name: string) => join(folder, `${name.toLowerCase()}.status`);
  return {
    read: (name) => readStatus(fileOf(name)),
    // Renamed, so that a host that dies while it writes leaves the old status.
    write: (name, status) => {
      const file = fileOf(name);
      writeFileSync(`${file}.new`, JSON.stringify(statusOnWire(status)));
      renameSync(`${file}.new`, file);
    },
  };
}

/** The status in .NET's casing, as a function gets it and as it is kept. */
export function statusOnWire({ last, next, lastUpdated }: ScheduleStatus): {
  readonly Last: string;
  readonly Next: string;
  readonly LastUpdated: string;
} {
  const write = (time: Date | undefined) => time?.toISOString().replace('Z', '+00:00') ?? noTime;
  return { Last: write(last), Next: write(next), LastUpdated: write(lastUpdated) };
}

function readStatus(file: string): ScheduleStatus | undefined {
  if (!existsSync(file)) return undefined;
  const read = fieldsOf(readFileSync(file, 'utf8'));
  const last = timeIn(read['Last']);
  const lastUpdated = timeIn(read['LastUpdated']);
  const next = timeIn(read['Next']);
  // A file that somebody broke is like none: the timer begins anew.
  if (next === undefined) return undefined;
  return {
    next,
    ...(last === undefined ? {} : { last }),
    ...(lastUpdated === undefined ? {} : { lastUpdated }),
  };
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === 'object' && read !== null ? { ...read } : {};
  } catch {
    return {};
  }
}

function timeIn(value: unknown): Date | undefined {
  if (typeof value !== 'string' || value === noTime) return undefined;
  const time = new Date(value);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

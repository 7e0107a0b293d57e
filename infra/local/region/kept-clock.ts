/** When does the time of a region go on that was ended or killed? Never before what it had reached. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Real milliseconds between two notes, and how far ahead each of them is: a process that is busy may be late. */
const noteEveryMs = 1000;
const aheadMs = 5000;

/** A clock whose time is kept. */
export interface KeptClock {
  /** Notes the time as it is, and ends. */
  end(): void;
}

/**
 * Where time starts, in milliseconds since the epoch: where it ended before, or now if that is later.
 *
 * @param file as it was written by `keepClock`; without a sound one time starts now
 */
export function startOfTime(file: string): number {
  try {
    const read: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const endedAt = typeof read === 'object' && read !== null && 'endedAt' in read ? read.endedAt : undefined;
    return typeof endedAt === 'number' ? Math.max(endedAt, Date.now()) : Date.now();
  } catch {
    return Date.now();
  }
}

/**
 * Notes from now on a time that isn't reached before the next note, so that a region which is killed goes on after it.
 *
 * @param speed how many seconds pass in one
 */
export function keepClock(file: string, speed: number): KeptClock {
  const note = (endedAt: number) => {
    // Renamed, so that a kill leaves the old note or the new one.
    writeFileSync(`${file}.new`, JSON.stringify({ endedAt }));
    renameSync(`${file}.new`, file);
  };
  const noteAhead = () => {
    note(Date.now() + aheadMs * speed);
  };
  noteAhead();
  const timer = setInterval(noteAhead, noteEveryMs * speed);
  timer.unref();
  return {
    end() {
      clearInterval(timer);
      note(Date.now());
    },
  };
}

/** When does the plain policy replace? After five minutes in a row in which a backend's probes weren't all answered. */

/** Bad minutes in a row that it waits for. */
export const badMinutes = 5;

const minuteMs = 60_000;

/** How a backend answered its probes in one minute. */
export interface MinuteSample {
  /** ISO 8601: beginning of the minute. */
  readonly at: string;
  /** 0 to 100. */
  readonly percent: number;
}

/** What was read of one backend so far, a percentage by minute; a minute may be read several times. */
export type Minutes = ReadonlyMap<number, number>;

/** Adds what one reading told. */
export function withSamples(minutes: Minutes, samples: readonly MinuteSample[]): Minutes {
  const more = samples.map(({ at, percent }) => [Math.floor(Date.parse(at) / minuteMs), percent] as const);
  return new Map([...minutes, ...more]);
}

/**
 * Says whether the newest five minutes that can be read were all bad.
 *
 * @param sinceMs minutes that began before are no longer counted: another machine was there
 */
export function isBadForLong(minutes: Minutes, sinceMs: number): boolean {
  const known = [...minutes.keys()].filter((minute) => minute * minuteMs >= sinceMs);
  if (known.length < badMinutes) return false;
  const newest = Math.max(...known);
  return Array.from({ length: badMinutes }, (_, back) => minutes.get(newest - back)).every(
    (percent, back) => percent !== undefined && percent < 100 && (newest - back) * minuteMs >= sinceMs,
  );
}

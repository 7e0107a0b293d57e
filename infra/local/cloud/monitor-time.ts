/** How does Azure Monitor write durations and spans of time? */

/** One minute: the finest grain of a platform metric. */
export const minuteMs = 60_000;

const duration = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i;

/** Reads an ISO 8601 duration such as `PT5M`, in milliseconds; `undefined` for what is none, and for one of no length. */
export function durationMs(text: string): number | undefined {
  const parts = duration.exec(text);
  if (parts === null) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part || 0));
  const seconded = ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
  return seconded === 0 ? undefined : seconded * 1000;
}

/** A span of time, in milliseconds since the epoch; the end is no part of it. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** Reads `start/end`, `start/duration`, `duration/end` or a `duration` that ends now; `undefined` for what is none. */
export function readSpan(text: string, nowMs: number): Span | undefined {
  const [first = '', second] = text.split('/');
  const length = durationMs(second === undefined ? first : second) ?? durationMs(first);
  const start = Date.parse(first);
  const end = second === undefined ? nowMs : Date.parse(second);
  if (!Number.isNaN(start) && second !== undefined)
    return span(start, Number.isNaN(end) ? start + (length ?? Number.NaN) : end);
  return length === undefined ? undefined : span(end - length, end);
}

function span(startMs: number, endMs: number): Span | undefined {
  return endMs > startMs ? { startMs, endMs } : undefined;
}

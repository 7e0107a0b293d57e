/** What was recorded of the real ZIA, in the order in which it happened? */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where the recordings are: beside the project, or where a setting says. */
export const folder = resolve(process.env['ZIA_RECORDINGS'] ?? '../shared/zia-recordings');

/** Says whether the recordings are there. */
export const hasRecordings = existsSync(folder);

/** One recorded call and its answer. */
export interface Recorded {
  /** The recording's name; ids belong together within one. */
  readonly source: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/zia/api/v1`. */
  readonly path: string;
  readonly query: string;
  readonly requestBody: unknown;
  readonly status: number;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly responseBody: unknown;
  /** Seconds since the call before, as the gateway's counter tells; half a second off at most for a throttled one. */
  readonly afterSeconds: number;
}

const files = ['staticIP', 'vpnCredentials', 'locations', 'status'];

/** All recordings, by their names. */
export function readRecordings(): ReadonlyMap<string, readonly Recorded[]> {
  const bySource = new Map<string, Placed[]>();
  for (const file of files) {
    // The recordings' README tells the shape.
    const rows = JSON.parse(readFileSync(join(folder, `${file}.json`), 'utf8')) as Recorded[];
    for (const [source, placed] of placedBySource(rows)) {
      bySource.set(source, [...(bySource.get(source) ?? []), ...placed]);
    }
  }
  return new Map([...bySource].map(([source, placed]) => [source, inOrder(placed)]));
}

interface Placed {
  readonly one: Recorded;
  /** Which of the gateway's minutes, counted within its file and source. */
  readonly minute: number;
  readonly remaining: number;
  readonly reset: number;
}

/** A file holds one family of paths: what belongs between is told by the gateway's count of calls left in a minute. */
function placedBySource(rows: readonly Recorded[]): ReadonlyMap<string, Placed[]> {
  const bySource = new Map<string, Placed[]>();
  for (const one of rows) {
    const placed = bySource.get(one.source) ?? [];
    const remaining = Number(one.responseHeaders['x-ratelimit-remaining']);
    const before = placed.at(-1);
    const isNext = before !== undefined && remaining > before.remaining;
    const minute = (before?.minute ?? 0) + (isNext ? 1 : 0);
    const reset = Number(one.responseHeaders['x-ratelimit-reset']);
    bySource.set(one.source, [...placed, { one, minute, remaining, reset }]);
  }
  return bySource;
}

function inOrder(placed: readonly Placed[]): readonly Recorded[] {
  const sorted = [...placed].sort((a, b) => a.minute - b.minute || b.remaining - a.remaining);
  return sorted.map(({ one, minute, reset }, index) => {
    const before = sorted[index - 1];
    if (before === undefined) return { ...one, afterSeconds: 0 };
    const whole = before.reset - reset + 60 * (minute - before.minute);
    // The counter tells whole seconds; a throttled call came before its second was over.
    return { ...one, afterSeconds: one.status === 429 ? whole - 0.5 : whole };
  });
}

/** The text of a recorded body: a lone word was not quoted (the recordings' README keeps it as a string). */
export function textOf({ responseBody }: Recorded): string {
  if (responseBody === null) return '';
  return typeof responseBody === 'string' ? responseBody : JSON.stringify(responseBody);
}

/** How much does a tenant take? Limits by verb, and the gateway's limit a minute that OneAPI tells in headers. */
import { Refusal } from './wire.js';

/** What has a limit of its own. */
export type Verb = 'read' | 'write' | 'activate';

interface Limit {
  readonly count: number;
  readonly unit: 'SECOND' | 'MINUTE' | 'HOUR';
}

/** For all callers of the tenant together (Zscaler, 'API Rate Limit Summary'). */
const limits: Readonly<Record<Verb, readonly Limit[]>> = {
  read: [
    { count: 2, unit: 'SECOND' },
    { count: 1000, unit: 'HOUR' },
  ],
  write: [
    { count: 1, unit: 'SECOND' },
    { count: 400, unit: 'HOUR' },
  ],
  activate: [
    { count: 10, unit: 'MINUTE' },
    { count: 40, unit: 'HOUR' },
  ],
};

const unitMs = { SECOND: 1000, MINUTE: 60_000, HOUR: 3_600_000 } as const;

/** The gateway's limit (recorded: `x-ratelimit-limit: 5000, 5000;w=60`). */
const gatewayPerMinute = 5000;

/** The counters of one tenant. Windows slide, and what is refused isn't counted (both inferred). */
export class RateLimits {
  readonly #taken: Record<Verb, readonly number[]> = { read: [], write: [], activate: [] };
  #minute = { startsAt: 0, count: 0 };

  /** Counts a call of OneAPI, refused ones too (recorded), and gives its headers. */
  gatewayHeaders(): Record<string, string> {
    const now = Date.now();
    const startsAt = now - (now % unitMs.MINUTE);
    if (this.#minute.startsAt !== startsAt) this.#minute = { startsAt, count: 0 };
    this.#minute = { startsAt, count: this.#minute.count + 1 };
    return {
      'x-ratelimit-limit': `${gatewayPerMinute}, ${gatewayPerMinute};w=60`,
      'x-ratelimit-remaining': String(Math.max(0, gatewayPerMinute - this.#minute.count)),
      'x-ratelimit-reset': String(Math.ceil((startsAt + unitMs.MINUTE - now) / 1000)),
    };
  }

  /** Takes a call of a verb. Throws a refusal when one of its limits is reached. */
  take(verb: Verb): void {
    const now = Date.now();
    const taken = this.#taken[verb].filter((at) => now - at < unitMs.HOUR);
    for (const { count, unit } of limits[verb]) {
      const within = taken.filter((at) => now - at < unitMs[unit]);
      const oldest = within[within.length - count];
      if (oldest === undefined) continue;
      throw throttled(`${count}/${unit}`, Math.ceil((oldest + unitMs[unit] - now) / 1000));
    }
    this.#taken[verb] = [...taken, now];
  }
}

/** The refusal: the header is a number, the body's a phrase (recorded). */
export function throttled(limit: string, seconds: number): Refusal {
  return new Refusal({
    status: 429,
    headers: { 'retry-after': String(seconds) },
    body: { message: `Rate Limit (${limit}) exceeded`, 'Retry-After': `${seconds} seconds` },
  });
}

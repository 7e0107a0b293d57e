/** How many requests does ARM take? A token bucket for each kind of request (documented, since 2024). */
import { refusal } from './wire.js';

interface Bucket {
  tokens: number;
  filledAt: number;
}

const limits = {
  reads: { size: 250, perSecond: 25 },
  writes: { size: 200, perSecond: 10 },
  deletes: { size: 200, perSecond: 10 },
} as const;

type Kind = keyof typeof limits;

/** The buckets of one subscription, region and principal. */
export class Throttling {
  readonly #buckets = new Map<Kind, Bucket>();

  /** Takes a token, and gives the header that says how many are left. Throws a refusal when there is none. */
  take(method: string): Record<string, string> {
    const kind: Kind = method === 'GET' ? 'reads' : method === 'DELETE' ? 'deletes' : 'writes';
    const { size, perSecond } = limits[kind];
    const now = Date.now();
    const bucket = this.#buckets.get(kind) ?? { tokens: size, filledAt: now };
    const filled = Math.min(size, bucket.tokens + ((now - bucket.filledAt) / 1000) * perSecond);
    this.#buckets.set(kind, { tokens: Math.max(0, filled - 1), filledAt: now });
    if (filled < 1) {
      throw refusal(
        429,
        'SubscriptionRequestsThrottled',
        `Number of '${kind}' requests for subscription exceeded the limit. Please try again after '1' seconds.`,
      ).with({ 'retry-after': '1' });
    }
    return { [`x-ms-ratelimit-remaining-subscription-${kind}`]: String(Math.floor(filled - 1)) };
  }
}

/** How many transactions does a vault take? */
import { TokenBuckets } from './token-buckets.js';
import { refusal } from './wire.js';

/** In ten seconds, for a vault (documented). */
const limits = {
  made: { size: 300, perSecond: 30 },
  rest: { size: 4000, perSecond: 400 },
} as const;

/** One vault's buckets. */
export class VaultThrottling {
  readonly #buckets: TokenBuckets;

  /** @param share of their size and filling that all buckets have now, above 0 to 1 */
  constructor(share: () => number = () => 1) {
    this.#buckets = new TokenBuckets(share);
  }

  /** Counts a transaction. Throws a refusal without Retry-After: clients are told to back off (documented). */
  take(method: string): void {
    const kind = method === 'PUT' ? 'made' : 'rest';
    if (this.#buckets.take(kind, limits[kind]).isTaken) return;
    throw refusal(
      429,
      'Throttled',
      'Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached',
    );
  }
}

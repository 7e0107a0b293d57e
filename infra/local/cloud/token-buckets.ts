/** How are requests counted that may come so often? A bucket of tokens that fills by the second. */

/** How many tokens a bucket holds at most, and how fast it fills. */
export interface BucketLimit {
  readonly size: number;
  readonly perSecond: number;
}

/** What taking a token gave. */
export type Taken =
  | { readonly isTaken: true; readonly left: number }
  /** Seconds until there is one, rounded up. */
  | { readonly isTaken: false; readonly waitSeconds: number };

interface Level {
  tokens: number;
  filledAt: number;
}

/** Buckets by name, each full when it is first used. */
export class TokenBuckets {
  readonly #levels = new Map<string, Level>();

  /**
   * @param share says at each time which share of its size and of its filling a bucket has, above 0 to 1; a bucket
   * holds at least one token, else nothing would ever pass
   */
  constructor(private readonly share: () => number = () => 1) {}

  /** Takes a token from a bucket. */
  take(name: string, limit: BucketLimit): Taken {
    const share = this.share();
    const [size, perSecond] = [Math.max(1, limit.size * share), limit.perSecond * share];
    const now = Date.now();
    const { tokens, filledAt } = this.#levels.get(name) ?? { tokens: size, filledAt: now };
    const filled = Math.min(size, tokens + ((now - filledAt) / 1000) * perSecond);
    const isTaken = filled >= 1;
    this.#levels.set(name, { tokens: isTaken ? filled - 1 : filled, filledAt: now });
    return isTaken
      ? { isTaken, left: Math.floor(filled - 1) }
      : { isTaken, waitSeconds: Math.max(1, Math.ceil((1 - filled) / perSecond)) };
  }
}

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
  readonly tokens: number;
  /** Milliseconds since the epoch, as the next. */
  readonly filledAt: number;
  /** From when on it is as one that was never used. */
  readonly fullAt: number;
}

/** How many buckets are kept before full ones are dropped: each operation that is polled has one of its own. */
const leastKept = 1000;

/** Buckets by name, each full when it is first used. */
export class TokenBuckets {
  readonly #levels = new Map<string, Level>();
  #dropAt = leastKept;

  /**
   * @param share says at each time which share of its size and of its filling a bucket has, above 0 to 1; a bucket
   * holds at least one token, else nothing would ever pass
   */
  constructor(private readonly share: () => number = () => 1) {}

  /** How many are kept: those that aren't full, and some that are. */
  get size(): number {
    return this.#levels.size;
  }

  /** Takes a token from a bucket. */
  take(name: string, limit: BucketLimit): Taken {
    const share = this.share();
    const [size, perSecond] = [Math.max(1, limit.size * share), limit.perSecond * share];
    const now = Date.now();
    const { tokens, filledAt } = this.#levels.get(name) ?? { tokens: size, filledAt: now };
    const filled = Math.min(size, tokens + ((now - filledAt) / 1000) * perSecond);
    const isTaken = filled >= 1;
    const left = isTaken ? filled - 1 : filled;
    const fullAt = now + ((size - left) / perSecond) * 1000;
    this.#levels.set(name, { tokens: left, filledAt: now, fullAt });
    if (this.#levels.size >= this.#dropAt) this.#dropFull(now);
    return isTaken
      ? { isTaken, left: Math.floor(filled - 1) }
      : { isTaken, waitSeconds: Math.max(1, Math.ceil((1 - filled) / perSecond)) };
  }

  #dropFull(now: number): void {
    for (const [name, { fullAt }] of this.#levels) if (fullAt <= now) this.#levels.delete(name);
    this.#dropAt = Math.max(leastKept, 2 * this.#levels.size);
  }
}

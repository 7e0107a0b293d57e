/** How do days pass in minutes? By a clock that goes at one speed while something is at work, and leaps while nothing is. */
import { maxDelayMs, replaceDate } from '../../infra/local/region/scaled-clock.js';

/** What steers the clock, and the process's own timer beside it. */
export interface LeapingClock {
  /** Lets the clock stand at a later time at once; timers that are due by then fire next, in the order of their times. */
  leapTo(ms: number): void;
  /** Waits real milliseconds. */
  pauseMs(ms: number): Promise<void>;
  /** Real milliseconds since the epoch. */
  realNow(): number;
}

type Callback = (...values: unknown[]) => void;

/**
 * Replaces `Date` and the timers of this process, as the region's scaled clock does.
 *
 * @param speed how many seconds pass in one between leaps
 * @param startAt milliseconds since the epoch
 */
export function installLeapingClock(speed: number, startAt: number): LeapingClock {
  const RealDate = Date;
  const real = { setTimeout, clearTimeout, clearInterval };
  const realStart = RealDate.now();
  const pending = new Set<LeapingTimer>();
  let leapt = 0;
  const now = () => Math.round(startAt + leapt + (RealDate.now() - realStart) * speed);

  /** Stands for Node's `Timeout`, as far as anybody here uses it. */
  class LeapingTimer {
    #handle: NodeJS.Timeout | undefined;
    #isRef = true;
    dueAt: number;

    constructor(
      readonly callback: Callback,
      readonly values: readonly unknown[],
      readonly delayMs: number,
      readonly repeats: boolean,
    ) {
      this.dueAt = now() + delayMs;
      this.arm();
    }

    arm(): void {
      real.clearTimeout(this.#handle);
      pending.add(this);
      const left = Math.min(Math.max(0, this.dueAt - now()) / speed, maxDelayMs);
      this.#handle = real.setTimeout(() => {
        this.#fire();
      }, left);
      if (!this.#isRef) this.#handle.unref();
    }

    #fire(): void {
      pending.delete(this);
      if (this.repeats) this.refresh();
      this.callback(...this.values);
    }

    end(): void {
      pending.delete(this);
      real.clearTimeout(this.#handle);
    }

    refresh(): this {
      this.dueAt = now() + this.delayMs;
      this.arm();
      return this;
    }

    ref(): this {
      this.#isRef = true;
      this.#handle?.ref();
      return this;
    }

    unref(): this {
      this.#isRef = false;
      this.#handle?.unref();
      return this;
    }

    hasRef(): boolean {
      return this.#isRef;
    }
  }

  const end = (timer: unknown) => {
    if (timer instanceof LeapingTimer) timer.end();
    else real.clearTimeout(timer as NodeJS.Timeout | undefined); // what isn't ours is Node's own
  };
  const start =
    (repeats: boolean) =>
    (callback: Callback, delay = 0, ...values: unknown[]) =>
      new LeapingTimer(callback, values, delay, repeats);
  replaceDate(now);
  // Nobody here promisifies timers, which is all that the real ones have besides.
  globalThis.setTimeout = start(false) as unknown as typeof globalThis.setTimeout;
  globalThis.setInterval = start(true) as unknown as typeof globalThis.setInterval;
  globalThis.clearTimeout = end;
  globalThis.clearInterval = end;
  return {
    leapTo(ms) {
      leapt += Math.max(0, ms - now());
      // Node fires timers of one delay in the order in which they were set.
      for (const timer of [...pending].sort((a, b) => a.dueAt - b.dueAt)) timer.arm();
    },
    pauseMs: (ms) => new Promise((resolve) => real.setTimeout(resolve, ms)),
    realNow: () => RealDate.now(),
  };
}

/** How does a day pass in seconds? Time stands still while anything runs, and then jumps to what is due next. */
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { syncBuiltinESMExports } from 'node:module';
import { promisify } from 'node:util';
import { seededRandom } from '../../cloud/random.js';
import { maxDelayMs, replaceDate } from '../scaled-clock.js';
import { untilQuiet } from './quiet.js';
import { TimerQueue, type Waiting } from './timer-queue.js';

/** What lets time pass. */
export interface VirtualClock {
  /** Milliseconds since the epoch, in this time. */
  now(): number;
  /** Lets this many seconds pass, one due timer after the other; ends when nothing runs any more. */
  pass(seconds: number): Promise<void>;
  /** Lets time pass as long as something is awaited that needs it, such as an answer to somebody outside. */
  during<T>(awaited: Promise<T>): Promise<T>;
  /** Real milliseconds since the epoch, for whatever people look at. */
  realNow(): number;
  /** How many timers have fired. */
  readonly fired: number;
}

type Callback = (...values: unknown[]) => void;

/** A timer's place in the queue. */
interface Entry extends Waiting {
  readonly timer: VirtualTimer;
}

/** A timer as the process's code has it; Node's own `Timeout`, as far as it is used. */
class VirtualTimer {
  /** Where it waits; a timer that is set anew has another, since the queue's order is that of when one was added. */
  entry: Entry | undefined;
  #isRef = true;

  constructor(
    readonly clock: Clockwork,
    readonly callback: Callback,
    readonly values: readonly unknown[],
    readonly delayMs: number,
    readonly repeats: boolean,
  ) {
    clock.set(this);
  }

  refresh(): this {
    this.clock.unset(this);
    this.clock.set(this);
    return this;
  }

  close(): this {
    this.clock.unset(this);
    return this;
  }

  ref(): this {
    this.#isRef = true;
    return this;
  }

  unref(): this {
    this.#isRef = false;
    return this;
  }

  hasRef(): boolean {
    return this.#isRef;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Time itself: where it stands, and what waits for it. */
class Clockwork implements VirtualClock {
  readonly #waiting: TimerQueue<Entry>;
  readonly #nextTurn = setImmediate;
  readonly #RealDate = Date;
  #now: number;
  /** Whoever lets time pass now; one after the other. */
  #passing: Promise<void> = Promise.resolve();
  fired = 0;

  constructor(seed: number, startAt: number) {
    this.#now = startAt;
    this.#waiting = new TimerQueue(seededRandom(seed));
  }

  now(): number {
    return this.#now;
  }

  realNow(): number {
    return this.#RealDate.now();
  }

  set(timer: VirtualTimer): void {
    timer.entry = { dueAt: this.#now + timer.delayMs, draw: this.#waiting.draw(), timer };
    this.#waiting.add(timer.entry);
  }

  unset(timer: VirtualTimer): void {
    if (timer.entry !== undefined) this.#waiting.remove(timer.entry);
    timer.entry = undefined;
  }

  pass(seconds: number): Promise<void> {
    return this.#inTurn(async () => {
      const end = this.#now + seconds * 1000;
      await this.#untilQuiet();
      while (await this.#fireNext(end));
      this.#now = end;
    });
  }

  during<T>(awaited: Promise<T>): Promise<T> {
    let isOver = false;
    const over = () => void (isOver = true);
    void awaited.then(over, over);
    const passed = this.#inTurn(async () => {
      await this.#untilQuiet();
      while (!isOver && (await this.#fireNext(Infinity)));
    });
    return passed.then(() => awaited);
  }

  #inTurn(pass: () => Promise<void>): Promise<void> {
    const turn = this.#passing.then(pass);
    this.#passing = turn.catch(() => undefined);
    return turn;
  }

  /** Fires the next timer that is due by a time, and waits until nothing runs; says whether there was one. */
  async #fireNext(end: number): Promise<boolean> {
    const next = this.#waiting.peek();
    if (next === undefined || next.dueAt > end) return false;
    this.#waiting.take();
    const { timer } = next;
    timer.entry = undefined;
    this.#now = Math.max(this.#now, next.dueAt);
    this.fired++;
    if (timer.repeats) this.set(timer);
    try {
      timer.callback(...timer.values);
    } catch (error) {
      // As of a timer of Node's: nobody is there to catch it.
      queueMicrotask(() => {
        throw error;
      });
    }
    await this.#untilQuiet();
    return true;
  }

  #untilQuiet(): Promise<void> {
    return untilQuiet(this.#nextTurn);
  }
}

/**
 * Replaces `Date`, all timers and `AbortSignal.timeout` of this process. Install it before anything else is loaded, and
 * with it the network in memory and the seeded chance, or two runs won't be the same.
 *
 * @param seed orders what is due at one moment
 * @param startAt where time starts, in milliseconds since the epoch
 */
export function installVirtualClock(seed: number, startAt: number): VirtualClock {
  const clock = new Clockwork(seed, startAt);
  replaceDate(() => clock.now());
  const real = { clearTimeout: globalThis.clearTimeout };
  const start =
    (repeats: boolean) =>
    (callback: Callback, delay?: number, ...values: unknown[]) =>
      new VirtualTimer(clock, callback, values, wholeMs(delay), repeats);
  const end = (timer: unknown) => {
    if (timer instanceof VirtualTimer) timer.close();
    else real.clearTimeout(timer as NodeJS.Timeout | undefined); // what isn't ours is Node's own
  };
  const replaced = {
    setTimeout: start(false),
    setInterval: start(true),
    clearTimeout: end,
    clearInterval: end,
  };
  Object.assign(globalThis, replaced);
  Object.assign(timers, replaced);
  const pause = pauseBy(clock);
  Object.assign(timersPromises, { setTimeout: pause });
  Object.assign(replaced.setTimeout, { [promisify.custom]: pause }); // as Node's own
  AbortSignal.timeout = (delay) => {
    const controller = new AbortController();
    setTimeout(() => {
      controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
    }, delay);
    return controller.signal;
  };
  syncBuiltinESMExports();
  return clock;
}

/** As Node counts: whole milliseconds, at least one, and one where a number is too large. */
function wholeMs(delay = 0): number {
  return delay >= 1 && delay <= maxDelayMs ? Math.trunc(delay) : 1;
}

/** `setTimeout` of `node:timers/promises`. */
function pauseBy(clock: Clockwork) {
  return (delay?: number, value?: unknown, options: { readonly signal?: AbortSignal } = {}) =>
    new Promise((resolve, reject) => {
      const { signal } = options;
      const abort = () => {
        timer.close();
        reject(new DOMException('The operation was aborted', 'AbortError'));
      };
      const done = () => {
        signal?.removeEventListener('abort', abort);
        resolve(value);
      };
      const timer = new VirtualTimer(clock, done, [], wholeMs(delay), false);
      if (signal?.aborted === true) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    });
}

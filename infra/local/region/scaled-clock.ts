/** How does time pass faster? Dates and timers of the whole process, replaced before anything else is loaded. */

/** The process's own clock, for whatever people look at. */
export interface RealClock {
  readonly now: () => number;
  readonly setTimeout: typeof globalThis.setTimeout;
}

/** What `setTimeout` takes at most, in milliseconds. */
export const maxDelayMs = 2 ** 31 - 1;

/**
 * Replaces `Date`, `setTimeout` and `setInterval` of this process.
 *
 * @param speed how many seconds pass in one
 * @param startAt where time starts, in milliseconds since the epoch
 * @param realStart when it starts there by the real clock; now unless told. Processes that are told the same agree on
 *   the time, whenever each of them begins
 */
export function installScaledClock(speed: number, startAt: number, realStart = Date.now()): RealClock {
  const RealDate = Date;
  const { setTimeout: realTimeout, setInterval: realInterval } = globalThis;
  const now = () => Math.round(startAt + (RealDate.now() - realStart) * speed);
  replaceDate(now);
  const scale = (delay: number | undefined) => Math.min((delay ?? 0) / speed, maxDelayMs);
  type Callback = (...values: unknown[]) => void;
  const scaledTimeout = (callback: Callback, delay?: number, ...values: unknown[]) =>
    realTimeout(callback, scale(delay), ...values);
  const scaledInterval = (callback: Callback, delay?: number, ...values: unknown[]) =>
    realInterval(callback, scale(delay), ...values);
  // Nobody here promisifies timers, which is all that the real ones have besides.
  globalThis.setTimeout = scaledTimeout as typeof globalThis.setTimeout;
  globalThis.setInterval = scaledInterval as typeof globalThis.setInterval;
  return { now: () => RealDate.now(), setTimeout: realTimeout };
}

/** Lets `Date` of this process tell another time, in milliseconds since the epoch. */
export function replaceDate(now: () => number): void {
  const RealDate = Date;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, values: unknown[], newTarget) =>
      Reflect.construct(target, values.length === 0 ? [now()] : values, newTarget) as Date, // what a Date's construct gives
    apply: () => new RealDate(now()).toString(),
    get: (target, key, receiver) => (key === 'now' ? now : (Reflect.get(target, key, receiver) as unknown)),
  });
}

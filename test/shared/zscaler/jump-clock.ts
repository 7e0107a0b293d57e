/** How do tests wait for seconds and minutes? Not at all: whoever waits moves the clock to the time he waits for. */

/** Replaces `Date.now` and `setTimeout` of this test file until it is put back. */
export class JumpClock {
  #now = Date.UTC(2026, 2, 1, 12);
  #patient: readonly { readonly dueAt: number; readonly callback: () => void }[] = [];
  private readonly real = {
    now: Date.now,
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
  };

  /** @param jumpsAtMostMs a longer wait moves nothing; it ends when others have moved the clock far enough */
  constructor(jumpsAtMostMs = Infinity) {
    Date.now = () => this.#now;
    const wait = (callback: () => void, milliseconds = 0) => {
      const dueAt = this.#now + milliseconds;
      if (milliseconds > jumpsAtMostMs) {
        const waiting = { dueAt, callback };
        this.#patient = [...this.#patient, waiting];
        return waiting;
      }
      return setImmediate(() => {
        this.advance(Math.max(0, dueAt - this.#now));
        callback();
      });
    };
    const clear = (handle: unknown) => {
      this.#patient = this.#patient.filter((one) => one !== handle);
      clearImmediate(handle as NodeJS.Immediate); // one of the two that `wait` gives, or nothing
    };
    // Nobody under test passes arguments to a timer, or asks more of its handle than to clear it.
    globalThis.setTimeout = wait as unknown as typeof globalThis.setTimeout;
    globalThis.clearTimeout = clear;
  }

  get now(): number {
    return this.#now;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
    const due = this.#patient.filter(({ dueAt }) => dueAt <= this.#now);
    this.#patient = this.#patient.filter(({ dueAt }) => dueAt > this.#now);
    for (const { callback } of due) callback();
  }

  putBack(): void {
    Date.now = this.real.now;
    globalThis.setTimeout = this.real.setTimeout;
    globalThis.clearTimeout = this.real.clearTimeout;
  }
}

/** How does the cloud let time pass? By the timers that the process has at that moment, scaled or not. */

/** The time of one cloud: what waits for it waits no longer than the cloud stands. */
export class Clock {
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #isStopped = false;

  /** Waits; a signal ends the wait early. After the end of the cloud no wait ends, so that nothing goes on. */
  pause(seconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (this.#isStopped) return;
      const end = () => {
        clearTimeout(timer);
        this.#timers.delete(timer);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, seconds * 1000);
      this.#timers.add(timer);
      if (signal?.aborted === true) end();
      else signal?.addEventListener('abort', end, { once: true });
    });
  }

  /** Ends all time: nothing is left that could keep the process or change what is there. */
  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}

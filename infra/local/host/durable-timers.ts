/** When is a durable timer due? One `setTimeout` each, armed anew while the end is further off than that can wait. */

/** `setTimeout` caps there (2^31 - 1 ms, 24.8 days). */
const longestTimeoutMs = 2 ** 31 - 1;

/** The timers of one run, by the numbers that they have in its history. */
export class DurableTimers {
  private readonly pending = new Map<number, NodeJS.Timeout>();

  /** Arms a timer; one whose time has come already fires at once. */
  arm(id: number, fireAt: string, fire: () => void): void {
    const leftMs = Date.parse(fireAt) - Date.now();
    const due = () => {
      this.pending.delete(id);
      fire();
    };
    const again = () => {
      this.arm(id, fireAt, fire);
    };
    const waitMs = Math.min(Math.max(leftMs, 0), longestTimeoutMs);
    this.pending.set(id, setTimeout(leftMs > longestTimeoutMs ? again : due, waitMs));
  }

  clear(): void {
    for (const timer of this.pending.values()) clearTimeout(timer);
    this.pending.clear();
  }
}

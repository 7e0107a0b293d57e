/** Who mends a machine now: a script of the control plane, or the agent? The one lock that both take. */

/** Whoever has it keeps it until it ends, however that comes. */
export class RemedyLock {
  private holder: object | undefined;
  private waiting: (() => void)[] = [];

  get isHeld(): boolean {
    return this.holder !== undefined;
  }

  /** Takes it if nobody has it. */
  tryTake(holder: object): boolean {
    this.holder ??= holder;
    return this.holder === holder;
  }

  /** Waits for it; false when it didn't come in time. */
  async take(
    holder: object & { within<T>(seconds: number, run: () => Promise<T>): Promise<T | undefined> },
    seconds: number,
  ): Promise<boolean> {
    if (this.tryTake(holder)) return true;
    let isGivenUp = false;
    const freed = async () => {
      while (!isGivenUp && !this.tryTake(holder))
        await new Promise<void>((resolve) => this.waiting.push(resolve));
      return !isGivenUp;
    };
    const isTaken = await holder.within(seconds, freed);
    isGivenUp = true;
    return isTaken ?? false;
  }

  /** Lets go of it; nothing for one that doesn't have it. */
  leave(holder: object): void {
    if (this.holder !== holder) return;
    this.holder = undefined;
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

/** Who may write now? One at a time; now and then a write leaves the lock behind for some seconds. */
import type { Random } from './random.js';
import { refusal } from './wire.js';

/** How long a lock stays that a write left behind, in seconds (estimate; recorded ones were gone after 1 to 36 s). */
const leftBehindSeconds = { least: 1, most: 12 } as const;

/** The lock of one tenant. */
export class EditLock {
  #heldUntil = 0;
  #barrierUntil = 0;

  /** @param share how many writes, 0 to 1, leave the lock behind */
  constructor(
    private readonly random: Random,
    private readonly share: number,
  ) {}

  hold(seconds: number): void {
    this.#heldUntil = Date.now() + seconds * 1000;
  }

  /** While an activation is in progress nobody enters (vendor's SDK). */
  holdBarrier(seconds: number): void {
    this.#barrierUntil = Date.now() + seconds * 1000;
  }

  /** Throws the refusal of a write that comes while somebody edits (recorded) or activates (vendor's SDK). */
  check(): void {
    const now = Date.now();
    if (now < this.#heldUntil) throw refusal(409, 'EDIT_LOCK_NOT_AVAILABLE');
    if (now < this.#barrierUntil) {
      throw refusal(412, 'UNEXPECTED_ERROR', 'Failed during enter Org barrier');
    }
  }

  written(): void {
    if (this.random() >= this.share) return;
    const { least, most } = leftBehindSeconds;
    this.hold(least + this.random() * (most - least));
  }
}

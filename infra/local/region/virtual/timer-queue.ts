/** Which timer is due next? The earliest; of several at one moment, the one that the seed draws. */
import type { Random } from '../../cloud/random.js';

/** A timer that waits. */
export interface Waiting {
  /** Milliseconds since the epoch. */
  readonly dueAt: number;
  /** Drawn when it was set: orders those of one moment. */
  readonly draw: number;
}

/** Timers by the time at which they are due; a binary heap, since a region has thousands. */
export class TimerQueue<T extends Waiting> {
  readonly #heap: T[] = [];
  readonly #gone = new Set<T>();

  constructor(private readonly random: Random) {}

  /** A draw for a timer that is to be added. */
  draw(): number {
    return this.random();
  }

  add(timer: T): void {
    this.#heap.push(timer);
    this.#rise(this.#heap.length - 1);
  }

  /** Takes a timer out that has not been taken yet. */
  remove(timer: T): void {
    this.#gone.add(timer);
  }

  /** The next one, which stays. */
  peek(): T | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || !this.#gone.delete(first)) return first;
      this.#dropFirst();
    }
  }

  /** Takes the next one. */
  take(): T | undefined {
    const first = this.peek();
    if (first !== undefined) this.#dropFirst();
    return first;
  }

  #dropFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#isBefore(index, parent)) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  #sink(from: number): void {
    let index = from;
    for (;;) {
      const [left, right] = [2 * index + 1, 2 * index + 2];
      let first = index;
      if (this.#isBefore(left, first)) first = left;
      if (this.#isBefore(right, first)) first = right;
      if (first === index) return;
      this.#swap(index, first);
      index = first;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    if (a === undefined || b === undefined) return false;
    return a.dueAt === b.dueAt ? a.draw < b.draw : a.dueAt < b.dueAt;
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    if (a === undefined || b === undefined) return;
    this.#heap[one] = b;
    this.#heap[other] = a;
  }
}

/** Which durable timer is due next? All of a hub wait in one heap, and one `setTimeout` is set for the nearest. */
import { longestTimeoutMs } from './longest-timeout.js';

/** A timer that waits; `id` is its number in its owner's history. */
export interface DurableTimer<Owner> {
  readonly owner: Owner;
  readonly run: number;
  readonly id: number;
  readonly dueMs: number;
  /** How many were armed before: those due at one moment fire in the order in which they were armed. */
  readonly order: number;
}

/** A timer, and where it stands in the heap; -1 once it doesn't. */
interface Placed<Owner> extends DurableTimer<Owner> {
  place: number;
}

/** The timers of a hub; each `Owner` may have many. */
export class DurableTimers<Owner> {
  private readonly heap: Placed<Owner>[] = [];
  private armed = 0;
  private alarm: { readonly dueMs: number; readonly timeout: NodeJS.Timeout } | undefined;

  constructor(private readonly fire: (timer: DurableTimer<Owner>) => void) {}

  /** Arms a timer; one whose time has come already fires as soon as its caller has ended. */
  arm(owner: Owner, run: number, id: number, dueMs: number): DurableTimer<Owner> {
    const timer = { owner, run, id, dueMs, order: this.armed++, place: this.heap.length };
    this.heap.push(timer);
    this.rise(timer);
    this.setAlarm();
    return timer;
  }

  /** Takes a timer away; one that has fired stays so. */
  disarm(timer: DurableTimer<Owner>): void {
    const placed = timer as Placed<Owner>; // `arm` makes no others
    if (placed.place >= 0) this.remove(placed);
    this.setAlarm();
  }

  clear(): void {
    for (const timer of this.heap.splice(0)) timer.place = -1;
    this.setAlarm();
  }

  private setAlarm(): void {
    const dueMs = this.heap[0]?.dueMs;
    if (dueMs === this.alarm?.dueMs) return;
    clearTimeout(this.alarm?.timeout);
    this.alarm = undefined;
    if (dueMs === undefined) return;
    const waitMs = Math.min(Math.max(dueMs - Date.now(), 0), longestTimeoutMs);
    const timeout = setTimeout(() => {
      this.ring();
    }, waitMs);
    this.alarm = { dueMs, timeout };
  }

  /** Fires what is due; the rest of a long wait, or of a clock that was a little early, is waited for anew. */
  private ring(): void {
    this.alarm = undefined;
    for (let first = this.heap[0]; first !== undefined && first.dueMs <= Date.now(); first = this.heap[0]) {
      this.remove(first);
      this.fire(first);
    }
    this.setAlarm();
  }

  private remove(timer: Placed<Owner>): void {
    const { place } = timer;
    timer.place = -1;
    const last = this.heap.pop();
    if (last === undefined || last === timer) return;
    this.put(last, place);
    this.rise(last);
    this.sink(last);
  }

  private put(timer: Placed<Owner>, place: number): void {
    this.heap[place] = timer;
    timer.place = place;
  }

  private rise(timer: Placed<Owner>): void {
    for (;;) {
      const above = (timer.place - 1) >> 1;
      const parent = this.heap[above];
      if (timer.place === 0 || parent === undefined || isBefore(parent, timer)) return;
      this.put(parent, timer.place);
      this.put(timer, above);
    }
  }

  private sink(timer: Placed<Owner>): void {
    for (;;) {
      const [left, right] = [this.heap[2 * timer.place + 1], this.heap[2 * timer.place + 2]];
      const child = right !== undefined && left !== undefined && isBefore(right, left) ? right : left;
      if (child === undefined || isBefore(timer, child)) return;
      const { place } = timer;
      this.put(timer, child.place);
      this.put(child, place);
    }
  }
}

function isBefore(one: DurableTimer<unknown>, other: DurableTimer<unknown>): boolean {
  return one.dueMs === other.dueMs ? one.order < other.order : one.dueMs < other.dueMs;
}

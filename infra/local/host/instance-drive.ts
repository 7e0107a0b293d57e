/** How far is an instance driven here? What is lost with the process, and made again from the history. */
import { DurableTimers } from './durable-timers.js';
import { endedBy, eventType } from './history-event.js';
import type { Arrival } from './hub-record.js';
import type { Instance } from './hub.js';
import { ReplayWalk, type Leaf } from './replay-walk.js';

/** The drive of one run. */
export class InstanceDrive {
  readonly walk = new ReplayWalk();
  readonly timers = new DurableTimers();
  /** Activities and timers that were begun and whose end hasn't come. */
  readonly awaited = new Set<number>();
  isTurning = false;

  constructor(readonly run: number) {}

  /** Walks what was played before. @returns what has to be begun again: no end of it has come */
  catchUp(instance: Instance): readonly Leaf[] {
    this.walk.extend(instance.actions);
    for (const event of instance.history) this.walk.feed(event);
    const events = [...instance.history, ...instance.inbox.map(({ event }) => event)];
    const ended = new Set(events.map(endedBy));
    return this.walk.takeFresh().filter(({ id }) => !ended.has(id));
  }
}

/**
 * What the next turn takes: up to where the instance is suspended or ended; nothing while it is suspended, unless
 * something ends that.
 */
export function takenNext({ status, inbox }: Instance): readonly Arrival[] {
  const findA = (wanted: readonly number[], from: number) =>
    inbox.findIndex(({ event }, index) => index >= from && wanted.includes(event.EventType));
  const { executionResumed, executionTerminated, executionSuspended } = eventType;
  const lifted = status === 'Suspended' ? findA([executionResumed, executionTerminated], 0) : 0;
  if (lifted < 0) return [];
  const stop = findA([executionTerminated, executionSuspended], lifted);
  return stop < 0 ? inbox : inbox.slice(0, stop + 1);
}

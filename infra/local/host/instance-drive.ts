/** How far is an instance driven here? What is lost with the process, and made again from the history. */
import type { DurableTimer } from './durable-timers.js';
import { endedBy, eventType } from './history-event.js';
import type { Arrival } from './hub-record.js';
import type { Instance } from './instance.js';
import { ReplayWalk, type Leaf } from './replay-walk.js';

/**
 * Least time until the next timer for which an instance is packed: estimate, so that packing is rare beside the turns. It
 * costs about what a turn's own reading and writing of the history does.
 */
const restFromMs = 10_000;

/** The drive of one run. */
export class InstanceDrive {
  /** Activities and timers that were begun and whose end hasn't come; a timer that is armed stands for itself. */
  readonly awaited = new Map<number, DurableTimer<Instance> | 'begins'>();
  isTurning = false;
  private walked: ReplayWalk | undefined;

  constructor(readonly run: number) {}

  /** The walk over what was played before; it is walked anew after a rest. */
  walk(instance: Instance): ReplayWalk {
    if (this.walked !== undefined) return this.walked;
    this.catchUp(instance);
    return this.walk(instance);
  }

  /** Walks what was played before. @returns what has to be begun again: no end of it has come */
  catchUp(instance: Instance): readonly Leaf[] {
    const walk = new ReplayWalk();
    const { actions, history, inbox } = instance.state();
    walk.extend(actions);
    for (const event of history) walk.feed(event);
    this.walked = walk;
    const ended = new Set([...history, ...inbox.map(({ event }) => event)].map(endedBy));
    return walk.takeFresh().filter(({ id }) => !ended.has(id));
  }

  /** Packs an instance that has nothing to do but to wait for timers, and for long; and forgets its walk. */
  restIfIdle(instance: Instance): void {
    if (this.isTurning || instance.isPacked || instance.inbox.length > 0) return;
    const fromMs = Date.now() + restFromMs;
    for (const awaited of this.awaited.values()) if (awaited === 'begins' || awaited.dueMs < fromMs) return;
    instance.pack();
    this.walked = undefined;
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

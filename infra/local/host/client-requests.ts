/** What can a client ask of the hub? To start, tell and purge instances; each is kept before it is answered. */
import type { Log } from './functions-core.js';
import { historyEvent } from './history-event.js';
import { isOver } from './hub-record.js';
import type { Instance } from './instance.js';
import type { KeptHub } from './hub-store.js';
import { warnOfSize } from './run-activity.js';

/** What a start asks for. */
export interface StartWish {
  readonly name: string;
  readonly id: string;
  readonly input: unknown;
  readonly version: string;
  /** Also begins anew what is still at work (`overridableExistingInstanceStates` `AnyState`). */
  readonly overrides: boolean;
}

/** What the requests work on. */
export interface RequestParts {
  readonly kept: () => KeptHub;
  readonly log: Log;
  /** Is told of an instance whose place another takes. */
  readonly onReplaced: (instance: Instance) => void;
  /** Is told of an instance that something has arrived for. */
  readonly onArrived: (instance: Instance) => void;
}

/** Asks the hub. */
export class ClientRequests {
  /** Ids whose start is on its way to the disk. */
  private readonly starting = new Set<string>();

  constructor(private readonly parts: RequestParts) {}

  /**
   * Starts an instance.
   *
   * @returns `started` once it can't be lost any more; `exists` when one of this id is at work; `full` without room
   */
  async start({ name, id, input, version, overrides }: StartWish): Promise<'started' | 'exists' | 'full'> {
    const { log, kept, onReplaced } = this.parts;
    const { hub, store } = kept();
    const known = hub.instances.get(id);
    const isAtWork = known !== undefined && !isOver(known) && !overrides;
    if (isAtWork || this.starting.has(id)) return 'exists';
    warnOfSize(log, `${name} is started with`, JSON.stringify(input ?? null));
    this.starting.add(id);
    const run = ++hub.lastRun;
    const at = new Date().toISOString();
    const record = { kind: 'started', id, run, name, version, input, at } as const;
    const isKept = await store.offer(record, (position) => {
      const replaced = hub.instances.get(id);
      if (replaced !== undefined) onReplaced(replaced);
      hub.apply(record, position);
      this.arrived(id);
    });
    this.starting.delete(id);
    return isKept ? 'started' : 'full';
  }

  /**
   * Ends, suspends or resumes an instance from outside, at its next turn.
   *
   * @param type of the event that its history gets
   * @returns whether it is kept; not without room
   */
  tell({ id, run }: Instance, type: number, reason: string): Promise<boolean> {
    const { hub, store } = this.parts.kept();
    const record = { kind: 'arrived', id, run, event: historyEvent(type, { Input: reason }) } as const;
    return store.offer(record, (position) => {
      hub.apply(record, position);
      this.arrived(id);
    });
  }

  /** Forgets instances that are over. @returns how many, or `full` without room */
  async purge(ids: readonly string[]): Promise<number | 'full'> {
    const { hub, store } = this.parts.kept();
    const over = ids.filter((id) => {
      const instance = hub.instances.get(id);
      return instance !== undefined && isOver(instance) && !this.starting.has(id);
    });
    if (over.length === 0) return 0;
    const record = { kind: 'purged', ids: over } as const;
    const isKept = await store.offer(record, (position) => {
      hub.apply(record, position);
    });
    return isKept ? over.length : 'full';
  }

  private arrived(id: string): void {
    const instance = this.parts.kept().hub.instances.get(id);
    if (instance !== undefined) this.parts.onArrived(instance);
  }
}

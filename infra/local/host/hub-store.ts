/** Where does a hub keep its records? In memory, or on a disk that outlives the process (`journal.ts`). */
import type { HubRecord } from './hub-record.js';
import type { Hub } from './hub.js';

/** A record that was taken, and when it is safe. */
export interface Taken {
  /** Its place among all of the hub's records. */
  readonly position: number;
  /** Resolves once the record outlives the process; it waits for room when the disk is full. */
  readonly kept: Promise<void>;
}

/** Keeps records, in the order in which they are given. */
export interface HubStore {
  /** Takes what has happened and can't be taken back: results, turns. */
  append(record: HubRecord): Taken;
  /**
   * Takes what a client asks for, unless there is no room.
   *
   * @param apply is called with the record's position once it is kept, before anything that is kept later
   * @returns whether it is kept; when not, nothing of it will ever be seen
   */
  offer(record: HubRecord, apply: (position: number) => void): Promise<boolean>;
  /** Waits until all that was given so far is kept; `false` when it can't be, for want of room. */
  settled(): Promise<boolean>;
  close(): Promise<void>;
}

/** A hub and what keeps it. */
export interface KeptHub {
  readonly hub: Hub;
  readonly store: HubStore;
}

/** Keeps nothing beyond the process, and does no I/O. */
export class MemoryStore implements HubStore {
  private position = 0;
  private readonly kept = Promise.resolve();

  append(): Taken {
    return { position: ++this.position, kept: this.kept };
  }

  offer(_record: HubRecord, apply: (position: number) => void): Promise<boolean> {
    apply(++this.position);
    return Promise.resolve(true);
  }

  settled(): Promise<boolean> {
    return Promise.resolve(true);
  }

  close(): Promise<void> {
    return this.kept;
  }
}

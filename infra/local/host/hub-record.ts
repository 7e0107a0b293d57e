/** What happens to a hub? Each record is one step; a hub is what its records add up to, in memory as on disk. */
import type { HistoryEvent } from './history-event.js';
import type { Action } from './replay-actions.js';

/** Status of an instance, in the extension's words. */
export type RuntimeStatus = 'Pending' | 'Running' | 'Suspended' | 'Completed' | 'Failed' | 'Terminated';

/** What a turn makes of its instance. */
export type Becomes =
  | { readonly status: 'Running' | 'Suspended' }
  | { readonly status: 'Completed' | 'Failed' | 'Terminated'; readonly output: unknown }
  | { readonly status: 'ContinuedAsNew'; readonly run: number; readonly input: unknown };

/** One step; `run` is the number of the run, which no other run of the hub has. Times are ISO 8601, UTC. */
export type HubRecord =
  | {
      readonly kind: 'started';
      readonly id: string;
      readonly run: number;
      readonly name: string;
      readonly version: string;
      readonly input: unknown;
      readonly at: string;
    }
  | { readonly kind: 'arrived'; readonly id: string; readonly run: number; readonly event: HistoryEvent }
  | Turned
  | { readonly kind: 'purged'; readonly ids: readonly string[] }
  | { readonly kind: 'lost' };

/** A turn: what it took from the inbox, what it wrote into the history, and what it asked for beyond the turns before. */
export interface Turned {
  readonly kind: 'turned';
  readonly id: string;
  readonly run: number;
  readonly at: string;
  /** Positions of the records that brought what was taken. */
  readonly took: readonly number[];
  readonly history: readonly HistoryEvent[];
  /** The actions that differ from those of the turn before, from the `from`th on: new ones, and cancelled timers. */
  readonly actions: readonly Action[];
  readonly from: number;
  readonly customStatus?: unknown;
  readonly becomes: Becomes;
}

/** An event that has come and that no turn has taken; `position` is that of the record that brought it. */
export interface Arrival {
  readonly position: number;
  readonly event: HistoryEvent;
}

/** All that is known of an instance. */
export interface InstanceState {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly createdTime: string;
  readonly run: number;
  readonly status: RuntimeStatus;
  readonly input: unknown;
  readonly output: unknown;
  readonly customStatus: unknown;
  readonly lastUpdatedTime: string;
  readonly history: readonly HistoryEvent[];
  readonly inbox: readonly Arrival[];
  readonly actions: readonly Action[];
}

/** Says whether an instance has come to its end. */
export function isOver({ status }: Pick<InstanceState, 'status'>): boolean {
  return status === 'Completed' || status === 'Failed' || status === 'Terminated';
}

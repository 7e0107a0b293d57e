/** What stands in the hub? Every instance with its history and inbox: what the records so far add up to. */
import { eventType, historyEvent, onTheWire, type HistoryEvent } from './history-event.js';
import {
  isOver,
  type Arrival,
  type HubRecord,
  type InstanceState,
  type RuntimeStatus,
  type Turned,
} from './hub-record.js';
import type { Action } from './replay-actions.js';

/** One instance. Its parts are replaced, never changed, so that a copy can be taken at any moment. */
export class Instance implements InstanceState {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly createdTime: string;
  run: number;
  status: RuntimeStatus;
  input: unknown;
  output: unknown;
  customStatus: unknown;
  lastUpdatedTime: string;
  history: readonly HistoryEvent[];
  inbox: readonly Arrival[];
  actions: readonly Action[];
  /** The history as the next turn hands it over, kept so that it isn't written anew each time; '' when none follows. */
  played: string;

  constructor(state: InstanceState) {
    this.id = state.id;
    this.name = state.name;
    this.version = state.version;
    this.createdTime = state.createdTime;
    this.run = state.run;
    this.status = state.status;
    this.input = state.input;
    this.output = state.output;
    this.customStatus = state.customStatus;
    this.lastUpdatedTime = state.lastUpdatedTime;
    this.history = state.history;
    this.inbox = state.inbox;
    this.actions = state.actions;
    this.played = isOver(state) ? '' : onTheWire(state.history, true);
  }
}

/** The instances of a hub, by their ids. */
export class Hub {
  readonly instances = new Map<string, Instance>();
  /** Highest number that a run was given. */
  lastRun = 0;

  /** Takes one record; `position` is its place among all of the hub's. What came too late changes nothing. */
  apply(record: HubRecord, position: number): void {
    switch (record.kind) {
      case 'started':
        this.start(record, position);
        return;
      case 'arrived': {
        const instance = this.instances.get(record.id);
        if (instance !== undefined && mayArrive(instance, record))
          instance.inbox = [...instance.inbox, { position, event: record.event }];
        return;
      }
      case 'turned': {
        const instance = this.instances.get(record.id);
        if (instance?.run === record.run && !isOver(instance)) this.turn(instance, record, position);
        return;
      }
      case 'purged':
        for (const id of record.ids) this.instances.delete(id);
        return;
      case 'lost':
        this.instances.clear();
    }
  }

  /** Takes an instance as it stood in a snapshot. */
  restore(state: InstanceState): void {
    this.instances.set(state.id, new Instance(state));
    this.lastRun = Math.max(this.lastRun, state.run);
  }

  private start(record: HubRecord & { readonly kind: 'started' }, position: number): void {
    const { id, run, name, version, input, at } = record;
    this.lastRun = Math.max(this.lastRun, run);
    const nothing = { output: null, customStatus: null, history: [], actions: [] };
    const inbox = [begins({ name, version }, input, at, position)];
    const times = { createdTime: at, lastUpdatedTime: at };
    this.instances.set(
      id,
      new Instance({ id, run, name, version, input, status: 'Pending', inbox, ...times, ...nothing }),
    );
  }

  private turn(instance: Instance, turned: Turned, position: number): void {
    const { history, actions, from, becomes, at } = turned;
    const took = new Set(turned.took);
    instance.inbox = instance.inbox.filter((arrival) => !took.has(arrival.position));
    instance.history = [...instance.history, ...history];
    instance.actions = [...instance.actions.slice(0, from), ...actions];
    instance.lastUpdatedTime = at;
    if (turned.customStatus !== undefined) instance.customStatus = turned.customStatus;
    if (becomes.status !== 'ContinuedAsNew') {
      instance.status = becomes.status;
      if ('output' in becomes) instance.output = becomes.output;
      const before = instance.played === '' ? '' : `${instance.played},`;
      instance.played = isOver(instance) ? '' : `${before}${onTheWire(history, true)}`;
      return;
    }
    this.lastRun = Math.max(this.lastRun, becomes.run);
    instance.status = 'Running';
    instance.run = becomes.run;
    instance.input = becomes.input;
    instance.history = [];
    instance.played = '';
    instance.actions = [];
    // Results of the run before are none of the new one's; who was told to end or to pause still is.
    instance.inbox = [
      begins(instance, becomes.input, at, position),
      ...instance.inbox.filter(({ event }) => isControl(event)),
    ];
  }
}

/** What a client tells a run; it holds for the run that comes after, too. */
function isControl({ EventType }: HistoryEvent): boolean {
  return (
    EventType === eventType.executionTerminated ||
    EventType === eventType.executionSuspended ||
    EventType === eventType.executionResumed
  );
}

function mayArrive(instance: Instance, { run, event }: HubRecord & { readonly kind: 'arrived' }): boolean {
  return !isOver(instance) && (instance.run === run || isControl(event));
}

function begins(
  { name, version }: { readonly name: string; readonly version: string },
  input: unknown,
  at: string,
  position: number,
): Arrival {
  const facts = { Name: name, Version: version, Input: JSON.stringify(input ?? null) };
  return { position, event: { ...historyEvent(eventType.executionStarted, facts), Timestamp: at } };
}

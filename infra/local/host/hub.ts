/** What stands in the hub? Every instance with its history and inbox: what the records so far add up to. */
import { eventType, historyEvent, type HistoryEvent } from './history-event.js';
import { isOver, type Arrival, type HubRecord, type InstanceState, type Turned } from './hub-record.js';
import { Instance } from './instance.js';

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
          instance.become({ inbox: [...instance.inbox, { position, event: record.event }] });
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
    const { becomes, customStatus, at } = turned;
    const before = instance.state();
    const took = new Set(turned.took);
    const inbox = before.inbox.filter((arrival) => !took.has(arrival.position));
    const told = { lastUpdatedTime: at, ...(customStatus === undefined ? {} : { customStatus }) };
    if (becomes.status !== 'ContinuedAsNew') {
      const history = [...before.history, ...turned.history];
      const actions = [...before.actions.slice(0, turned.from), ...turned.actions];
      instance.become({ ...told, ...becomes, inbox, history, actions });
      return;
    }
    const { run, input } = becomes;
    this.lastRun = Math.max(this.lastRun, run);
    // Results of the run before are none of the new one's; who was told to end or to pause still is.
    const controls = inbox.filter(({ event }) => isControl(event));
    const begun = { inbox: [begins(instance, input, at, position), ...controls], history: [], actions: [] };
    instance.become({ ...told, status: 'Running', run, input, ...begun });
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

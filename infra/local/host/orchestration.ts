/** How does an orchestration run? Turn by turn: history in, actions out, their results back into the history. */
import { ClientRequests } from './client-requests.js';
import { DurableTimers } from './durable-timers.js';
import type { Log } from './functions-core.js';
import { endedBy, eventType, historyEvent, type HistoryEvent } from './history-event.js';
import { isOver, type Arrival } from './hub-record.js';
import { Hub } from './hub.js';
import type { KeptHub } from './hub-store.js';
import type { Instance } from './instance.js';
import type { Invoker } from './invoke-function.js';
import { InstanceDrive, takenNext } from './instance-drive.js';
import { takeTurn, type TurnResult, type TurnTools } from './orchestration-turn.js';
import { judgeVersion, type VersionSettings } from './orchestration-versions.js';
import { changedFrom } from './replay-deviation.js';
import type { Leaf } from './replay-walk.js';
import { runActivity, warnOfSize } from './run-activity.js';

/** Is told as an activity begins, before it is called, and when it has ended, before anybody knows its result. */
export type OnActivity = (name: string, phase: 'begins' | 'ended') => void;

/** What orchestrations need besides. */
export interface OrchestrationParts {
  readonly invoker: Invoker;
  readonly ask: TurnTools['ask'];
  readonly knowsActivity: TurnTools['knowsActivity'];
  readonly log: Log;
  readonly onActivity?: OnActivity;
  readonly versions?: VersionSettings;
}

/** Starts and drives instances. */
export class Orchestrations {
  private readonly drives = new Map<Instance, InstanceDrive>();
  private readonly timers = new DurableTimers<Instance>(({ owner, run, id, dueMs }) => {
    const facts = { TimerId: id, FireAt: new Date(dueMs).toISOString() };
    this.deliver(owner, run, historyEvent(eventType.timerFired, facts));
  });
  /** What clients ask. */
  readonly requests: ClientRequests;
  private isClosed = false;

  constructor(
    private kept: KeptHub,
    private readonly parts: OrchestrationParts,
  ) {
    this.requests = new ClientRequests({
      kept: () => this.kept,
      log: parts.log,
      onReplaced: (instance) => {
        this.stop(instance);
      },
      onArrived: (instance) => {
        this.goOn(instance);
      },
    });
  }

  /** The instances of the hub, by their ids. */
  get instances(): ReadonlyMap<string, Instance> {
    return this.kept.hub.instances;
  }

  /** Takes up what a hub holds that was read from a disk: timers, activities without a result, turns. */
  takeUp(kept: KeptHub = this.kept): void {
    this.kept = kept;
    for (const instance of this.instances.values()) if (!isOver(instance)) this.takeUpOne(instance);
  }

  /** Forgets every instance, as if the hub were lost: nothing of them begins any more, whatever still comes in. */
  forgetAll(): void {
    this.stopAll();
    const record = { kind: 'lost' } as const;
    this.kept.hub.apply(record, this.kept.store.append(record).position);
  }

  /** Lets go of the hub, as a process that dies does: nothing of it begins any more, until another is taken up. */
  letGo(): void {
    this.stopAll();
    this.kept = { hub: new Hub(), store: this.kept.store };
  }

  /** Stops everything; results that still come in are dropped. */
  close(): void {
    this.isClosed = true;
    this.stopAll();
  }

  private stopAll(): void {
    this.timers.clear();
    this.drives.clear();
  }

  private takeUpOne(instance: Instance): void {
    const drive = this.driveOf(instance);
    const open = drive.catchUp(instance);
    for (const leaf of open) drive.awaited.set(leaf.id, 'begins');
    for (const leaf of open) this.begin(instance, leaf);
    this.goOn(instance);
    drive.restIfIdle(instance);
  }

  /** The drive of an instance's run; a run that follows gets a new one. */
  private driveOf(instance: Instance): InstanceDrive {
    const known = this.drives.get(instance);
    if (known?.run === instance.run) return known;
    this.stop(instance);
    const drive = new InstanceDrive(instance.run);
    this.drives.set(instance, drive);
    return drive;
  }

  private stop(instance: Instance): void {
    for (const awaited of this.drives.get(instance)?.awaited.values() ?? [])
      if (awaited !== 'begins') this.timers.disarm(awaited);
    this.drives.delete(instance);
  }

  /** Neither over nor forgotten; another instance may have its id by now. */
  private mayGoOn(instance: Instance, run: number): boolean {
    return (
      !this.isClosed &&
      this.instances.get(instance.id) === instance &&
      instance.run === run &&
      !isOver(instance)
    );
  }

  private goOn(instance: Instance): void {
    if (isOver(instance) || instance.inbox.length === 0) return;
    if (!this.driveOf(instance).isTurning) setImmediate(() => void this.turn(instance));
  }

  private async turn(instance: Instance): Promise<void> {
    const { run } = instance;
    if (!this.mayGoOn(instance, run)) return;
    const drive = this.driveOf(instance);
    const arrivals = drive.isTurning ? [] : takenNext(instance);
    if (arrivals.length === 0) return;
    drive.isTurning = true;
    const result = await this.judged(instance, drive, arrivals);
    // Whoever is told of an activity may have lost the hub meanwhile.
    if (result !== undefined && this.mayGoOn(instance, run)) this.keep(instance, drive, arrivals, result);
    drive.isTurning = false;
    // An instance of another version waits for the host that can run it.
    if (result === undefined || !this.mayGoOn(instance, instance.run)) return;
    this.goOn(instance);
    drive.restIfIdle(instance);
  }

  /** `undefined` when another version of the host has to take it. */
  private async judged(
    instance: Instance,
    drive: InstanceDrive,
    arrivals: readonly Arrival[],
  ): Promise<TurnResult | undefined> {
    const { versions = {}, log, ask, knowsActivity } = this.parts;
    const { hub } = this.kept;
    const verdict = judgeVersion(instance.version, versions);
    if (verdict.kind === 'rejected') {
      log('warning', `${instance.name} ${instance.id} waits for another host. ${verdict.sentence}`);
      return undefined;
    }
    return takeTurn(instance, drive.walk(instance), arrivals, {
      ask: verdict.kind === 'failed' ? () => Promise.reject(new Error(verdict.sentence)) : ask,
      knowsActivity,
      nextRun: () => ++hub.lastRun,
    });
  }

  /** Makes a turn known, and begins what it asked for once it can't be lost. */
  private keep(
    instance: Instance,
    drive: InstanceDrive,
    arrivals: readonly Arrival[],
    result: TurnResult,
  ): void {
    const { hub, store } = this.kept;
    const { id, run, actions: before } = instance;
    const { history, actions, leaves, becomes } = result;
    const from = changedFrom(before, actions);
    const record = {
      ...({ kind: 'turned', id, run, at: new Date().toISOString(), history, from, becomes } as const),
      took: arrivals.map(({ position }) => position),
      actions: actions.slice(from),
      ...('customStatus' in result ? { customStatus: result.customStatus } : {}),
    };
    const { position, kept } = store.append(record);
    hub.apply(record, position);
    for (const leaf of leaves) drive.awaited.set(leaf.id, 'begins');
    if (isOver(instance)) this.ended(instance);
    if (becomes.status === 'ContinuedAsNew')
      warnOfSize(this.parts.log, `${instance.name} begins anew with`, JSON.stringify(becomes.input ?? null));
    if (result.waitsForNothing === true)
      this.parts.log(
        'warning',
        `${instance.name} ${id} waits, and nothing that it asked for is under way: it waits for ever.`,
      );
    if (leaves.length > 0)
      void kept.then(() => {
        for (const leaf of leaves) this.begin(instance, leaf, run);
        if (this.mayGoOn(instance, run)) drive.restIfIdle(instance);
      });
  }

  private ended(instance: Instance): void {
    this.stop(instance);
    const { name, id, status, output } = instance;
    warnOfSize(this.parts.log, `${name} ended with`, JSON.stringify(output ?? null));
    if (status === 'Failed') this.parts.log('error', `${name} ${id} failed: ${String(output)}`);
  }

  private begin(instance: Instance, leaf: Leaf, run = instance.run): void {
    if (!this.mayGoOn(instance, run)) return;
    if (leaf.kind === 'activity') void this.runLeaf(instance, run, leaf);
    else {
      const timer = this.timers.arm(instance, run, leaf.id, Date.parse(leaf.fireAt));
      this.driveOf(instance).awaited.set(leaf.id, timer);
    }
  }

  private async runLeaf(
    instance: Instance,
    run: number,
    leaf: Leaf & { readonly kind: 'activity' },
  ): Promise<void> {
    const { invoker, log, onActivity = () => undefined } = this.parts;
    onActivity(leaf.name, 'begins');
    if (!this.mayGoOn(instance, run)) return;
    const event = await runActivity(invoker, log, leaf);
    onActivity(leaf.name, 'ended');
    this.deliver(instance, run, event);
  }

  /** Takes a result, once: what is in the inbox or the history already is dropped. */
  private deliver(instance: Instance, run: number, event: HistoryEvent): void {
    if (!this.mayGoOn(instance, run)) return;
    const id = endedBy(event);
    if (id === undefined || !this.driveOf(instance).awaited.delete(id)) return;
    const record = { kind: 'arrived', id: instance.id, run, event } as const;
    // The turn may begin before the result is on the disk: it is kept after it, and nothing is begun before that.
    this.kept.hub.apply(record, this.kept.store.append(record).position);
    this.goOn(instance);
  }
}

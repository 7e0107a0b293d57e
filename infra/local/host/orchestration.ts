/** How does an orchestration run? Turn by turn: history in, actions out, their results back into the history. */
import { eventType, historyEvent, type EventFacts, type HistoryEvent } from './history-event.js';
import { typed, valueOf, type Invoker } from './invoke-function.js';
import type { Log, TypedData } from './functions-core.js';
import { deviation, readActions, type Action, type Leaf } from './replay-actions.js';

/** Status of an instance, in the extension's words. */
export type RuntimeStatus = 'Pending' | 'Running' | 'Completed' | 'Failed' | 'Terminated';

/** One instance and all that is known of it. */
export interface Instance {
  readonly id: string;
  readonly name: string;
  input: unknown;
  output: unknown;
  customStatus: unknown;
  status: RuntimeStatus;
  readonly createdTime: string;
  lastUpdatedTime: string;
  history: HistoryEvent[];
  /** Number of the run; `continueAsNew` raises it, so that results of an earlier run are known. */
  execution: number;
  readonly inbox: HistoryEvent[];
  signature: readonly string[];
  isTurning: boolean;
  readonly timers: Map<number, NodeJS.Timeout>;
}

/** Is told as an activity begins, before it is called, and when it has ended, before anybody knows its result. */
export type OnActivity = (name: string, phase: 'begins' | 'ended') => void;

/** What a turn answers (schema of the out-of-process protocol). */
interface Turn {
  readonly isDone: boolean;
  readonly actions: readonly (readonly Action[])[];
  readonly output?: unknown;
  readonly error?: string;
  readonly customStatus?: unknown;
}

/** Payload above which the real hub spills to blobs and slows down; a warning is logged. */
const largePayloadBytes = 45 * 1024;

/** `setTimeout` caps there (2^31 - 1 ms, 24.8 days). */
const longestTimeoutMs = 2 ** 31 - 1;

/** Starts and drives instances. */
export class Orchestrations {
  readonly instances = new Map<string, Instance>();
  private isClosed = false;

  constructor(
    private readonly invoker: Invoker,
    private readonly log: Log,
    private readonly onActivity: OnActivity = () => undefined,
  ) {}

  /** Starts an instance; `undefined` when one of this id is at work. */
  start(name: string, id: string, input: unknown): Instance | undefined {
    const known = this.instances.get(id);
    if (known !== undefined && !isOver(known)) return undefined;
    const now = new Date().toISOString();
    const instance: Instance = {
      id,
      name,
      input,
      output: null,
      customStatus: null,
      status: 'Pending',
      createdTime: now,
      lastUpdatedTime: now,
      history: [],
      execution: 0,
      inbox: [],
      signature: [],
      isTurning: false,
      timers: new Map(),
    };
    this.instances.set(id, instance);
    this.begin(instance);
    return instance;
  }

  /** Ends an instance from outside. */
  terminate(instance: Instance, reason: string): void {
    if (!isOver(instance)) this.end(instance, 'Terminated', reason);
  }

  /** Forgets every instance, as if the hub were lost: nothing of them begins any more, whatever still comes in. */
  forgetAll(): void {
    for (const instance of this.instances.values()) clearTimers(instance);
    this.instances.clear();
  }

  /** Stops everything; results that still come in are dropped. */
  close(): void {
    this.isClosed = true;
    for (const instance of this.instances.values()) clearTimers(instance);
  }

  private begin(instance: Instance): void {
    const facts = { Name: instance.name, Version: '', Input: JSON.stringify(instance.input ?? null) };
    this.deliver(instance, instance.execution, eventType.executionStarted, facts);
  }

  private deliver(instance: Instance, execution: number, type: number, facts: EventFacts): void {
    if (execution !== instance.execution || !this.mayGoOn(instance)) return;
    instance.inbox.push(historyEvent(type, facts));
    if (!instance.isTurning) setImmediate(() => void this.turn(instance));
  }

  /** Neither over nor forgotten; another instance may have its id by now. */
  private mayGoOn(instance: Instance): boolean {
    return !this.isClosed && this.instances.get(instance.id) === instance && !isOver(instance);
  }

  private async turn(instance: Instance): Promise<void> {
    if (instance.isTurning || instance.inbox.length === 0 || !this.mayGoOn(instance)) return;
    instance.isTurning = true;
    instance.status = 'Running';
    for (const event of instance.history) event.IsPlayed = true;
    instance.history.push(historyEvent(eventType.orchestratorStarted), ...instance.inbox.splice(0));
    try {
      const turn = await this.ask(instance);
      // Who was ended from outside during its turn begins nothing more.
      if (this.mayGoOn(instance)) this.apply(instance, turn);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (this.mayGoOn(instance)) this.end(instance, 'Failed', message);
    }
    instance.isTurning = false;
    instance.lastUpdatedTime = new Date().toISOString();
    if (instance.inbox.length > 0) setImmediate(() => void this.turn(instance));
  }

  /** Hands the history over as the extension does: a JSON string in, a JSON string out. */
  private async ask({ id, name, input, history }: Instance): Promise<Turn> {
    const trigger = {
      history,
      input,
      instanceId: id,
      isReplaying: false,
      parentInstanceId: null,
      upperSchemaVersion: 1,
      upperSchemaVersionNew: 2,
      longRunningTimerIntervalDuration: '3.00:00:00',
      maximumShortTimerDuration: '6.00:00:00',
      defaultHttpAsyncRequestSleepTimeMillseconds: 30000,
    };
    try {
      return valueOf(await this.invoker.invoke(name, { string: JSON.stringify(trigger) })) as Turn; // the SDK's schema
    } catch (error) {
      const marker = '$OutOfProcData$:';
      const message = error instanceof Error ? error.message : String(error);
      const at = message.indexOf(marker);
      if (at < 0) throw error;
      return JSON.parse(message.slice(at + marker.length)) as Turn; // the SDK's schema
    }
  }

  private apply(instance: Instance, turn: Turn): void {
    if (turn.customStatus !== undefined) instance.customStatus = turn.customStatus;
    const { leaves, signature, continueAsNew } = readActions(turn.actions[0] ?? []);
    const differs = deviation(instance.signature, signature);
    if (differs !== undefined) {
      this.end(instance, 'Failed', differs);
      return;
    }
    instance.signature = signature;
    const begun = new Set(instance.history.filter(isBeginning).map(({ EventId }) => EventId));
    for (const leaf of leaves) {
      // Whoever is told of an activity may have lost the hub meanwhile.
      if (!begun.has(leaf.id) && this.mayGoOn(instance)) this.dispatch(instance, leaf);
    }
    if (!this.mayGoOn(instance)) return;
    instance.history.push(historyEvent(eventType.orchestratorCompleted));
    if (turn.error !== undefined) this.end(instance, 'Failed', turn.error);
    else if (continueAsNew !== undefined) this.renew(instance, continueAsNew.input);
    else if (turn.isDone) this.end(instance, 'Completed', turn.output ?? null);
  }

  private renew(instance: Instance, input: unknown): void {
    clearTimers(instance);
    instance.execution++;
    instance.history = [];
    instance.inbox.length = 0;
    instance.signature = [];
    instance.input = typeof input === 'string' ? JSON.parse(input) : input;
    this.begin(instance);
  }

  private dispatch(instance: Instance, leaf: Leaf): void {
    if (leaf.action.fireAt !== undefined) this.dispatchTimer(instance, leaf.id, leaf.action.fireAt);
    else void this.dispatchActivity(instance, leaf);
  }

  private async dispatchActivity(instance: Instance, { id, action }: Leaf): Promise<void> {
    const { execution } = instance;
    const { functionName = '', input } = action;
    instance.history.push(historyEvent(eventType.taskScheduled, { Name: functionName }, id));
    this.onActivity(functionName, 'begins');
    if (!this.mayGoOn(instance)) return;
    const { type, facts } = await this.runActivity(functionName, input);
    this.onActivity(functionName, 'ended');
    this.deliver(instance, execution, type, { TaskScheduledId: id, ...facts });
  }

  /** Calls an activity; the answer is the event that its end is. */
  private async runActivity(
    name: string,
    input: unknown,
  ): Promise<{ readonly type: number; readonly facts: EventFacts }> {
    try {
      const result = serialised(await this.invoker.invoke(name, typed(input)));
      if (result.length > largePayloadBytes)
        this.log(
          'warning',
          `${name} answered ${result.length} bytes; keep payloads below ${largePayloadBytes}.`,
        );
      return { type: eventType.taskCompleted, facts: { Result: result } };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.log('error', `${name} failed: ${error instanceof Error ? (error.stack ?? message) : message}`);
      const Reason = `Activity function '${name}' failed: ${message}`;
      return { type: eventType.taskFailed, facts: { Reason, Details: '' } };
    }
  }

  private dispatchTimer(instance: Instance, id: number, fireAt: string): void {
    const { execution } = instance;
    instance.history.push(historyEvent(eventType.timerCreated, { FireAt: fireAt }, id));
    const fire = () => {
      instance.timers.delete(id);
      this.deliver(instance, execution, eventType.timerFired, { TimerId: id, FireAt: fireAt });
    };
    const wait = () => {
      const left = Date.parse(fireAt) - Date.now();
      const timer = setTimeout(
        left > longestTimeoutMs ? wait : fire,
        Math.min(Math.max(left, 0), longestTimeoutMs),
      );
      instance.timers.set(id, timer);
    };
    wait();
  }

  private end(instance: Instance, status: RuntimeStatus, output: unknown): void {
    instance.status = status;
    instance.output = output;
    instance.lastUpdatedTime = new Date().toISOString();
    clearTimers(instance);
    if (status === 'Failed') this.log('error', `${instance.name} ${instance.id} failed: ${String(output)}`);
  }
}

/** Says whether an instance has come to its end. */
export function isOver({ status }: Instance): boolean {
  return status === 'Completed' || status === 'Failed' || status === 'Terminated';
}

function isBeginning({ EventType }: HistoryEvent): boolean {
  return EventType === eventType.taskScheduled || EventType === eventType.timerCreated;
}

function clearTimers({ timers }: Instance): void {
  for (const timer of timers.values()) clearTimeout(timer);
  timers.clear();
}

function serialised(data: TypedData | undefined): string {
  return JSON.stringify(valueOf(data) ?? null);
}

/** What comes of one turn? The history goes to the orchestrator, its actions come back and are walked. */
import { eventType, historyEvent, onTheWire, type HistoryEvent } from './history-event.js';
import type { Arrival, Becomes } from './hub-record.js';
import type { Instance } from './instance.js';
import { refusalOf, type Action } from './replay-actions.js';
import { deviation } from './replay-deviation.js';
import { longestTimerMs, timerPartMs, type Leaf, type ReplayWalk } from './replay-walk.js';

/** What the orchestrator answers (schema of the out-of-process protocol). */
export interface Answer {
  readonly isDone: boolean;
  readonly actions: readonly (readonly Action[])[];
  readonly output?: unknown;
  readonly error?: string;
  readonly customStatus?: unknown;
  /** A mistake that its actions don't show; see `watch-orchestrator.ts`. */
  readonly mistake?: string;
}

/** What a turn needs of the host. */
export interface TurnTools {
  /** Hands a trigger, as JSON, to the orchestrator of that name. @throws what it throws */
  readonly ask: (name: string, trigger: string) => Promise<Answer>;
  readonly knowsActivity: (name: string) => boolean;
  readonly nextRun: () => number;
}

/** What a turn adds. */
export interface TurnResult {
  readonly history: readonly HistoryEvent[];
  readonly actions: readonly Action[];
  readonly customStatus?: unknown;
  readonly becomes: Becomes;
  /** What is to be begun, once the turn is kept. */
  readonly leaves: readonly Leaf[];
  /** The orchestrator waits, and nothing that it could wait for is under way: as in the real engine, for ever. */
  readonly waitsForNothing?: boolean;
}

/** Limit of a custom status, in characters of JSON: 16 KB of UTF-16 (DurableOrchestrationContext.SetCustomStatus). */
const longestCustomStatus = (16 * 1024) / 2;

/** What a client told a run decides more than what the orchestrator says. */
const controls: readonly number[] = [eventType.executionSuspended, eventType.executionResumed];

/** Takes a turn over what has arrived; the walk goes on by it. */
export async function takeTurn(
  instance: Instance,
  walk: ReplayWalk,
  arrivals: readonly Arrival[],
  tools: TurnTools,
): Promise<TurnResult> {
  const taken = [historyEvent(eventType.orchestratorStarted), ...arrivals.map(({ event }) => event)];
  const terminated = taken.find(({ EventType }) => EventType === eventType.executionTerminated);
  if (terminated !== undefined) return ended(instance, taken, 'Terminated', terminated.Input ?? '');
  const control = taken.findLast(({ EventType }) => controls.includes(EventType));
  const status = control?.EventType === eventType.executionSuspended ? 'Suspended' : 'Running';
  if (taken.slice(1).every(({ EventType }) => EventType === eventType.executionSuspended)) {
    for (const event of taken) walk.feed(event);
    return { ...completed(taken), actions: instance.actions, becomes: { status }, leaves: [] };
  }
  let answer: Answer;
  try {
    answer = await tools.ask(instance.name, triggerOf(instance, taken));
  } catch (error) {
    return ended(instance, taken, 'Failed', failed(instance, messageOf(error)));
  }
  const actions = answer.actions[0] ?? [];
  const refusal = refusalBefore(instance, walk, answer, actions, tools);
  if (refusal !== undefined) return ended(instance, taken, 'Failed', refusal);
  walk.extend(actions);
  for (const event of taken) walk.feed(event);
  return goesOn(instance, walk, taken, { answer, actions, status }, tools);
}

/** Everything that ends an orchestration before its actions are looked at. */
function refusalBefore(
  { actions: before, history }: Instance,
  walk: ReplayWalk,
  { mistake, customStatus }: Answer,
  actions: readonly Action[],
  tools: TurnTools,
): string | undefined {
  if (mistake !== undefined) return mistake;
  const size = customStatus === undefined ? 0 : JSON.stringify(customStatus).length;
  if (size > longestCustomStatus)
    return `The size of the JSON-serialized payload must not exceed 16 KB of UTF-16 encoded text. The custom status has ${size * 2} bytes.`;
  const played = { actions: before, history, idAt: (place: string) => walk.idAt(place) };
  return deviation(played, actions) ?? refusalOf(actions, tools.knowsActivity);
}

function goesOn(
  instance: Instance,
  walk: ReplayWalk,
  taken: readonly HistoryEvent[],
  found: {
    readonly answer: Answer;
    readonly actions: readonly Action[];
    readonly status: 'Running' | 'Suspended';
  },
  tools: TurnTools,
): TurnResult {
  const { answer, actions, status } = found;
  const leaves = walk.takeFresh();
  const history = [...taken, ...leaves.map(begunBy)];
  const told = answer.customStatus === undefined ? {} : { customStatus: answer.customStatus };
  if (walk.refusal !== undefined) return { ...ended(instance, history, 'Failed', walk.refusal), ...told };
  // Siblings of a task that failed are awaited, even when the orchestrator has returned since.
  if (!walk.isThrough()) return { ...completed(history), actions, ...told, becomes: { status }, leaves };
  if (answer.error !== undefined)
    return { ...ended(instance, history, 'Failed', failed(instance, answer.error)), ...told, actions };
  if (walk.next !== undefined) {
    const { input } = walk.next;
    // The SDK sends text as JSON (`Utils.processInput`).
    const becomes: Becomes = {
      status: 'ContinuedAsNew',
      run: tools.nextRun(),
      input: typeof input === 'string' ? JSON.parse(input) : input,
    };
    return { ...completed(history), actions, ...told, becomes, leaves: [] };
  }
  if (answer.isDone)
    return { ...ended(instance, history, 'Completed', answer.output ?? null), ...told, actions };
  return {
    ...completed(history),
    actions,
    ...told,
    becomes: { status },
    leaves,
    waitsForNothing: walk.isIdle(),
  };
}

function ended(
  { actions }: Instance,
  taken: readonly HistoryEvent[],
  status: 'Completed' | 'Failed' | 'Terminated',
  output: unknown,
): TurnResult {
  const facts = { OrchestrationStatus: status, Result: JSON.stringify(output) };
  const history = [...taken, historyEvent(eventType.executionCompleted, facts)];
  return { ...completed(history), actions, becomes: { status, output }, leaves: [] };
}

function completed(history: readonly HistoryEvent[]): { readonly history: readonly HistoryEvent[] } {
  return { history: [...history, historyEvent(eventType.orchestratorCompleted)] };
}

function begunBy(leaf: Leaf): HistoryEvent {
  return leaf.kind === 'timer'
    ? historyEvent(eventType.timerCreated, { FireAt: leaf.fireAt }, leaf.id)
    : historyEvent(
        eventType.taskScheduled,
        leaf.input === undefined ? { Name: leaf.name } : { Name: leaf.name, Input: asJson(leaf.input) },
        leaf.id,
      );
}

/** The SDK sends text as JSON already (`Utils.processInput`). */
function asJson(input: unknown): string {
  return typeof input === 'string' ? input : JSON.stringify(input);
}

/** The extension's words (OutOfProcOrchestrationShim). */
function failed({ name }: Instance, message: string): string {
  return `Orchestrator function '${name}' failed: ${message}`;
}

/** Hands the history over as the extension does: as JSON. */
function triggerOf(instance: Instance, taken: readonly HistoryEvent[]): string {
  const played = instance.played();
  const rest = {
    input: instance.input,
    instanceId: instance.id,
    isReplaying: false,
    parentInstanceId: null,
    upperSchemaVersion: 1,
    upperSchemaVersionNew: 2,
    longRunningTimerIntervalDuration: timeSpan(timerPartMs),
    maximumShortTimerDuration: timeSpan(longestTimerMs),
    defaultHttpAsyncRequestSleepTimeMillseconds: 30000,
  };
  const history = `${played}${played === '' ? '' : ','}${onTheWire(taken, false)}`;
  return `{"history":[${history}],${JSON.stringify(rest).slice(1)}`;
}

function timeSpan(ms: number): string {
  return `${ms / (24 * 3600 * 1000)}.00:00:00`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

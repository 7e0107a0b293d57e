/** What does the status of an instance show? The extension's `StatusResponsePayload`, with its history on demand. */
import { eventName, eventType, type HistoryEvent } from './history-event.js';
import type { InstanceState } from './hub-record.js';

/** What is shown, by the query's words. */
export interface Shown {
  readonly history: boolean;
  readonly historyOutput: boolean;
  readonly input: boolean;
}

/** Writes a status; times are given to the second, as the extension does. */
export function statusOf(instance: InstanceState, shown: Shown): object {
  const { name, id, status, customStatus, output } = instance;
  return {
    name,
    instanceId: id,
    runtimeStatus: status,
    input: shown.input ? instance.input : null,
    customStatus,
    output,
    createdTime: toTheSecond(instance.createdTime),
    lastUpdatedTime: toTheSecond(instance.lastUpdatedTime),
    ...(shown.history && status !== 'Pending' ? { historyEvents: historyOf(instance.history, shown) } : {}),
  };
}

function toTheSecond(time: string): string {
  return `${time.slice(0, 19)}Z`;
}

/**
 * The history for people (`DurableClient.GetDurableOrchestrationStatusAsync`): a task that has ended stands where it
 * ended, with the time at which it was begun; the marks of turns are left out.
 */
function historyOf(history: readonly HistoryEvent[], shown: Shown): readonly object[] {
  const ends = history.filter(({ EventType }) => isTaskEnd(EventType));
  const ended = new Set(ends.map(({ TaskScheduledId }) => TaskScheduledId));
  const begun = new Map(
    history
      .filter(({ EventType }) => EventType === eventType.taskScheduled)
      .map((event) => [event.EventId, event]),
  );
  return history.flatMap((event) => {
    const { EventType, EventId } = event;
    if (EventType === eventType.orchestratorStarted || EventType === eventType.orchestratorCompleted)
      return [];
    if (EventType === eventType.taskScheduled && ended.has(EventId)) return [];
    const scheduled = isTaskEnd(EventType) ? begun.get(event.TaskScheduledId ?? -1) : undefined;
    return [shownEvent(event, scheduled, shown)];
  });
}

function isTaskEnd(type: number): boolean {
  return type === eventType.taskCompleted || type === eventType.taskFailed;
}

function shownEvent(
  event: HistoryEvent,
  scheduled: HistoryEvent | undefined,
  { historyOutput, input }: Shown,
): object {
  const { EventType, Timestamp, FireAt, Reason, Details, OrchestrationStatus, Result, Name } = event;
  const Input = event.Input ?? scheduled?.Input;
  const hasResult = Result !== undefined && historyOutput;
  return {
    EventType: eventName(EventType),
    ...given({ Timestamp, FireAt, Reason, Details, OrchestrationStatus }),
    ...(EventType === eventType.executionStarted ? { FunctionName: Name } : {}),
    ...(EventType === eventType.taskScheduled ? { Name } : {}),
    ...(scheduled === undefined ? {} : { ScheduledTime: scheduled.Timestamp, FunctionName: scheduled.Name }),
    ...(input && Input !== undefined ? { Input } : {}),
    ...(hasResult ? { Result: JSON.parse(Result) as unknown } : {}),
  };
}

function given(facts: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

/** Which events does an orchestration's history hold? Those of the durable extension that are used here. */

/** Numbers of the extension's `HistoryEventType`. */
export const eventType = {
  executionStarted: 0,
  executionCompleted: 1,
  executionTerminated: 3,
  taskScheduled: 4,
  taskCompleted: 5,
  taskFailed: 6,
  timerCreated: 10,
  timerFired: 11,
  orchestratorStarted: 12,
  orchestratorCompleted: 13,
  executionSuspended: 19,
  executionResumed: 20,
} as const;

/** The name of a type, as the status with history shows it. */
export function eventName(type: number): string {
  const name = Object.entries(eventType).find(([, number]) => number === type)?.[0] ?? String(type);
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** One event, in the extension's own casing; whether it is played is said when it is handed over. */
export interface HistoryEvent {
  readonly EventType: number;
  readonly EventId: number;
  readonly Timestamp: string;
  readonly Name?: string;
  readonly Input?: string;
  readonly Version?: string;
  readonly TaskScheduledId?: number;
  readonly TimerId?: number;
  readonly FireAt?: string;
  readonly Result?: string;
  readonly Reason?: string;
  readonly Details?: string;
  readonly OrchestrationStatus?: string;
}

/** What differs between events. */
export type EventFacts = Omit<HistoryEvent, 'EventType' | 'EventId' | 'Timestamp'>;

/** Makes an event of now; `id` is -1 for those that begin nothing. */
export function historyEvent(type: number, facts: EventFacts = {}, id = -1): HistoryEvent {
  return { EventType: type, EventId: id, Timestamp: new Date().toISOString(), ...facts };
}

/** Writes events for the SDK, comma-separated: `isPlayed` tells those of earlier turns from those that are new. */
export function onTheWire(events: readonly HistoryEvent[], isPlayed: boolean): string {
  return events.map((event) => `{"IsPlayed":${isPlayed},${JSON.stringify(event).slice(1)}`).join(',');
}

/** The id of the activity or timer that an event is the end of; `undefined` for other events. */
export function endedBy({ EventType, TaskScheduledId, TimerId }: HistoryEvent): number | undefined {
  switch (EventType) {
    case eventType.taskCompleted:
    case eventType.taskFailed:
      return TaskScheduledId;
    case eventType.timerFired:
      return TimerId;
    default:
      return undefined;
  }
}

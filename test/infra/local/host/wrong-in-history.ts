/** What is wrong with the history of an instance that was read from a journal? */
import { endedBy, eventType, type HistoryEvent } from '../../../../infra/local/host/history-event.js';
import type { Instance } from '../../../../infra/local/host/instance.js';

/**
 * What is wrong with an instance that should be over.
 *
 * @returns a sentence each; none when it has begun once and ended once, and so has each thing that it began, in order
 */
export function wrongIn(instance: Instance): readonly string[] {
  const { history, id, status } = instance;
  const begun = begunIn(history);
  const ended = endedIn(history);
  return [
    ...(status === 'Completed' ? [] : [`${id} is ${status}`]),
    ...(countOf(history, eventType.executionCompleted) === 1 ? [] : [`${id} has not ended once`]),
    ...(ended.length === begun.length ? [] : [`${id} began ${begun.join()} and ended ${ended.join()}`]),
    ...wrongSoFar(instance),
  ];
}

/** What is wrong with an instance that may still be at work, or was begun and has not taken a turn. */
export function wrongSoFar({ history, id }: Instance): readonly string[] {
  const begun = begunIn(history);
  const ended = endedIn(history);
  const endsBeforeBegin = ended.filter(
    (task) =>
      history.findIndex((event) => endedBy(event) === task) <
      history.findIndex((event) => isBegin(event) && event.EventId === task),
  );
  return [
    ...(history.length === 0 || countOf(history, eventType.executionStarted) === 1
      ? []
      : [`${id} has begun more than once`]),
    ...(countOf(history, eventType.executionCompleted) <= 1 ? [] : [`${id} has ended more than once`]),
    ...(begun.every((task, index) => task === index) ? [] : [`${id} has begun ${begun.join()}`]),
    ...(new Set(ended).size === ended.length && ended.every((task) => begun.includes(task))
      ? []
      : [`${id} ended ${ended.join()}`]),
    ...endsBeforeBegin.map((task) => `${id} ended ${task} before it began`),
  ];
}

/** Numbers of the activities and timers that were begun. */
export function begunIn(history: readonly HistoryEvent[]): readonly number[] {
  return history.filter(isBegin).map(({ EventId }) => EventId);
}

/** Numbers of those that have ended. */
export function endedIn(history: readonly HistoryEvent[]): readonly number[] {
  return history.flatMap((event) => endedBy(event) ?? []);
}

function countOf(history: readonly HistoryEvent[], type: number): number {
  return history.filter(({ EventType }) => EventType === type).length;
}

function isBegin({ EventType }: HistoryEvent): boolean {
  return EventType === eventType.taskScheduled || EventType === eventType.timerCreated;
}

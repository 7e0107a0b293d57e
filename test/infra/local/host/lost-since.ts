/** What has a journal lost that it held before? */
import type { HistoryEvent } from '../../../../infra/local/host/history-event.js';
import { isOver, type InstanceState } from '../../../../infra/local/host/hub-record.js';

/** What is compared. */
export type Kept = Pick<InstanceState, 'id' | 'run' | 'status' | 'history' | 'inbox'>;

/**
 * What is no longer there, when nothing was purged.
 *
 * @returns a sentence each; none when every instance is there, in its run or a later one, each history goes on where it
 *   stood, and what had arrived for it is in it or still waits
 */
export function lostSince(before: readonly Kept[], now: readonly Kept[]): readonly string[] {
  return before.flatMap((one) => {
    const { id, run } = one;
    const other = now.find((found) => found.id === id);
    if (other === undefined) return [`${id} is lost`];
    if (other.run < run) return [`${id} went back from run ${run} to ${other.run}`];
    return other.run > run ? [] : lostInRun(one, other);
  });
}

function lostInRun(before: Kept, { id, status, history, inbox }: Kept): readonly string[] {
  const isThere = (event: HistoryEvent, index: number) => isSame(event, history[index]);
  const known = [...history, ...inbox.map(({ event }) => event)];
  // Who is over takes nothing any more.
  const lost = isOver({ status })
    ? []
    : before.inbox.filter(({ event }) => !known.some((one) => isSame(event, one)));
  return [
    ...(before.history.every(isThere) ? [] : [`${id} has another history than before`]),
    ...(lost.length === 0 ? [] : [`${id} has lost ${lost.length} that had arrived`]),
  ];
}

function isSame(one: HistoryEvent, other: HistoryEvent | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

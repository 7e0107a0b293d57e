/** How does an activity end? It is called, and the event that its end is comes back. */
import type { Log } from './functions-core.js';
import { eventType, historyEvent, type HistoryEvent } from './history-event.js';
import { typed, valueOf, type Invoker } from './invoke-function.js';
import type { Leaf } from './replay-walk.js';

/** Payload above which the real hub spills to blobs and slows down; a warning is logged. */
const largePayloadBytes = 45 * 1024;

/** Calls an activity; a throw is an end like another. */
export async function runActivity(
  invoker: Invoker,
  log: Log,
  { id, name, input }: Leaf & { readonly kind: 'activity' },
): Promise<HistoryEvent> {
  const data = typed(input);
  warnOfSize(log, `${name} is called with`, data?.json ?? data?.string ?? '');
  try {
    const value: unknown = valueOf(await invoker.invoke(name, data));
    const Result = JSON.stringify(value ?? null);
    warnOfSize(log, `${name} answered`, Result);
    return historyEvent(eventType.taskCompleted, { TaskScheduledId: id, Result });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log('error', `${name} failed: ${error instanceof Error ? (error.stack ?? message) : message}`);
    const Reason = `Activity function '${name}' failed: ${message}`;
    return historyEvent(eventType.taskFailed, { TaskScheduledId: id, Reason, Details: '' });
  }
}

/** Warns of a payload, given as JSON, that is too large to be stored with its message. */
export function warnOfSize(log: Log, what: string, json: string): void {
  const bytes = Buffer.byteLength(json);
  if (bytes > largePayloadBytes)
    log('warning', `${what} ${bytes} bytes; keep payloads below ${largePayloadBytes}.`);
}

/** How are queues polled? What `host.json` says under `extensions.queues`, and the defaults of the extension. */

/** `extensions.queues` of `host.json`; time spans are `hh:mm:ss`. */
export interface QueuesJson {
  readonly messageEncoding?: 'base64' | 'none';
  readonly batchSize?: number;
  readonly newBatchThreshold?: number;
  readonly maxDequeueCount?: number;
  readonly maxPollingInterval?: string;
  readonly visibilityTimeout?: string;
}

/** The settings, read. */
export interface QueueSettings {
  readonly encoding: 'base64' | 'none';
  /** Messages fetched at once. */
  readonly batchSize: number;
  /** The next batch is fetched once no more than so many run. */
  readonly newBatchThreshold: number;
  /** Tries before a message is poison. */
  readonly maxDequeueCount: number;
  /** Longest pause between two looks at an empty queue. */
  readonly maxPollingMs: number;
  /** Pause before a message that failed is tried again. */
  readonly retryAfterMs: number;
}

/** Most that the service hands out at once (Microsoft Learn, 'Get Messages'). */
const maxBatchSize = 32;

/**
 * Reads the settings; defaults are those of Microsoft Learn, 'Azure Queue storage trigger', host.json.
 *
 * @throws Error that names the setting which can't be read
 */
export function readQueueSettings(given: QueuesJson = {}): QueueSettings {
  const { messageEncoding = 'base64', batchSize = 16, maxDequeueCount = 5 } = given;
  if (!(batchSize >= 1 && batchSize <= maxBatchSize))
    throw new Error(`extensions.queues.batchSize is ${batchSize}; give 1 to ${maxBatchSize}.`);
  return {
    encoding: messageEncoding,
    batchSize,
    newBatchThreshold: given.newBatchThreshold ?? Math.floor(batchSize / 2),
    maxDequeueCount,
    maxPollingMs: readTimeSpan('maxPollingInterval', given.maxPollingInterval ?? '00:01:00'),
    retryAfterMs: readTimeSpan('visibilityTimeout', given.visibilityTimeout ?? '00:00:00'),
  };
}

function readTimeSpan(name: string, text: string): number {
  const [, hours, minutes, seconds] = /^(\d{1,2}):(\d{2}):(\d{2}(?:\.\d{1,7})?)$/.exec(text) ?? [];
  if (hours === undefined)
    throw new Error(`extensions.queues.${name} is "${text}"; give a time span such as 00:00:02.`);
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
}

/** How are queues polled? What `host.json` says under `extensions.queues`, and the defaults of the extension. */
import type { SettingReader } from './setting-reader.js';

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

/** Shortest pause between two looks (QueuePollingIntervals.cs of the extension). */
const shortestPollingMs = 100;

/**
 * Reads the settings; defaults are those of Microsoft Learn, 'Azure Queue storage trigger', host.json, and of
 * `QueuesOptions.cs`. The threshold is that of one core.
 */
export function readQueueSettings(reader: SettingReader): QueueSettings {
  const path = (name: string) => `extensions.queues.${name}`;
  const batchSize = reader.wholeNumber(path('batchSize'), { least: 1, most: maxBatchSize }, 16);
  return {
    encoding: reader.oneOf(path('messageEncoding'), ['base64', 'none'], 'base64'),
    batchSize,
    newBatchThreshold: reader.wholeNumber(path('newBatchThreshold'), { least: 0 }, Math.floor(batchSize / 2)),
    maxDequeueCount: reader.wholeNumber(path('maxDequeueCount'), { least: 1 }, 5),
    maxPollingMs: reader.timeSpan(
      path('maxPollingInterval'),
      { leastMs: shortestPollingMs, hint: 'a time span of at least 00:00:00.1' },
      60_000,
    ),
    retryAfterMs: reader.timeSpan(
      path('visibilityTimeout'),
      { leastMs: 0, hint: 'a time span such as 00:00:30' },
      0,
    ),
  };
}

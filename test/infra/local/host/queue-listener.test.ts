/** What becomes of a message that fails where there is no queue to put it aside? On a queue of one message. */
import { expect, test } from '@jest/globals';
import type { DequeuedMessageItem, QueueClient } from '@azure/storage-queue';
import { QueueListener } from '../../../../infra/local/host/queue-listener.js';

const settings = {
  encoding: 'none',
  batchSize: 16,
  newBatchThreshold: 8,
  maxDequeueCount: 5,
  maxPollingMs: 100,
  retryAfterMs: 0,
} as const;

/** A queue that notes what is done to its one message. */
function aQueue(dequeueCount: number) {
  const calls: string[] = [];
  const message = {
    messageId: 'm',
    popReceipt: 'r',
    messageText: 'text',
    dequeueCount,
  } as DequeuedMessageItem; // the fields that a listener reads
  const waiting = [message];
  const queue = {
    name: 'work-poison',
    receiveMessages: () => Promise.resolve({ receivedMessageItems: waiting.splice(0) }),
    deleteMessage: () => Promise.resolve(void calls.push('deleted')),
    updateMessage: () => Promise.resolve(void calls.push('seen again')),
  } as unknown as QueueClient; // the calls that a listener makes
  return { queue, calls };
}

test.each([
  { when: 'it fails', dequeueCount: 1, fails: true, calls: [], tries: 1 },
  { when: 'it fails for the last time', dequeueCount: 5, fails: true, calls: [], tries: 1 },
  { when: 'it was tried too often', dequeueCount: 6, fails: true, calls: [], tries: 0 },
  { when: 'it is done', dequeueCount: 1, fails: false, calls: ['deleted'], tries: 1 },
])('message stays unseen without a queue of poison unless it is done, when $when', async (row) => {
  const { queue, calls } = aQueue(row.dequeueCount);
  let tries = 0;
  const listener = new QueueListener({
    queue,
    poison: undefined,
    settings,
    take: () => {
      tries++;
      return row.fails ? Promise.reject(new Error('it fails')) : Promise.resolve();
    },
    log: () => undefined,
  });
  await new Promise((resolve) => setImmediate(resolve));
  await listener.stop();
  expect(tries).toBe(row.tries);
  expect(calls).toEqual(row.calls);
});

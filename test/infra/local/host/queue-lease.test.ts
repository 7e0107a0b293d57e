/** Does a message stay unseen while its function runs longer than a lease? On fake time, with a queue of receipts. */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { DequeuedMessageItem, QueueClient } from '@azure/storage-queue';
import { QueueLease } from '../../../../infra/local/host/queue-lease.js';

let renewals: readonly unknown[][];
let refuses: boolean;
let complaints: unknown[];

const fetched = { messageId: 'm', popReceipt: 'r0' } as DequeuedMessageItem; // the fields that a lease reads

const queue = {
  updateMessage: (...given: unknown[]) => {
    renewals = [...renewals, given];
    return refuses
      ? Promise.reject(new Error('gone'))
      : Promise.resolve({ popReceipt: `r${renewals.length}` });
  },
} as unknown as QueueClient; // the one call that a lease makes

beforeEach(() => {
  jest.useFakeTimers();
  [renewals, refuses, complaints] = [[], false, []];
});

afterEach(() => {
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

test.each([
  { when: 'it ends before half of the lease', seconds: 299, receipts: [], last: 'r0' },
  { when: 'it lasts half of the lease', seconds: 300, receipts: ['r0'], last: 'r1' },
  { when: 'it lasts two leases', seconds: 1200, receipts: ['r0', 'r1', 'r2', 'r3'], last: 'r4' },
])('lease is renewed by its receipt of the time when $when', async ({ seconds, receipts, last }) => {
  const lease = new QueueLease(queue, fetched, (error) => void complaints.push(error));
  await jest.advanceTimersByTimeAsync(seconds * 1000);
  expect((await lease.end()).popReceipt).toBe(last);
  expect(renewals).toEqual(receipts.map((receipt) => ['m', receipt, undefined, 600]));
});

test('lease is told of and tried again when it can’t be renewed', async () => {
  refuses = true;
  const lease = new QueueLease(queue, fetched, (error) => void complaints.push(error));
  await jest.advanceTimersByTimeAsync(600_000);
  expect((await lease.end()).popReceipt).toBe('r0');
  expect(complaints).toHaveLength(2);
});

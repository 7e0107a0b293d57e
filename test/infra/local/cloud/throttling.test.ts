/** How many requests are taken before one is refused, and how soon is the next? */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Throttling } from '../../../../infra/local/cloud/throttling.js';
import { TokenBuckets } from '../../../../infra/local/cloud/token-buckets.js';
import { Refusal } from '../../../../infra/local/cloud/wire.js';

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

test.each([
  { method: 'GET', size: 250, perSecond: 25 },
  { method: 'PUT', size: 200, perSecond: 10 },
  { method: 'DELETE', size: 200, perSecond: 10 },
])('$method is refused after $size, and $perSecond more are taken a second later', (row) => {
  const throttling = new Throttling();
  const takeAll = () => {
    for (let taken = 0; ; taken++) {
      try {
        throttling.takeArm({ method: row.method, path: '/', headers: {} });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        expect(error.answer).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
        return taken;
      }
    }
  };
  expect(takeAll()).toBe(row.size);
  jest.advanceTimersByTime(1000);
  expect(takeAll()).toBe(row.perSecond);
});

test('buckets that are full again are dropped, and those that aren’t are kept as they are', () => {
  const buckets = new TokenBuckets();
  const limit = { size: 12, perSecond: 0.1 };
  for (let poll = 0; poll < 50_000; poll++) {
    buckets.take(`operation ${poll}`, limit);
    if (poll % 100 === 0) jest.advanceTimersByTime(1000);
  }
  // A token comes back within ten seconds, in which a thousand operations are polled.
  expect(buckets.size).toBeLessThan(5000);
  for (let taken = 0; taken < 11; taken++) buckets.take('machine', limit);
  for (let other = 0; other < 20_000; other++) buckets.take(`other ${other}`, limit);
  expect(buckets.take('machine', limit)).toEqual({ isTaken: true, left: 0 });
  expect(buckets.take('machine', limit)).toEqual({ isTaken: false, waitSeconds: 10 });
});

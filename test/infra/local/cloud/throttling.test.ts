/** How many requests are taken before one is refused, and how soon is the next? */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Throttling } from '../../../../infra/local/cloud/throttling.js';
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

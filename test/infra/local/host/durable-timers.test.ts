/** Do durable timers fire in their order, each once, with one timer of the process for all? */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { DurableTimers } from '../../../../infra/local/host/durable-timers.js';

const dayMs = 24 * 3600 * 1000;

beforeEach(() => {
  jest.useFakeTimers({ now: Date.UTC(2026, 0, 5) });
});

afterEach(() => {
  jest.useRealTimers();
});

test('DurableTimers fires by time, then by the order of arming, and not what was disarmed', () => {
  const wish = fc.record({ afterMs: fc.integer({ min: -5, max: 20 }), isDisarmed: fc.boolean() });
  fc.assert(
    fc.property(fc.array(wish, { maxLength: 60 }), (wishes) => {
      const fired: number[] = [];
      const timers = new DurableTimers<string>(({ id }) => void fired.push(id));
      const now = Date.now();
      const armed = wishes.map(({ afterMs }, id) => timers.arm('one', 1, id, now + afterMs));
      expect(jest.getTimerCount()).toBe(Math.min(wishes.length, 1));
      for (const timer of armed) if (wishes[timer.id]?.isDisarmed === true) timers.disarm(timer);
      const expected = armed
        .filter(({ id }) => wishes[id]?.isDisarmed === false)
        .sort((one, other) => one.dueMs - other.dueMs || one.order - other.order);
      jest.advanceTimersByTime(20);
      expect(fired).toEqual(expected.map(({ id }) => id));
      expect(jest.getTimerCount()).toBe(0);
    }),
  );
});

test.each([
  { when: 'its time has come already', afterMs: -1 },
  { when: 'it is due after longer than a timer of the process can wait', afterMs: 40 * dayMs },
])('DurableTimers fires at the time, and not before, when $when', ({ afterMs }) => {
  const fired: number[] = [];
  const timers = new DurableTimers<string>(({ dueMs }) => void fired.push(Date.now() - dueMs));
  timers.arm('one', 1, 0, Date.now() + afterMs);
  expect(fired).toEqual([]);
  jest.advanceTimersByTime(Math.max(afterMs, 0) + 1);
  expect(fired).toEqual([Math.max(-afterMs, 0)]);
});

test('DurableTimers leaves nothing behind when it is cleared', () => {
  const timers = new DurableTimers<string>(() => undefined);
  const timer = timers.arm('one', 1, 0, Date.now() + dayMs);
  timers.clear();
  timers.disarm(timer);
  expect(jest.getTimerCount()).toBe(0);
});

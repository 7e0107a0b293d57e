/** What becomes of an invocation around its limit? On fake time. */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { withTimeout, type TimeoutMode } from '../../../../infra/local/host/function-timeout.js';

let lines: string[];

beforeEach(() => {
  jest.useFakeTimers();
  lines = [];
});

afterEach(() => {
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

function invoke(lastsMs: number, mode: TimeoutMode, limitMs: number | undefined = 300_000): Promise<unknown> {
  const inner = {
    invoke: async () => {
      await new Promise((resolve) => setTimeout(resolve, lastsMs));
      return { string: 'done' };
    },
  };
  const log = (_level: string, message: string) => void lines.push(message);
  return withTimeout(inner, { limitMs, mode, log }).invoke('slow', undefined);
}

test.each<{ when: string; lastsMs: number; mode: TimeoutMode; outcome: unknown; told: number }>([
  { when: 'it ends in time', lastsMs: 299_999, mode: 'fails', outcome: { string: 'done' }, told: 0 },
  {
    when: 'it lasts longer',
    lastsMs: 300_001,
    mode: 'fails',
    outcome: 'Timeout value of 00:05:00 was exceeded by function: Functions.slow',
    told: 1,
  },
  {
    when: 'it lasts longer and is only told of',
    lastsMs: 300_001,
    mode: 'told',
    outcome: { string: 'done' },
    told: 1,
  },
])('invocation ends as it has to when $when', async ({ lastsMs, mode, outcome, told }) => {
  const ended = invoke(lastsMs, mode).catch((error: unknown) => (error as Error).message); // thrown by withTimeout
  await jest.advanceTimersByTimeAsync(300_002);
  expect(await ended).toEqual(outcome);
  expect(lines).toHaveLength(told);
  if (told === 1) expect(lines[0]).toBe("Timeout value of 00:05:00 exceeded by function 'Functions.slow'.");
});

test('invocation ends at once, and leaves no timer, when its function throws', async () => {
  const inner = { invoke: () => Promise.reject(new Error('it threw')) };
  const limited = withTimeout(inner, { limitMs: 1000, mode: 'fails', log: () => undefined });
  await expect(limited.invoke('slow', undefined)).rejects.toThrow('it threw');
});

// Seen: a timer that can't wait so long fired at once, and failed every invocation.
test('invocation ends well when its limit is longer than a timer can wait', async () => {
  const ended = invoke(1000, 'fails', 30 * 24 * 3600 * 1000);
  await jest.advanceTimersByTimeAsync(1000);
  expect(await ended).toEqual({ string: 'done' });
  expect(lines).toEqual([]);
});

/** Does time go on after what a region had reached, however it ended? */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { keepClock, startOfTime } from '../../../../infra/local/region/kept-clock.js';

const startedAt = Date.UTC(2026, 0, 5, 8);
const speed = 20;

let folder: string;
let file: string;

beforeEach(() => {
  jest.useFakeTimers({ now: startedAt });
  folder = mkdtempSync(join(tmpdir(), 'kept-clock-'));
  file = join(folder, 'clock.json');
});

afterEach(() => {
  jest.useRealTimers();
  rmSync(folder, { recursive: true });
});

/** As a process of later finds it: the real clock is where it was, since the region's went faster. */
function startOfNext(): number {
  jest.setSystemTime(startedAt);
  return startOfTime(file);
}

test('startOfTime is where a region had come when it was ended', () => {
  const kept = keepClock(file, speed);
  jest.advanceTimersByTime(3_600_000);
  kept.end();
  expect(startOfNext()).toBe(startedAt + 3_600_000);
});

test.each([0, 1, 19_999, 20_000, 3_610_000])(
  'startOfTime is after, by at most 5 real seconds, when a region was killed %d ms after it came up',
  (ms) => {
    keepClock(file, speed);
    jest.advanceTimersByTime(ms);
    jest.clearAllTimers();
    const start = startOfNext();
    expect(start).toBeGreaterThan(startedAt + ms);
    expect(start).toBeLessThanOrEqual(startedAt + ms + 5000 * speed);
  },
);

test('startOfTime is now when that is later', () => {
  keepClock(file, speed).end();
  jest.setSystemTime(startedAt + 1_000_000);
  expect(startOfTime(file)).toBe(startedAt + 1_000_000);
});

test.each(['', '{"endedAt":', '{"endedAt":"soon"}', 'null'])(
  'startOfTime is now when the file holds %p',
  (text) => {
    writeFileSync(file, text);
    expect(startOfTime(file)).toBe(startedAt);
  },
);

/** When does a timer's function run, and what is it told? On fake time, over a folder that outlives hosts. */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Binding, RegisteredFunction, TypedData } from '../../../../infra/local/host/functions-core.js';
import { openTimerMonitor } from '../../../../infra/local/host/timer-monitor.js';
import { startTimers } from '../../../../infra/local/host/timer-triggers.js';

/** What a function was told, and when. */
interface Tick {
  readonly at: string;
  readonly isPastDue: boolean;
  readonly status: { readonly Last: string; readonly Next: string } | null;
}

let folder: string;
let ticks: Tick[];
let lines: string[];
let lastsMs: number;
let stops: (() => Promise<void>)[];

beforeEach(() => {
  jest.useFakeTimers({ now: Date.parse('2026-03-01T12:00:30Z'), doNotFake: ['nextTick', 'queueMicrotask'] });
  folder = mkdtempSync(join(tmpdir(), 'timers-'));
  ticks = [];
  lines = [];
  lastsMs = 0;
  stops = [];
});

afterEach(async () => {
  await Promise.all(stops.map((stop) => stop()));
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
  rmSync(folder, { recursive: true });
});

function start(
  binding: Partial<Binding>,
  settings: Readonly<Record<string, string>> = {},
): () => Promise<void> {
  const trigger = { type: 'timerTrigger', direction: 'in', schedule: '0 * * * * *', ...binding };
  const called: RegisteredFunction = {
    name: 'Sweep',
    bindings: { timer: trigger },
    callback: () => undefined,
  };
  const stop = startTimers([called], {
    invoker: { invoke: (_name, data) => take(data as TypedData) }, // what the trigger hands over
    monitor: openTimerMonitor(folder),
    settings,
    log: (level, message) => void lines.push(`${level}: ${message}`),
  });
  stops.push(stop);
  return stop;
}

async function take({ json }: TypedData): Promise<undefined> {
  const info = JSON.parse(json ?? '') as {
    readonly IsPastDue: boolean;
    readonly ScheduleStatus: Tick['status'];
  };
  ticks.push({ at: clock(), isPastDue: info.IsPastDue, status: info.ScheduleStatus });
  if (lastsMs > 0) await new Promise((resolve) => setTimeout(resolve, lastsMs));
}

const clock = () => new Date().toISOString().slice(11, 19);
const pass = (seconds: number) => jest.advanceTimersByTimeAsync(seconds * 1000);
const times = () => ticks.map(({ at }) => at);

test('timer tells of the last tick and of this one, as the status was before it', async () => {
  start({});
  await pass(90);
  expect(ticks).toEqual([
    {
      at: '12:01:00',
      isPastDue: false,
      status: {
        Last: '0001-01-01T00:00:00+00:00',
        Next: '2026-03-01T12:01:00.000+00:00',
        LastUpdated: '2026-03-01T12:00:30.000+00:00',
      },
    },
    {
      at: '12:02:00',
      isPastDue: false,
      status: {
        Last: '2026-03-01T12:01:00.000+00:00',
        Next: '2026-03-01T12:02:00.000+00:00',
        LastUpdated: '2026-03-01T12:01:00.000+00:00',
      },
    },
  ]);
});

test.each([
  { when: 'a tick was missed', downSeconds: 200, told: ['12:04:20 past due', '12:05:00'] },
  { when: 'none was missed', downSeconds: 10, told: ['12:02:00', '12:03:00'] },
])('timer makes up for one tick at most when it was down and $when', async ({ downSeconds, told }) => {
  const stop = start({});
  await pass(30);
  await stop();
  ticks = [];
  await pass(downSeconds);
  start({});
  await pass(downSeconds > 60 ? 50 : 120);
  expect(ticks.map(({ at, isPastDue }) => `${at}${isPastDue ? ' past due' : ''}`)).toEqual(told);
});

test.each([
  { when: 'useMonitor is off', binding: { useMonitor: false } },
  { when: 'it ticks more than once a minute', binding: { schedule: '*/30 * * * * *' } },
])('timer keeps no status and makes up for nothing when $when', async ({ binding }) => {
  const stop = start(binding);
  await pass(60);
  await stop();
  ticks = [];
  await pass(600);
  start(binding);
  await pass(0);
  expect(ticks).toEqual([]);
  await pass(60);
  expect(ticks[0]).toMatchObject({ isPastDue: false, status: null });
  expect(readdirSync(folder)).toEqual([]);
});

test('timer follows at once, and once, when its function outlasted ticks', async () => {
  lastsMs = 150_000;
  start({});
  await pass(30 + 150 + 150 + 1);
  expect(times()).toEqual(['12:01:00', '12:03:30', '12:06:00']);
  lastsMs = 0;
  await pass(150); // lets the last one end
});

test('timer goes on when its function throws', async () => {
  const called: RegisteredFunction = {
    name: 'Sweep',
    bindings: { timer: { type: 'timerTrigger', direction: 'in', schedule: '0 * * * * *' } },
    callback: () => undefined,
  };
  let calls = 0;
  stops.push(
    startTimers([called], {
      invoker: { invoke: () => Promise.reject(new Error(`call ${++calls}`)) },
      monitor: openTimerMonitor(undefined),
      settings: {},
      log: (level, message) => void lines.push(`${level}: ${message}`),
    }),
  );
  await pass(90);
  expect(lines).toEqual(['error: Sweep failed: call 1', 'error: Sweep failed: call 2']);
});

test('timer runs at the start, not past due, when it is to run on startup', async () => {
  start({ runOnStartup: true });
  await pass(30);
  expect(ticks.map(({ at, isPastDue }) => [at, isPastDue])).toEqual([
    ['12:00:30', false],
    ['12:01:00', false],
  ]);
});

test('timer waits for its function when it is stopped, and fires no more', async () => {
  lastsMs = 5000;
  const stop = start({});
  await pass(31);
  let hasStopped = false;
  const stopped = stop().then(() => (hasStopped = true));
  await pass(3);
  expect(hasStopped).toBe(false);
  await pass(2);
  expect(hasStopped).toBe(true);
  await stopped;
  await pass(120);
  expect(times()).toEqual(['12:01:00']);
});

test.each([
  {
    when: 'it is a setting',
    binding: { schedule: '%EVERY%' },
    settings: { EVERY: '0 */2 * * * *' },
    told: ['12:02:00'],
  },
  { when: 'it is a time span', binding: { schedule: '00:01:00' }, settings: {}, told: ['12:01:30'] },
  { when: 'it is far away', binding: { schedule: '0 0 0 1 6 *' }, settings: {}, told: [] },
])('timer fires by its schedule when $when', async ({ binding, settings, told }) => {
  start(binding, settings);
  await pass(90);
  expect(times()).toEqual(told);
});

test('timer fires in time when its tick is further away than a timer can wait', async () => {
  start({ schedule: '0 0 0 1 6 *' });
  await jest.advanceTimersByTimeAsync(Date.parse('2026-05-31T23:59:59Z') - Date.now());
  expect(ticks).toEqual([]);
  await pass(1);
  expect(times()).toEqual(['00:00:00']);
});

test.each([
  { when: 'it was torn', text: '{"Last":"2026-' },
  { when: 'it holds something else', text: '[]' },
  { when: 'its times are none', text: '{"Next":"soon"}' },
])('timer begins anew when its file can’t be read because $when', async ({ text }) => {
  writeFileSync(join(folder, 'sweep.status'), text);
  start({});
  await pass(30);
  expect(ticks).toMatchObject([{ at: '12:01:00', isPastDue: false }]);
  expect(JSON.parse(readFileSync(join(folder, 'sweep.status'), 'utf8'))).toEqual({
    Last: '2026-03-01T12:01:00.000+00:00',
    Next: '2026-03-01T12:02:00.000+00:00',
    LastUpdated: '2026-03-01T12:01:00.000+00:00',
  });
});

test('timer fires all the same, and says so, when its status can’t be kept', async () => {
  start({});
  rmSync(folder, { recursive: true });
  await pass(90);
  expect(times()).toEqual(['12:01:00', '12:02:00']);
  expect(lines[0]).toMatch(/^error: Sweep keeps no status, so a tick may be missed: .*ENOENT/);
  folder = mkdtempSync(join(tmpdir(), 'timers-'));
});

/** When does the engine begin what a turn asks for, and what becomes of what comes late? Orchestrators are scripts here. */
import { afterEach, expect, jest, test } from '@jest/globals';
import { endedBy, eventType, type HistoryEvent } from '../../../../infra/local/host/history-event.js';
import { Hub } from '../../../../infra/local/host/hub.js';
import { MemoryStore, type KeptHub } from '../../../../infra/local/host/hub-store.js';
import type { Invoker } from '../../../../infra/local/host/invoke-function.js';
import { Journal } from '../../../../infra/local/host/journal.js';
import { Orchestrations } from '../../../../infra/local/host/orchestration.js';
import type { Answer } from '../../../../infra/local/host/orchestration-turn.js';
import type { VersionSettings } from '../../../../infra/local/host/orchestration-versions.js';
import { actionType, type Action } from '../../../../infra/local/host/replay-actions.js';
import { Disk } from './a-disk.js';
import { eventually } from './start-small-app.js';

const activity = (functionName: string): Action => ({ actionType: actionType.activity, functionName });
const timer = (fireAt: string): Action => ({ actionType: actionType.timer, fireAt });
const endless = timer('2999-01-01T00:00:00.000Z');

/** An orchestrator that asks for one action after another, and answers what it asked for. */
function script(actions: readonly Action[]): (history: readonly HistoryEvent[]) => Answer {
  return (history) => {
    const ended = history.filter((event) => endedBy(event) !== undefined).length;
    const isDone = ended >= actions.length || actions[ended]?.actionType === actionType.continueAsNew;
    return { isDone, actions: [actions.slice(0, ended + 1)], output: 'done' };
  };
}

interface Engine extends KeptHub {
  readonly orchestrations: Orchestrations;
  /** Activities that were called, and what ends each. */
  readonly called: string[];
  readonly ends: (() => void)[];
  readonly log: string[];
}

const running: Orchestrations[] = [];

afterEach(() => {
  for (const orchestrations of running.splice(0)) orchestrations.close();
});

/** An engine whose activities end when they are told to. */
function anEngine(
  orchestrator: (history: readonly HistoryEvent[]) => Answer,
  kept: KeptHub = { hub: new Hub(), store: new MemoryStore() },
  versions: VersionSettings = {},
): Engine {
  const called: string[] = [];
  const ends: (() => void)[] = [];
  const log: string[] = [];
  const invoker: Invoker = {
    invoke: (name) => {
      called.push(name);
      return new Promise((resolve) => ends.push(() => resolve({ json: '1' })));
    },
  };
  const ask = (_name: string, trigger: string) => {
    const { history } = JSON.parse(trigger) as { readonly history: readonly HistoryEvent[] }; // as takeTurn wrote it
    return Promise.resolve(orchestrator(history));
  };
  const tell = (level: string, text: string) => void log.push(`${level}: ${text}`);
  const parts = { invoker, ask, knowsActivity: () => true, log: tell, versions };
  const orchestrations = new Orchestrations(kept, parts);
  running.push(orchestrations);
  return { ...kept, orchestrations, called, ends, log };
}

function start({ orchestrations }: Engine, version = '', overrides = false): Promise<string> {
  return orchestrations.requests.start({ name: 'it', id: 'one', input: null, version, overrides });
}

const statusOf = ({ orchestrations }: Engine) => orchestrations.instances.get('one')?.status;
const until = (engine: Engine, wanted: string) =>
  eventually(wanted, () => Promise.resolve(statusOf(engine) === wanted ? true : undefined));
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 20));

async function onDisk(disk: Disk): Promise<KeptHub> {
  const { hub, journal } = await Journal.open({ folder: '/hub', files: disk, log: () => undefined });
  return { hub, store: journal };
}

test('Orchestrations begins an activity only when the turn that asks for it is on the disk', async () => {
  const disk = new Disk();
  const engine = anEngine(script([activity('a')]), await onDisk(disk));
  await start(engine);
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  disk.beforeSync = () => held;
  await aWhile();
  expect({ status: statusOf(engine), called: engine.called }).toEqual({ status: 'Running', called: [] });
  release();
  await eventually('the call', () => Promise.resolve(engine.called[0]));
});

test('Orchestrations calls what has not ended again, and nothing else, when power was lost over it', async () => {
  const disk = new Disk();
  const actions = [activity('a'), activity('b'), activity('c')];
  const before = anEngine(script(actions), await onDisk(disk));
  await start(before);
  await eventually('the call', () => Promise.resolve(before.called[0]));
  before.ends[0]?.();
  await eventually('the next', () => Promise.resolve(before.called[1]));
  const after = anEngine(script(actions), await onDisk(disk.afterCrash(0)));
  after.orchestrations.takeUp();
  await eventually('the call again', () => Promise.resolve(after.called[0]));
  after.ends[0]?.();
  await eventually('the last', () => Promise.resolve(after.called[1]));
  after.ends[1]?.();
  await until(after, 'Completed');
  expect(after.called).toEqual(['b', 'c']);
  const { history = [] } = after.orchestrations.instances.get('one') ?? {};
  expect(history.flatMap((event) => endedBy(event) ?? [])).toEqual([0, 1, 2]);
});

test('Orchestrations fires a timer at once when its time came while no host was there', async () => {
  const disk = new Disk();
  const soon = timer(new Date(Date.now() + 60).toISOString());
  const before = anEngine(script([soon]), await onDisk(disk));
  await start(before);
  await until(before, 'Running');
  before.orchestrations.close();
  await aWhile();
  const left = disk.afterCrash(0);
  await eventually('its time', () =>
    Promise.resolve(Date.now() > Date.parse(soon.fireAt ?? '') ? true : undefined),
  );
  const after = anEngine(script([soon]), await onDisk(left));
  after.orchestrations.takeUp();
  await until(after, 'Completed');
});

test('Orchestrations fails an instance when its code was changed between two hosts', async () => {
  const disk = new Disk();
  const before = anEngine(script([activity('a'), endless]), await onDisk(disk));
  await start(before);
  await eventually('the call', () => Promise.resolve(before.called[0]));
  const after = anEngine(script([activity('z'), endless]), await onDisk(disk.afterCrash(0)));
  after.orchestrations.takeUp();
  await eventually('the call again', () => Promise.resolve(after.called[0]));
  after.ends[0]?.();
  await until(after, 'Failed');
  expect(after.orchestrations.instances.get('one')?.output).toContain(
    'Not deterministic: action 0 was "activity a" with input none, replayed it is "activity z"',
  );
});

test('Orchestrations drops the end of an activity when its instance was terminated, and begun anew', async () => {
  const engine = anEngine(script([activity('a')]));
  await start(engine);
  await eventually('the call', () => Promise.resolve(engine.called[0]));
  const first = engine.orchestrations.instances.get('one');
  if (first === undefined) throw new Error('It is gone.');
  await engine.orchestrations.requests.tell(first, eventType.executionTerminated, 'enough');
  await until(engine, 'Terminated');
  await start(engine);
  await eventually('the second call', () => Promise.resolve(engine.called[1]));
  engine.ends[0]?.();
  await aWhile();
  expect(statusOf(engine)).toBe('Running');
  engine.ends[1]?.();
  await until(engine, 'Completed');
});

test('Orchestrations replaces what is at work, and drops what it still does, when a start may do that', async () => {
  const engine = anEngine(script([activity('a')]));
  await start(engine);
  await eventually('the call', () => Promise.resolve(engine.called[0]));
  expect(await start(engine)).toBe('exists');
  expect(await start(engine, '', true)).toBe('started');
  await eventually('the second call', () => Promise.resolve(engine.called[1]));
  engine.ends[0]?.();
  await aWhile();
  expect(statusOf(engine)).toBe('Running');
  engine.ends[1]?.();
  await until(engine, 'Completed');
});

test('Orchestrations ends a run that follows when the one before was terminated as it continued as new', async () => {
  const again: Action = { actionType: actionType.continueAsNew, input: null };
  let turns = 0;
  const engine: Engine = anEngine((history) => {
    turns++;
    const instance = engine.orchestrations.instances.get('one');
    // Told while the turn is under way that ends the first run.
    if (turns === 2 && instance !== undefined)
      void engine.orchestrations.requests.tell(instance, eventType.executionTerminated, 'enough');
    return turns < 3 ? script([activity('a'), again])(history) : script([endless])(history);
  });
  await start(engine);
  await eventually('the call', () => Promise.resolve(engine.called[0]));
  engine.ends[0]?.();
  await until(engine, 'Terminated');
  expect(engine.orchestrations.instances.get('one')?.output).toBe('enough');
});

test('Orchestrations warns when an orchestrator waits for what nobody does', async () => {
  const engine = anEngine(() => ({ isDone: false, actions: [[]] }));
  await start(engine);
  await eventually('a word', () => Promise.resolve(engine.log[0]));
  expect(engine.log).toEqual([
    'warning: it one waits, and nothing that it asked for is under way: it waits for ever.',
  ]);
  expect(statusOf(engine)).toBe('Running');
});

test('Orchestrations warns of nothing when a timer that was cancelled is still to fire', async () => {
  const soon = { ...timer(new Date(Date.now() + 20).toISOString()), isCanceled: true };
  const engine = anEngine(script([soon]));
  await start(engine);
  await until(engine, 'Completed');
  expect(engine.log).toEqual([]);
});

/** Lets all happen that needs no time. */
async function noTime(): Promise<void> {
  for (let rounds = 0; rounds < 50; rounds++) await new Promise((resolve) => setImmediate(resolve));
}

test.each([
  { when: 'its timer is 10 s off', afterMs: 10_000, isPacked: true },
  { when: 'its timer is less than 10 s off', afterMs: 9_999, isPacked: false },
])('Orchestrations goes on as it should (packed: $isPacked) when $when', async ({ afterMs, isPacked }) => {
  jest.useFakeTimers({
    now: Date.UTC(2026, 0, 5),
    doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'],
  });
  try {
    const wait = timer(new Date(Date.now() + afterMs).toISOString());
    const engine = anEngine(script([activity('a'), wait, activity('b')]));
    await start(engine);
    await noTime();
    const instance = engine.orchestrations.instances.get('one');
    expect(instance?.isPacked).toBe(false); // an activity is under way
    engine.ends[0]?.();
    await noTime();
    expect({ isPacked: instance?.isPacked, timers: jest.getTimerCount() }).toEqual({ isPacked, timers: 1 });
    jest.advanceTimersByTime(afterMs);
    await noTime();
    engine.ends[1]?.();
    await noTime();
    expect({ status: statusOf(engine), called: engine.called }).toEqual({
      status: 'Completed',
      called: ['a', 'b'],
    });
    expect(instance?.history.flatMap((event) => endedBy(event) ?? [])).toEqual([0, 1, 2]);
  } finally {
    jest.useRealTimers();
  }
});

test.each([
  { when: 'that is to be rejected', strategy: 'Reject', status: 'Pending' },
  { when: 'that is to fail', strategy: 'Fail', status: 'Failed' },
] as const)(
  'Orchestrations leaves an instance $status when its version is newer, and $when',
  async ({ strategy, status }) => {
    const settings = { defaultVersion: '1.0', versionFailureStrategy: strategy };
    const engine = anEngine(script([activity('a')]), undefined, settings);
    await start(engine, '2.0');
    await eventually('a word', () => Promise.resolve(engine.log[0]));
    expect(statusOf(engine)).toBe(status);
    expect(engine.log[0]).toContain(
      "Version '2.0' of the instance doesn't go with this host's defaultVersion '1.0'",
    );
    expect(engine.called).toEqual([]);
  },
);

test('Orchestrations warns of a payload when the next run begins with more than 45 KB', async () => {
  const input = JSON.stringify('x'.repeat(45 * 1024));
  const anew: Action = { actionType: actionType.continueAsNew, input };
  let turns = 0;
  const engine = anEngine(() =>
    ++turns === 1 ? { isDone: true, actions: [[anew]] } : { isDone: true, actions: [[]], output: 'done' },
  );
  await start(engine);
  await until(engine, 'Completed');
  expect(engine.log).toEqual(['warning: it begins anew with 46082 bytes; keep payloads below 46080.']);
});

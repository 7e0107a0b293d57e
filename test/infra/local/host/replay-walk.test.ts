/** What does the walk begin, when, and under which number? As the extension does, and the SDK counts. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { eventType, historyEvent, type HistoryEvent } from '../../../../infra/local/host/history-event.js';
import {
  actionType,
  refusalOf,
  type Action,
  type RetryOptions,
} from '../../../../infra/local/host/replay-actions.js';
import { ReplayWalk, type Leaf } from '../../../../infra/local/host/replay-walk.js';

const noon = Date.parse('2026-11-26T12:00:00.000Z');
const dayMs = 24 * 3600 * 1000;

const activity = (functionName: string): Action => ({ actionType: actionType.activity, functionName });
const all = (...compoundActions: Action[]): Action => ({ actionType: actionType.all, compoundActions });
const timer = (ms: number, isCanceled = false): Action => ({
  actionType: actionType.timer,
  fireAt: new Date(noon + ms).toISOString(),
  isCanceled,
});
const retried = (retryOptions: RetryOptions): Action => ({
  actionType: actionType.activityWithRetry,
  functionName: 'try',
  retryOptions,
});

/** A walk whose turns are played by hand. */
class Played {
  readonly walk = new ReplayWalk();
  readonly history: HistoryEvent[] = [];

  /** Plays a turn at a time after noon: the ends that came, and all actions so far. @returns what was begun */
  turn(actions: readonly Action[], afterMs: number, ...ends: readonly HistoryEvent[]): readonly Leaf[] {
    const Timestamp = new Date(noon + afterMs).toISOString();
    const started = { ...historyEvent(eventType.orchestratorStarted), Timestamp };
    const first = this.history.length === 0 ? [historyEvent(eventType.executionStarted)] : [];
    this.walk.extend(actions);
    for (const event of [started, ...first, ...ends]) {
      this.history.push(event);
      this.walk.feed(event);
    }
    return this.walk.takeFresh();
  }
}

const well = (id: number) => historyEvent(eventType.taskCompleted, { TaskScheduledId: id, Result: '1' });
const failed = (id: number) =>
  historyEvent(eventType.taskFailed, { TaskScheduledId: id, Reason: 'no', Details: '' });
const fired = (id: number) => historyEvent(eventType.timerFired, { TimerId: id });
const briefly = (leaves: readonly Leaf[]) =>
  leaves.map(
    (leaf) => `${leaf.id} ${leaf.kind === 'timer' ? (Date.parse(leaf.fireAt) - noon) / 1000 : leaf.name}`,
  );

test('ReplayWalk begins the parts of Task.all at once, and what follows when all have ended', () => {
  const played = new Played();
  const actions = [all(activity('a'), activity('b')), activity('c')];
  expect(briefly(played.turn(actions.slice(0, 1), 0))).toEqual(['0 a', '1 b']);
  expect(briefly(played.turn(actions.slice(0, 1), 1000, well(1)))).toEqual([]);
  expect(briefly(played.turn(actions, 2000, well(0)))).toEqual(['2 c']);
});

test('ReplayWalk waits for the sibling when one part of Task.all has failed and the orchestrator goes on', () => {
  const played = new Played();
  const actions = [all(activity('a'), activity('b')), activity('c')];
  played.turn(actions.slice(0, 1), 0);
  expect(briefly(played.turn(actions, 1000, failed(0)))).toEqual([]);
  expect(played.walk.isThrough()).toBe(false);
  expect(briefly(played.turn(actions, 2000, well(1)))).toEqual(['2 c']);
});

test.each([
  { when: 'only the first interval is given', options: {}, pauses: [2, 2, 2, 0] },
  { when: 'a coefficient is given', options: { backoffCoefficient: 3 }, pauses: [2, 6, 18, 0] },
  {
    when: 'a longest interval is given',
    options: { backoffCoefficient: 3, maxRetryIntervalInMilliseconds: 5000 },
    pauses: [2, 5, 5, 0],
  },
])('ReplayWalk pauses $pauses s between tries, and not after the last, when $when', ({ options, pauses }) => {
  const played = new Played();
  const actions = [
    retried({ firstRetryIntervalInMilliseconds: 2000, maxNumberOfAttempts: pauses.length, ...options }),
  ];
  let seconds = 0;
  let begun = played.turn(actions, 0);
  for (const [tries, pause] of pauses.entries()) {
    expect(briefly(begun)).toEqual([`${2 * tries} try`]);
    expect(briefly(played.turn(actions, seconds * 1000, failed(2 * tries)))).toEqual([
      `${2 * tries + 1} ${seconds + pause}`,
    ]);
    seconds += pause;
    expect(played.walk.isThrough()).toBe(false);
    begun = played.turn(actions, seconds * 1000, fired(2 * tries + 1));
  }
  expect(begun).toEqual([]);
  expect(played.walk.isThrough()).toBe(true);
});

test('ReplayWalk goes on with the next action when a later try has succeeded', () => {
  const played = new Played();
  const retry = retried({ firstRetryIntervalInMilliseconds: 1000, maxNumberOfAttempts: 3 });
  played.turn([retry], 0);
  played.turn([retry], 0, failed(0));
  expect(briefly(played.turn([retry], 1000, fired(1)))).toEqual(['2 try']);
  expect(briefly(played.turn([retry, activity('next')], 2000, well(2)))).toEqual(['3 next']);
});

test('ReplayWalk refuses with the reason when the time for retries has run out', () => {
  const played = new Played();
  const retry = retried({
    firstRetryIntervalInMilliseconds: 1000,
    maxNumberOfAttempts: 9,
    retryTimeoutInMilliseconds: 1500,
  });
  played.turn([retry], 0);
  played.turn([retry], 0, failed(0));
  played.turn([retry], 1000, fired(1));
  expect(played.walk.refusal).toBeUndefined();
  played.turn([retry], 1500, failed(2));
  expect(played.walk.refusal).toContain('ran into retryTimeoutInMilliseconds');
});

test.each([
  { when: 'it is 6 days', days: 6, parts: [6] },
  { when: 'it is a moment more', days: 6 + 1 / 86400, parts: [3, 6, 6 + 1 / 86400] },
  { when: 'it is 7 days', days: 7, parts: [3, 6, 7] },
  { when: 'it is 10 days', days: 10, parts: [3, 6, 9, 10] },
])('ReplayWalk splits a timer into $parts days when $when', ({ days, parts }) => {
  const played = new Played();
  const actions = [timer(Math.round(days * dayMs))];
  let begun = played.turn(actions, 0);
  for (const [id, part] of parts.entries()) {
    expect(briefly(begun)).toEqual([`${id} ${Math.round(part * 86400)}`]);
    begun = played.turn(actions, Math.round(part * dayMs), fired(id));
  }
  expect(begun).toEqual([]);
  expect(played.walk.isThrough()).toBe(true);
});

test('ReplayWalk goes on without a timer when it is cancelled later, and passes over its end', () => {
  const played = new Played();
  const before = [all(timer(60_000), activity('a'))];
  const after = [all(timer(60_000, true), activity('a')), activity('b'), activity('c')];
  played.turn(before, 0);
  expect(briefly(played.turn(after.slice(0, 2), 1000, failed(1)))).toEqual(['2 b']);
  expect(briefly(played.turn(after, 60_000, fired(0)))).toEqual([]);
  expect(briefly(played.turn(after, 61_000, well(2)))).toEqual(['3 c']);
});

test('ReplayWalk keeps what the next run begins with when it comes to continueAsNew', () => {
  const played = new Played();
  const next = { actionType: actionType.continueAsNew, input: { round: 2 } };
  played.turn([activity('a')], 0);
  played.turn([activity('a'), next], 1000, well(0));
  expect(played.walk.next).toEqual({ input: { round: 2 } });
});

test('ReplayWalk drops an end that it has had', () => {
  const played = new Played();
  const actions = [activity('a'), activity('b'), activity('c')];
  played.turn(actions.slice(0, 1), 0);
  expect(briefly(played.turn(actions.slice(0, 2), 1000, well(0), well(0)))).toEqual(['1 b']);
});

/** Any actions that are served, of two levels. */
const anAction: fc.Arbitrary<Action> = fc.oneof(
  fc.constant(activity('a')),
  fc.integer({ min: 0, max: 9 * dayMs }).map((ms) => timer(ms)),
  fc
    .integer({ min: 1, max: 4 })
    .map((maxNumberOfAttempts) =>
      retried({ firstRetryIntervalInMilliseconds: 1000, maxNumberOfAttempts, backoffCoefficient: 2 }),
    ),
);
const actionsOf2Levels = fc.array(
  fc.oneof(
    anAction,
    fc.array(anAction, { minLength: 1, maxLength: 3 }).map((parts) => all(...parts)),
  ),
  { minLength: 1, maxLength: 6 },
);

test('ReplayWalk begins the same under the same numbers when it goes on and when it starts from the beginning', () => {
  fc.assert(
    fc.property(
      actionsOf2Levels,
      fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
      (actions, choices) => {
        const played = new Played();
        const open = new Map(played.turn(actions, 0).map((leaf) => [leaf.id, leaf]));
        const begun = [...open.values()];
        for (const [turn, choice] of choices.entries()) {
          const leaf = [...open.values()][choice % Math.max(1, open.size)];
          if (leaf === undefined) break;
          open.delete(leaf.id);
          const end =
            leaf.kind === 'timer' ? fired(leaf.id) : choice % 3 === 0 ? failed(leaf.id) : well(leaf.id);
          for (const fresh of played.turn(actions, (turn + 1) * dayMs, end)) {
            open.set(fresh.id, fresh);
            begun.push(fresh);
          }
        }
        const whole = new ReplayWalk();
        whole.extend(actions);
        for (const event of played.history) whole.feed(event);
        expect(whole.takeFresh()).toEqual(begun);
        expect(whole.isThrough()).toBe(played.walk.isThrough());
      },
    ),
  );
});

test.each([
  { actionType: 2, says: 'a sub-orchestration' },
  { actionType: 6, says: 'waiting for an external event' },
  { actionType: 7, says: 'calling an entity' },
  { actionType: 8, says: 'callHttp' },
  { actionType: 9, says: 'signalling an entity' },
  { actionType: 11, says: 'Task.any' },
  { actionType: 13, says: 'locking entities' },
])('refusalOf names $says when it stands inside Task.all', ({ actionType: type, says }) => {
  expect(refusalOf([all({ actionType: type })], () => true)).toBe(`The local host does not serve ${says}.`);
});

/** Does the judge of journals see what is lost? */
import { expect, test } from '@jest/globals';
import { eventType, type HistoryEvent } from '../../../../infra/local/host/history-event.js';
import { lostSince, type Kept } from './lost-since.js';

const event = (EventType: number, EventId = -1): HistoryEvent => ({
  ...{ EventType, EventId, Timestamp: '2026-01-05T08:00:00.000Z' },
});
const started = event(eventType.executionStarted);
const begun = event(eventType.taskScheduled, 0);
const done = { ...event(eventType.taskCompleted), TaskScheduledId: 0 };

const anInstance = (change: Partial<Kept> = {}): Kept => ({
  ...{ id: 'site', run: 4, status: 'Running', history: [started, begun], inbox: [] },
  ...change,
});
const arrived = [{ position: 9, event: done }];

test.each<{
  readonly when: string;
  readonly before?: Kept;
  readonly now: readonly Kept[];
  readonly lost: readonly string[];
}>([
  { when: 'nothing has changed', now: [anInstance()], lost: [] },
  { when: 'the history goes on', now: [anInstance({ history: [started, begun, done] })], lost: [] },
  { when: 'a later run is there', now: [anInstance({ run: 5, history: [] })], lost: [] },
  { when: 'an instance is missing', now: [], lost: ['site is lost'] },
  {
    when: 'an earlier run is there',
    now: [anInstance({ run: 3 })],
    lost: ['site went back from run 4 to 3'],
  },
  {
    when: 'the history is shorter',
    now: [anInstance({ history: [started] })],
    lost: ['site has another history than before'],
  },
  {
    when: 'an event is another one',
    now: [anInstance({ history: [started, done] })],
    lost: ['site has another history than before'],
  },
  {
    when: 'what had arrived is in the history',
    before: anInstance({ inbox: arrived }),
    now: [anInstance({ history: [started, begun, done] })],
    lost: [],
  },
  {
    when: 'what had arrived still waits',
    before: anInstance({ inbox: arrived }),
    now: [anInstance({ inbox: arrived })],
    lost: [],
  },
  {
    when: 'what had arrived is nowhere',
    before: anInstance({ inbox: arrived }),
    now: [anInstance()],
    lost: ['site has lost 1 that had arrived'],
  },
  {
    when: 'what had arrived came too late for one that is over',
    before: anInstance({ inbox: arrived }),
    now: [anInstance({ status: 'Completed' })],
    lost: [],
  },
])('lostSince tells what is gone when $when', ({ before = anInstance(), now, lost }) => {
  expect(lostSince([before], now)).toEqual(lost);
});

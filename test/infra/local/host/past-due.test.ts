/** Was a tick missed? Around each limit of what the extension looks at. */
import { expect, test } from '@jest/globals';
import { judgeStart } from '../../../../infra/local/host/past-due.js';
import { readSchedule } from '../../../../infra/local/host/schedule.js';

const hourly = readSchedule('0 0 * * * *');
const at = (time: string) => new Date(`2026-03-01T${time}Z`);
const kept = { last: at('10:00:00'), next: at('11:00:00'), lastUpdated: at('10:00:00') };

test.each([
  { when: 'the timer is new', status: undefined, now: '10:30:00', next: '11:00:00', isPastDue: false },
  { when: 'the tick is to come', status: kept, now: '10:59:59', next: '11:00:00', isPastDue: false },
  { when: 'it starts at the tick', status: kept, now: '11:00:00', next: '11:00:00', isPastDue: false },
  { when: 'the tick was missed', status: kept, now: '11:00:01', next: '11:00:00', isPastDue: true },
  { when: 'many were missed', status: kept, now: '20:30:00', next: '11:00:00', isPastDue: true },
  {
    when: 'its first was missed',
    status: { next: at('11:00:00'), lastUpdated: at('10:10:00') },
    now: '11:10:00',
    next: '11:00:00',
    isPastDue: true,
  },
  {
    when: 'the schedule was changed and its tick is to come',
    status: { ...kept, next: at('10:30:00') },
    now: '10:40:00',
    next: '11:00:00',
    isPastDue: false,
  },
  {
    when: 'the schedule was changed and its tick would have been',
    status: { ...kept, next: at('10:30:00') },
    now: '11:40:00',
    next: '12:00:00',
    isPastDue: false,
  },
  {
    when: 'nothing but the next is known',
    status: { next: at('09:00:00') },
    now: '10:30:00',
    next: '11:00:00',
    isPastDue: false,
  },
])('judgeStart says past due $isPastDue when $when', ({ status, now, next, isPastDue }) => {
  const judged = judgeStart(hourly, status, at(now));
  expect(judged?.status.next).toEqual(at(next));
  expect(judged?.isPastDue).toBe(isPastDue);
});

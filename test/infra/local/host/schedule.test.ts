/** Which ticks does a schedule have, and which schedules are refused? */
import { expect, test } from '@jest/globals';
import { isFrequent, nextFire, readSchedule } from '../../../../infra/local/host/schedule.js';

/** The next ticks after noon on 27 February 2026, a Friday. */
function ticks(schedule: string, count = 2, after = '2026-02-27T12:00:00Z'): readonly string[] {
  const read = readSchedule(schedule);
  const times: string[] = [];
  for (let at = new Date(after); times.length < count;) {
    const next = nextFire(read, at);
    if (next === undefined) break;
    times.push(next.toISOString().replace('.000Z', ''));
    at = next;
  }
  return times;
}

test.each([
  { when: 'each minute', schedule: '0 * * * * *', next: ['2026-02-27T12:01:00', '2026-02-27T12:02:00'] },
  {
    when: 'there are five fields',
    schedule: '*/5 * * * *',
    next: ['2026-02-27T12:05:00', '2026-02-27T12:10:00'],
  },
  {
    when: 'a value has a step',
    schedule: '0 5/25 * * * *',
    next: ['2026-02-27T12:05:00', '2026-02-27T12:30:00'],
  },
  {
    when: 'a range has a step',
    schedule: '0 0-10/4 13 * * *',
    next: ['2026-02-27T13:00:00', '2026-02-27T13:04:00'],
  },
  {
    when: 'there is a list',
    schedule: '0 0 9,17 * * *',
    next: ['2026-02-27T17:00:00', '2026-02-28T09:00:00'],
  },
  {
    when: 'days are named',
    schedule: '0 0 8 * * Mon-Wed',
    next: ['2026-03-02T08:00:00', '2026-03-03T08:00:00'],
  },
  {
    when: 'a day is spelt out',
    schedule: '0 0 8 * * sunday',
    next: ['2026-03-01T08:00:00', '2026-03-08T08:00:00'],
  },
  {
    when: 'a month is named',
    schedule: '0 0 0 1 Jan *',
    next: ['2027-01-01T00:00:00', '2028-01-01T00:00:00'],
  },
  { when: 'a name is short', schedule: '0 0 0 1 ju *', next: ['2026-06-01T00:00:00', '2027-06-01T00:00:00'] },
  {
    when: 'a range runs backwards',
    schedule: '0 0 8 * * 5-1',
    next: ['2026-03-02T08:00:00', '2026-03-03T08:00:00'],
  },
  {
    when: 'day and weekday are given',
    schedule: '0 0 0 13 * 5',
    next: ['2026-03-13T00:00:00', '2026-11-13T00:00:00'],
  },
  {
    when: 'it is a leap day',
    schedule: '0 0 0 29 2 *',
    next: ['2028-02-29T00:00:00', '2032-02-29T00:00:00'],
  },
  {
    when: 'it is a leap day on a Monday',
    schedule: '0 0 0 29 2 1',
    next: ['2044-02-29T00:00:00', '2072-02-29T00:00:00'],
  },
  { when: 'it is a time span', schedule: '00:05:30', next: ['2026-02-27T12:05:30', '2026-02-27T12:11:00'] },
])('schedule fires at the right times when $when', ({ schedule, next }) => {
  expect(ticks(schedule)).toEqual(next);
});

test('schedule fires at the next second, not at this one, when it is asked at a tick', () => {
  expect(ticks('0 * * * * *', 1, '2026-02-27T12:01:00.000Z')).toEqual(['2026-02-27T12:02:00']);
  expect(ticks('0 * * * * *', 1, '2026-02-27T12:00:59.999Z')).toEqual(['2026-02-27T12:01:00']);
});

test.each([
  { when: 'fields are missing', schedule: '* * *', why: '"* * *" has 3 fields; give six' },
  { when: 'it is a word of cron', schedule: '@daily', why: 'has 1 fields' },
  { when: 'a minute is 60', schedule: '0 60 * * * *', why: 'the minute "60"' },
  { when: 'a Sunday is 7', schedule: '0 0 0 * * 7', why: 'the day of the week "7"' },
  { when: 'a day is 0', schedule: '0 0 0 0 * *', why: 'the day "0"' },
  { when: 'a name is unknown', schedule: '0 0 0 * Foo *', why: 'the month "Foo"' },
  { when: 'a second is named', schedule: 'Mon 0 0 * * *', why: 'the second "Mon"' },
  { when: 'a step is 0', schedule: '*/0 * * * * *', why: 'the second "*/0"' },
  { when: 'a list has a gap', schedule: '0 1,,2 * * * *', why: 'the minute ""' },
  { when: 'it never comes', schedule: '0 0 0 30 2 *', why: 'never comes' },
  { when: 'a time span is none', schedule: '25:00:00', why: 'has 1 fields' },
  { when: 'a time span is nothing', schedule: '00:00:00', why: "isn't longer than nothing" },
])('readSchedule refuses a schedule by its field when $when', ({ schedule, why }) => {
  expect(() => readSchedule(schedule)).toThrow(why);
});

test.each([
  { schedule: '*/10 * * * * *', is: true },
  { schedule: '0 * * * * *', is: false },
  { schedule: '*/10 0 * * * *', is: false },
  { schedule: '0,30 */1 * * * *', is: true },
  { schedule: '00:00:59', is: true },
  { schedule: '00:01:00', is: false },
])('isFrequent says $is of $schedule', ({ schedule, is }) => {
  expect(isFrequent(readSchedule(schedule))).toBe(is);
});

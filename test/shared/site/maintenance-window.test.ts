/** When is a site's window open, and when does it open next? */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isTimeZone, windowAt, type WindowSettings } from '../../../shared/site/maintenance-window.js';

const open = 'open';
const at = (settings: WindowSettings, now: string) => {
  const state = windowAt(settings, new Date(now));
  return state.isOpen ? open : state.opensAt;
};

test.each([
  { when: 'no window is named', settings: {}, now: '2026-03-02T12:00:00Z', is: open },
  { when: 'it begins', settings: { window: '02:00-04:00' }, now: '2026-03-02T02:00:00Z', is: open },
  {
    when: 'it is a second before',
    settings: { window: '02:00-04:00' },
    now: '2026-03-02T01:59:59Z',
    is: '2026-03-02T02:00:00.000Z',
  },
  {
    when: 'its last second runs',
    settings: { window: '02:00-04:00' },
    now: '2026-03-02T03:59:59Z',
    is: open,
  },
  {
    when: 'it is over',
    settings: { window: '02:00-04:00' },
    now: '2026-03-02T04:00:00Z',
    is: '2026-03-03T02:00:00.000Z',
  },
])('windowAt says $is when $when', ({ settings, now, is }) => {
  expect(at(settings, now)).toBe(is);
});

describe('windowAt lets a window last over midnight', () => {
  const settings = { window: '22:00-02:00' };

  test.each([
    { when: 'the evening before', now: '2026-03-02T21:59:59Z', is: '2026-03-02T22:00:00.000Z' },
    { when: 'it begins', now: '2026-03-02T22:00:00Z', is: open },
    { when: 'it is midnight', now: '2026-03-03T00:00:00Z', is: open },
    { when: 'the day after, before its end', now: '2026-03-03T01:59:59Z', is: open },
    { when: 'the day after, at its end', now: '2026-03-03T02:00:00Z', is: '2026-03-03T22:00:00.000Z' },
    { when: 'a month ends in it', now: '2026-03-01T00:30:00Z', is: open },
  ])('$is when $when', ({ now, is }) => {
    expect(at(settings, now)).toBe(is);
  });
});

describe('windowAt counts in the site’s time zone', () => {
  const berlin = { window: '02:00-04:00', timeZone: 'Europe/Berlin' };

  // Clocks go from 02:00 to 03:00 on 2026-03-29 and from 03:00 back to 02:00 on 2026-10-25, both at 01:00 UTC.
  test.each([
    { when: 'it is winter', now: '2026-03-02T01:00:00Z', is: open },
    { when: 'it is winter, and 04:00 there', now: '2026-03-02T03:00:00Z', is: '2026-03-03T01:00:00.000Z' },
    { when: 'it is summer', now: '2026-07-01T00:00:00Z', is: open },
    { when: 'it is summer, and 04:00 there', now: '2026-07-01T02:00:00Z', is: '2026-07-02T00:00:00.000Z' },
    {
      when: '01:59:59 is the last second of winter',
      now: '2026-03-29T00:59:59Z',
      is: '2026-03-29T01:00:00.000Z',
    },
    { when: '02:00 is skipped, and it is 03:00', now: '2026-03-29T01:00:00Z', is: open },
    {
      when: 'summer’s first window ends after one hour',
      now: '2026-03-29T02:00:00Z',
      is: '2026-03-30T00:00:00.000Z',
    },
    { when: '02:30 comes the first time', now: '2026-10-25T00:30:00Z', is: open },
    { when: '02:30 comes the second time', now: '2026-10-25T01:30:00Z', is: open },
    { when: 'the long window’s last hour runs', now: '2026-10-25T02:59:59Z', is: open },
    { when: 'the long window is over', now: '2026-10-25T03:00:00Z', is: '2026-10-26T01:00:00.000Z' },
  ])('$is when $when', ({ now, is }) => {
    expect(at(berlin, now)).toBe(is);
  });

  test('a window within the hour that is skipped opens an hour later that day', () => {
    const skipped = { window: '02:10-02:50', timeZone: 'Europe/Berlin' };
    expect(at(skipped, '2026-03-29T00:00:00Z')).toBe('2026-03-29T01:10:00.000Z');
    expect(at(skipped, '2026-03-29T01:20:00Z')).toBe(open);
  });
});

test('windowAt opens when it says that it opens, whatever the window, the zone and the time', () => {
  const time = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'));
  const window = fc
    .tuple(time, time)
    .filter(([from, to]) => from !== to)
    .map((times) => times.join('-'));
  const zone = fc.constantFrom(
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kolkata',
    'utc',
  );
  const now = fc.date({ min: new Date('2026-01-01'), max: new Date('2027-12-31'), noInvalidDate: true });
  fc.assert(
    fc.property(window, zone, now, (text, timeZone, date) => {
      const state = windowAt({ window: text, timeZone }, date);
      if (state.isOpen) return;
      const opens = new Date(state.opensAt);
      expect(opens.getTime()).toBeGreaterThan(date.getTime());
      expect(opens.getTime() - date.getTime()).toBeLessThanOrEqual(25 * 3600 * 1000);
      expect(windowAt({ window: text, timeZone }, opens)).toEqual({ isOpen: true });
    }),
  );
});

test.each([
  { name: 'Europe/Berlin', is: true },
  { name: 'UTC', is: true },
  { name: 'Europe/Atlantis', is: false },
  { name: '', is: false },
])('isTimeZone says $is to "$name"', ({ name, is }) => {
  expect(isTimeZone(name)).toBe(is);
});

/** When has a backend been bad for long enough for the plain policy? */
import { expect, test } from '@jest/globals';
import { isBadForLong, withSamples, type MinuteSample } from './bad-minutes.js';

const noon = Date.parse('2026-03-02T12:00:00.000Z');

/** Samples of the minutes from noon on; `undefined` for one that nobody has told of. */
function samples(...percents: readonly (number | undefined)[]): readonly MinuteSample[] {
  return percents.flatMap((percent, minute) =>
    percent === undefined ? [] : [{ at: new Date(noon + minute * 60_000).toISOString(), percent }],
  );
}

test.each([
  { when: 'five minutes were bad', percents: [100, 0, 0, 0, 0, 50], isBad: true },
  { when: 'a single probe failed in each', percents: [92, 92, 92, 92, 92], isBad: true },
  { when: 'four were', percents: [100, 0, 0, 0, 0], isBad: false },
  { when: 'the newest is good again', percents: [0, 0, 0, 0, 0, 100], isBad: false },
  { when: 'one amid them was good', percents: [0, 0, 0, 100, 0, 0, 0], isBad: false },
  { when: 'one amid them is not told of', percents: [0, 0, 0, undefined, 0, 0], isBad: false },
  { when: 'nothing is told', percents: [], isBad: false },
])('isBadForLong says $isBad when $when', ({ percents, isBad }) => {
  expect(isBadForLong(withSamples(new Map(), samples(...percents)), 0)).toBe(isBad);
});

test.each([
  { when: 'the machine was there before all five', sinceMinute: 0, isBad: true },
  { when: 'the first of them began before the machine', sinceMinute: 0.5, isBad: false },
])('isBadForLong says $isBad when $when', ({ sinceMinute, isBad }) => {
  const minutes = withSamples(new Map(), samples(0, 0, 0, 0, 0));
  expect(isBadForLong(minutes, noon + sinceMinute * 60_000)).toBe(isBad);
});

test('withSamples takes the newer reading of a minute', () => {
  const read = withSamples(withSamples(new Map(), samples(0, 0, 0, 0, 0)), samples(0, 0, 0, 0, 100));
  expect(isBadForLong(read, 0)).toBe(false);
});

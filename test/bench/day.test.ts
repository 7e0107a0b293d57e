/** Is a day of several sites, which all build at once, the same when it is played again? */
import { expect, jest, test } from '@jest/globals';
import { playDay } from './day.js';

jest.setTimeout(240_000);

const day = { seed: 1, sites: 4, zones: 2, hours: 1, faults: 1 };

test('an hour of four sites is told in the same words and milliseconds again', async () => {
  const [one, again] = await Promise.all([playDay(day), playDay(day)]);
  expect(one.serving).toBe(4);
  expect(one.mended).toBe(1);
  expect(again.story).toBe(one.story);
  expect(again.timers).toBe(one.timers);
});

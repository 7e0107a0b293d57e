/** Do drawn durations keep to the recorded percentiles, and does a seed repeat them? */
import { expect, test } from '@jest/globals';
import { durations, durationsDrawnBy, sourceOf } from '../../../../infra/local/cloud/durations.js';
import { seededRandom } from '../../../../infra/local/cloud/random.js';

test.each([
  { at: 0.1, seconds: 34.8 },
  { at: 0.5, seconds: 81.7 },
  { at: 0.9, seconds: 156.2 },
  { at: 0.99, seconds: 446.6 },
])('a machine at $at of the draws takes $seconds s', ({ at, seconds }) => {
  const longest = 0.99;
  expect(durationsDrawnBy(() => at / longest, longest)('virtual-machine.create')).toBeCloseTo(seconds, 3);
});

test('nothing is faster than half the 10th percentile, nothing slower than the longest', () => {
  expect(durationsDrawnBy(() => 0, 0.9)('virtual-machine.create')).toBeCloseTo(17.4, 3);
  expect(durationsDrawnBy(() => 1, 0.9)('virtual-machine.create')).toBeCloseTo(156.2, 3);
});

test('a seed repeats its draws, another has others', () => {
  const draws = (seed: number) => {
    const draw = durationsDrawnBy(seededRandom(seed), 0.9);
    return Array.from({ length: 20 }, () => draw('network-interface.create'));
  };
  expect(draws(4)).toEqual(draws(4));
  expect(draws(4)).not.toEqual(draws(5));
});

test.each(durations.map((duration) => ({ duration })))(
  '$duration says where it is from, and takes no less on a worse day',
  ({ duration }) => {
    expect(sourceOf(duration)).toMatch(/^(\d+ recorded, (Date headers|startTime and endTime)|estimate)/);
    const seconds = [0, 0.1, 0.5, 0.9, 0.99].map((at) => durationsDrawnBy(() => at, 1)(duration));
    expect(seconds).toEqual([...seconds].sort((one, other) => one - other));
  },
);

/** Do the numbers stand for what they should? */
import { expect, test } from '@jest/globals';
import { differenceInterval, median, p95 } from './statistics.js';

const oneTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

test.each([
  { when: 'there is one value', values: [7], middle: 7, high: 7 },
  { when: 'the number is odd', values: [3, 1, 2], middle: 2, high: 3 },
  { when: 'the number is even', values: [4, 1, 2, 3], middle: 2.5, high: 4 },
  { when: 'there are fifty', values: oneTo(50), middle: 25.5, high: 48 },
  { when: 'some never ended', values: [1, 2, Infinity], middle: 2, high: Infinity },
])('median and p95 are $middle and $high when $when', ({ values, middle, high }) => {
  expect([median(values), p95(values)]).toEqual([middle, high]);
});

test.each([
  { when: 'ours is always less', ours: 100, plain: 500, sign: -1 },
  { when: 'ours is always more', ours: 500, plain: 100, sign: 1 },
  { when: 'theirs never ends', ours: 100, plain: Infinity, sign: -1 },
  { when: 'neither ends', ours: Infinity, plain: Infinity, sign: 0 },
])('differenceInterval lies wholly on the side $sign when $when', ({ ours, plain, sign }) => {
  const pairs = oneTo(20).map((noise) => ({ ours: ours + noise, plain: plain + ((noise * 7) % 20) }));
  const { low, high } = differenceInterval(pairs, median);
  expect([Math.sign(low), Math.sign(high)]).toEqual([sign, sign]);
});

test('differenceInterval holds 0 when the two differ by chance alone', () => {
  const pairs = oneTo(20).map((noise) => ({ ours: 100 + noise, plain: 100 + ((noise * 7) % 20) }));
  const { low, high } = differenceInterval(pairs, median);
  expect(low).toBeLessThanOrEqual(0);
  expect(high).toBeGreaterThanOrEqual(0);
});

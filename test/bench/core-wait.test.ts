/** How much longer did work take that waited for a core? */
import { expect, test } from '@jest/globals';
import { stretchSince } from './core-wait.js';

const before = { ran: 100, waited: 50 };

test.each([
  { when: 'it never waited', now: { ran: 200, waited: 50 }, stretch: 1 },
  { when: 'it waited as long as it ran', now: { ran: 200, waited: 150 }, stretch: 2 },
  { when: 'it never ran', now: before, stretch: undefined },
])('stretchSince is $stretch when $when', ({ now, stretch }) => {
  expect(stretchSince(before, now)).toBe(stretch);
});

test('stretchSince is undefined when the kernel doesn’t tell', () => {
  expect(stretchSince(undefined, before)).toBeUndefined();
});

/** How are time spans of .NET read and written? */
import { expect, test } from '@jest/globals';
import { readTimeSpan, writeTimeSpan } from '../../../../infra/local/host/time-span.js';

test.each([
  { text: '00:05:00', ms: 300_000 },
  { text: '1:30', ms: 5_400_000 },
  { text: '2.03:00:00', ms: 183_600_000 },
  { text: '00:00:00.25', ms: 250 },
  { text: '-00:01:00', ms: -60_000 },
  { text: '7', ms: 7 * 86_400_000 },
  { text: '-1', ms: -86_400_000 },
  { text: '24:00:00', ms: undefined },
  { text: '00:60:00', ms: undefined },
  { text: '5 minutes', ms: undefined },
  { text: '', ms: undefined },
])('readTimeSpan reads "$text" as $ms ms', ({ text, ms }) => {
  expect(readTimeSpan(text)).toBe(ms);
});

test.each([
  { ms: 300_000, text: '00:05:00' },
  { ms: 90_061_000, text: '1.01:01:01' },
  { ms: 1500, text: '00:00:01.5000000' },
])('writeTimeSpan writes $ms ms as $text', ({ ms, text }) => {
  expect(writeTimeSpan(ms)).toBe(text);
});

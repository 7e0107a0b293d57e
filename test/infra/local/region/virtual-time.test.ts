/** Is an hour over in moments, with everything in it at its time, and the same again with the same seed? */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, expect, jest, test } from '@jest/globals';
import { compiledModule } from '../../../compiled-code.js';

jest.setTimeout(60_000);

async function hour(seed: number): Promise<readonly string[]> {
  const script = await compiledModule('test/infra/local/region/run-virtual-hour');
  const { stdout } = await promisify(execFile)(process.execPath, [script, String(seed)]);
  return stdout.trimEnd().split('\n');
}

let first: readonly string[];
let again: readonly string[];
let other: readonly string[];

beforeAll(async () => {
  [first, again, other] = await Promise.all([hour(1), hour(1), hour(2)] as const);
});

const timesOf = (lines: readonly string[], pattern: RegExp) =>
  lines.filter((line) => pattern.test(line)).map((line) => line.slice(11, 19));

test('what is due happens at its time, and what runs keeps the time where it is', () => {
  expect(timesOf(first, /given up/)).toEqual(['08:00:30']);
  expect(timesOf(first, /at once/)).toEqual(Array(5).fill('08:01:00'));
  expect(timesOf(first, /answer to|by http/)).toEqual(Array(3).fill('08:02:00'));
  expect(timesOf(first, /file read/)).toEqual(['08:03:00']);
  expect(timesOf(first, /interval/)).toEqual(['08:15:00', '08:30:00', '08:45:00', '09:00:00']);
  expect(timesOf(first, /paused/)).toEqual(['08:40:00']);
  expect(timesOf(first, /promised/)).toEqual(['08:41:00']);
  expect(first.at(-1)).toBe('2026-01-05T09:00:00.000Z an hour has passed in moments');
});

// Seen: one that was renewed twice fired twice, and let others come late.
test('a timer that is renewed fires once, at its new time, and keeps no other from its own', () => {
  expect(timesOf(first, /renewed/)).toEqual(['08:18:00']);
  expect(timesOf(first, /after/)).toEqual(['08:11:00', '08:12:00', '08:13:00', '08:14:00']);
});

test('the same seed gives the same hour, byte for byte', () => {
  expect(again).toEqual(first);
});

test('another seed orders what is due at one moment otherwise, and draws otherwise', () => {
  expect([...other].sort()).not.toEqual([...first].sort());
  const order = (lines: readonly string[]) => lines.filter((line) => line.includes('at once'));
  expect(order(other)).not.toEqual(order(first));
  expect([...order(other)].sort()).toEqual([...order(first)].sort());
});

/** Can two hosts use one journal? */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockJournal } from '../../../../infra/local/host/journal-lock.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** A number that no process has: Linux gives none above 2^22. */
const noProcess = 2 ** 22 + 1;

test('lockJournal refuses, and names the process, when another holds the lock', () => {
  lockJournal(folder);
  expect(() => lockJournal(folder)).toThrow(`The journal in ${folder} is used by process ${process.pid}.`);
});

test('lockJournal takes the lock again when it was given back', () => {
  lockJournal(folder).release();
  expect(readdirSync(folder)).toEqual([]);
  lockJournal(folder);
});

test.each([
  { when: 'its holder has died', held: `${noProcess} 77` },
  { when: 'its holder’s number is another process’s by now', held: `${process.pid} 1` },
  { when: 'its holder died over writing it', held: '' },
])('lockJournal takes the lock away when $when', ({ held }) => {
  writeFileSync(join(folder, 'lock'), held);
  lockJournal(folder);
  expect(readFileSync(join(folder, 'lock'), 'utf8')).toMatch(new RegExp(`^${process.pid} `));
  expect(readdirSync(folder)).toEqual(['lock']);
});

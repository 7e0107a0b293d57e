/** Could another host take a lock away while it is only being written? */
import { afterAll, expect, jest, test } from '@jest/globals';
import fs, { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'lock-'));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

// Seen: the lock was made empty and then written, and an empty one is taken for that of a host which died over it.
test('lockJournal never leaves a lock empty when it is written', async () => {
  const stoodThere: boolean[] = [];
  const watched = <Values extends unknown[], Result>(write: (...values: Values) => Result) => {
    return (...values: Values): Result => {
      stoodThere.push(existsSync(join(folder, 'lock')));
      return write(...values);
    };
  };
  jest.unstable_mockModule('node:fs', () => ({
    ...fs,
    writeSync: watched(fs.writeSync),
    writeFileSync: watched(fs.writeFileSync),
  }));
  const { lockJournal } = await import('../../../../infra/local/host/journal-lock.js');
  lockJournal(folder);
  expect(stoodThere).toEqual([false]);
  expect(existsSync(join(folder, 'lock'))).toBe(true);
});

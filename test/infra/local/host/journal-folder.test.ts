/** Are the names of new folders on the disk before anything is promised of what lies in them? */
import { afterAll, expect, jest, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import files, { type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'names-'));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

// Seen: the lock made the folders, and nobody synced the names of those.
test('openHub syncs each folder that holds a new one when the journal’s folder isn’t there', async () => {
  const synced: string[] = [];
  jest.unstable_mockModule('node:fs/promises', () => ({
    ...files,
    open: async (path: string, flags: string): Promise<FileHandle> => {
      const handle = await files.open(path, flags);
      const sync = handle.sync.bind(handle);
      handle.sync = () => sync().then(() => void synced.push(path));
      return handle;
    },
  }));
  const { openHub } = await import('../../../../infra/local/host/open-hub.js');
  const journal = join(folder, 'kept/hub');
  const hub = await openHub({ journal }, () => undefined);
  await hub.close();
  expect(new Set(synced)).toEqual(new Set([folder, join(folder, 'kept'), journal]));
});

/** Is storage ended with whoever started it, and nothing lost of it? */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TableClient } from '@azure/data-tables';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { startStorage } from '../../../../infra/local/region/azurite.js';
import { eventually } from '../host/start-small-app.js';

jest.setTimeout(30_000);

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tunnelkeeper-storage-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

// Seen after a kill of `npm start`: tables and queues were left, and wrote to the files of those that came after them.
test('storage ends and keeps its rows when whoever started it is killed', async () => {
  const runner = ['--import', 'tsx', 'test/infra/local/region/run-storage.ts', folder];
  const starter = spawn(process.execPath, runner, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [told] = (await once(starter.stdout, 'data')) as [Buffer]; // no encoding is set
  starter.kill('SIGKILL');
  const endpoints = [...told.toString().matchAll(/(http:[^;]+)\//g)].map(([, url = '']) => url);
  expect(endpoints).toHaveLength(2);
  for (const url of endpoints)
    await eventually(`${url} to be silent`, () =>
      fetch(url).then(
        () => undefined,
        () => true as const,
      ),
    );
  const next = await startStorage(folder);
  try {
    const options = { allowInsecureConnection: true };
    const table = TableClient.fromConnectionString(next.connectionString, 'sites', options);
    expect(await table.getEntity('hq', 'row')).toMatchObject({ phase: 'serving' });
  } finally {
    await next.close();
  }
});

test('storage ends by itself, before it is killed, when it is closed', async () => {
  const storage = await startStorage(folder);
  const closedAt = Date.now();
  await storage.close();
  // It is killed after five, and what it keeps may then be unwritten.
  expect(Date.now() - closedAt).toBeLessThan(4000);
});

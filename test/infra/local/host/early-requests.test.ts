/** What is answered who asks before the app is loaded, as after a kill? */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, jest, test } from '@jest/globals';

jest.setTimeout(30_000);

test('host answers 503, not 404, when a route is asked for while the app is loaded', async () => {
  const runner = 'test/infra/local/host/run-asking-app.ts';
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', runner]);
  expect(stdout).toBe('200 503');
});

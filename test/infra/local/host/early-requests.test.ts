/** What is answered who asks before the app is loaded, as after a kill? */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, jest, test } from '@jest/globals';

jest.setTimeout(30_000);

async function outputOf(runner: string): Promise<string> {
  const file = `test/infra/local/host/${runner}`;
  return (await promisify(execFile)(process.execPath, ['--import', 'tsx', file])).stdout;
}

test('host answers 503, not 404, when a route is asked for while the app is loaded', async () => {
  expect(await outputOf('run-asking-app.ts')).toBe('200 503');
});

// Seen: the host took up what had begun meanwhile once more, so that its activity was called twice, and its walk was lost.
test('host takes no start and no event, and calls each activity once, when it is asked while it starts', async () => {
  expect(await outputOf('run-eager-app.ts')).toBe('Completed after 2 calls, before that 503');
});

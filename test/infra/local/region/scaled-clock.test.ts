/** Do processes agree on the time that are started one after another? */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, jest, test } from '@jest/globals';

jest.setTimeout(30_000);

const [speed, startAt, realStart] = [20, Date.UTC(2026, 0, 5, 8), Date.now() - 60_000];

test('a scaled clock tells the time of those that began earlier when it is given their beginning', async () => {
  for (let start = 0; start < 2; start++) {
    const what = ['--import', 'tsx', 'test/infra/local/region/run-clocks.ts', speed, startAt, realStart];
    const { stdout } = await promisify(execFile)(process.execPath, what.map(String));
    const [before = 0, told = 0, after = 0] = JSON.parse(stdout) as readonly number[]; // written by run-clocks.ts
    expect(told).toBeGreaterThanOrEqual(startAt + (before - realStart) * speed);
    expect(told).toBeLessThanOrEqual(startAt + (after - realStart) * speed);
  }
});

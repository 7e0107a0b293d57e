/** What does a host do when its disk is really full? A small file system is filled under it; that needs root. */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LedgerHost } from './ledger-host.js';
import { eventually } from './start-small-app.js';

jest.setTimeout(60_000);

const disk = mkdtempSync(join(tmpdir(), 'disk-'));
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]).status === 0;
const host = new LedgerHost(join(disk, 'journal'));

beforeEach(() => host.start());

afterEach(async () => {
  await host.kill();
  host.remove();
  if (isMounted) execFileSync('umount', [disk]);
  rmdirSync(disk);
});

const when = isMounted ? 'the disk is full' : 'the disk is full (skipped: mounting a small one needs root)';
(isMounted ? test : test.skip)(
  `host answers 503, loses nothing it answered 202 to, and goes on by itself when ${when}`,
  async () => {
    const ballast = join(disk, 'ballast');
    writeFileSync(ballast, Buffer.alloc(1000 * 1024));
    const started: string[] = [];
    const answers: (number | undefined)[] = [];
    for (let index = 0; answers.at(-1) !== 503 && index < 2000; index++) {
      answers.push(await host.startOne(`i${index}`));
      if (answers.at(-1) === 202) started.push(`i${index}`);
    }
    expect(answers.at(-1)).toBe(503);
    expect(started.length).toBeGreaterThan(0);
    // Killed while the disk is full, it comes up again, and still refuses.
    await host.kill();
    await host.start();
    await eventually('a refusal', async () => ((await host.startOne('late')) === 503 ? true : undefined));
    rmSync(ballast);
    await eventually('a start', async () => ((await host.startOne('later')) === 202 ? true : undefined));
    for (const id of [...started, 'later'])
      await eventually(`${id} to end`, async () =>
        (await host.statusOf(id)) === 'Completed' ? true : undefined,
      );
    expect(await host.statusOf('late')).toBeUndefined();
    // Told once in each of the two lives.
    expect(host.log.match(/is full: make room\. Starts are refused \(503\)/g)).toHaveLength(2);
    expect(host.log).toContain('There is room in');
  },
);

/** How is the local host put behind the contract? In a process of its own, on a scaled clock, with a queue service beside it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStorage } from '../../../infra/local/region/azurite.js';
import type { HostUnderTest, HostWish, RunningHost } from './host-under-test.js';

/** What `run-local-host.ts` is told. */
export interface LocalHostWish extends HostWish {
  readonly speed: number;
  /** When the scaled clock began, in milliseconds since the epoch; one for all hosts, so that time never runs back. */
  readonly clockBeganAt: number;
  readonly keys: RunningHost['keys'];
  /** Folder of what the host keeps. */
  readonly folder: string;
}

/** Fast enough for ticks of a minute, and slow enough for a busy machine. */
const speed = 20;

const keys = { function: 'function-key', master: 'master-key', system: 'system-key' };

/** Makes the local host ready to be started. */
export async function localHost(): Promise<HostUnderTest> {
  const storage = await startStorage();
  const clockBeganAt = Date.now();
  const folder = mkdtempSync(join(tmpdir(), 'contract-'));
  return {
    speed,
    storage: storage.connectionString,
    start: (wish) =>
      start(
        { ...wish, speed, clockBeganAt, keys, folder: join(folder, wish.state) },
        storage.connectionString,
      ),
    async close() {
      await storage.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function start(wish: LocalHostWish, storage: string): Promise<RunningHost> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', 'test/contract/host/run-local-host.ts', JSON.stringify(wish)],
    { env: { ...process.env, ...wish.settings, ContractStorage: storage } },
  );
  child.stderr.pipe(process.stderr);
  const ended = once(child, 'exit');
  const first = await Promise.race([once(child.stdout, 'data'), ended.then(() => undefined)]);
  if (first === undefined) throw new Error('The local host ended before it was there.');
  return {
    url: String(first[0]).trim(),
    keys,
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}

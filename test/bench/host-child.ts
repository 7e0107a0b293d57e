/** How does the bench drive a host? In a process of its own, one ask at a time. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { killChild } from '../child.js';
import type { HostAnswer, HostAsk } from './run-host.js';

/** A host under measurement. */
export class HostChild {
  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
    /** Milliseconds from the beginning of its start until it was ready. */
    readonly readyMs: number,
  ) {}

  /** Starts a host by the environment that `run-host.ts` reads. */
  static async start(name: string, environment: Readonly<Record<string, string>>): Promise<HostChild> {
    const child = fork(fileURLToPath(new URL('./run-host.ts', import.meta.url)), {
      env: { ...process.env, ...environment },
      execArgv: ['--import', 'tsx'],
    });
    const [{ readyMs }] = (await once(child, 'message')) as [{ readonly readyMs: number }]; // run-host's own
    return new HostChild(name, child, readyMs);
  }

  async ask(ask: HostAsk): Promise<HostAnswer> {
    this.child.send(ask);
    const [answer] = (await once(this.child, 'message')) as [HostAnswer]; // run-host's own
    return answer;
  }

  /** Ends it as a kill does. */
  async kill(): Promise<void> {
    await killChild(this.child);
  }
}

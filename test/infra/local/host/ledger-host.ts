/** How does a test kill a host? It runs the ledger's app in a process of its own, over a journal that stays. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { killChild } from '../../../child.js';

/** A host that can be killed and started again over the same journal. */
export class LedgerHost {
  readonly folder = mkdtempSync(join(tmpdir(), 'ledger-'));
  /** Errors and warnings that it logged, in all of its lives. */
  log = '';
  private readonly ledger = join(this.folder, 'ledger');
  readonly journal: string;
  private child: ChildProcess | undefined;
  private url = '';

  /** The host is compiled once, since it is started often. */
  constructor(journal?: string) {
    this.journal = journal ?? join(this.folder, 'journal');
    symlinkSync(resolve('node_modules'), join(this.folder, 'node_modules'));
    const entries = ['run-ledger-app', 'ledger-app'].map((name) => `test/infra/local/host/${name}.ts`);
    const how = ['--bundle', '--platform=node', '--format=esm', '--packages=external', '--log-level=error'];
    execFileSync('node_modules/.bin/esbuild', [
      ...entries,
      ...how,
      '--out-extension:.js=.mjs',
      `--outdir=${this.folder}`,
    ]);
  }

  /** Starts the host; it is ready when this ends. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [join(this.folder, 'run-ledger-app.mjs')], {
      env: { ...process.env, JOURNAL: this.journal, LEDGER: this.ledger },
      stdio: 'pipe',
    });
    this.child = child;
    child.stderr.on('data', (text: Buffer) => (this.log += text.toString()));
    const [line] = (await once(child.stdout, 'data')) as [Buffer]; // no encoding is set
    this.url = line.toString().trim();
  }

  /** Ends the process as a loss of power would, but for the disk. */
  async kill(): Promise<void> {
    if (this.child !== undefined) await killChild(this.child);
    this.child = undefined;
  }

  /** Ends the host in order. */
  async end(): Promise<void> {
    this.child?.stdin?.end();
    if (this.child !== undefined) await once(this.child, 'exit');
    this.child = undefined;
  }

  /** Starts an orchestration. @returns the answer's status; `undefined` when the host has died over it */
  async startOne(id: string): Promise<number | undefined> {
    const path = `/runtime/webhooks/durabletask/orchestrators/ledger/${id}`;
    const answer = await fetch(`${this.url}${path}`, { method: 'POST' }).catch(() => undefined);
    await answer?.arrayBuffer().catch(() => undefined);
    return answer?.status;
  }

  /** The state of an orchestration; `undefined` when there is none. */
  async statusOf(id: string): Promise<string | undefined> {
    const answer = await fetch(`${this.url}/runtime/webhooks/durabletask/instances/${id}`);
    if (answer.status === 404) return undefined;
    return ((await answer.json()) as { readonly runtimeStatus: string }).runtimeStatus; // the host's own answer
  }

  /** What the activities wrote down. */
  tokens(): readonly string[] {
    return readFileSync(this.ledger, 'utf8').trim().split('\n');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

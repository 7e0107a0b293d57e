/**
 * Runs one host for the bench, in a process of its own: this repository's, in memory or with a journal, or the prototype.
 * Messages name an orchestration and a number; the answer is the time until all of them were over.
 */
import { createRequire } from 'node:module';
import { startHost, type Host } from '../../infra/local/host/host.js';

/** What the bench asks for. */
export interface HostAsk {
  readonly name: string;
  readonly count: number;
  /** Bytes of input of each; a number without. */
  readonly inputBytes?: number;
  /** Whether they are waited for until they are over, and then forgotten; otherwise until they wait themselves. */
  readonly isToEnd: boolean;
  /**
   * Runs as many more as fit into so many milliseconds; one without. Hosts are measured over times of one length, since
   * a busy machine gives who was idle a better share for a moment, which favours short runs.
   */
  readonly atLeastMs?: number;
}

/** What was measured. */
export interface HostAnswer {
  /** How many were started in all, and the time that they took. */
  readonly count: number;
  readonly tookMs: number;
}

/** A host, as the bench drives it. */
interface Driven {
  /** Starts one; the answer is when it is over. */
  start(name: string, id: string, input: unknown): Promise<unknown>;
  /** Whether it is over, or waits, by the ask. */
  isThere(id: string, isToEnd: boolean): boolean;
  forget(ids: readonly string[]): Promise<unknown>;
  /** Waits until all of it would outlive the process. */
  settled(): Promise<unknown>;
}

const appFile = new URL('./host-app.ts', import.meta.url).href;
const prototype = process.env['BENCH_PROTOTYPE'];
const began = performance.now();
const driven = prototype === undefined ? await ours() : await theirs(prototype);
process.send?.({ readyMs: performance.now() - began });

async function ours(): Promise<Driven> {
  const journal = process.env['BENCH_JOURNAL'];
  const host: Host = await startHost({
    appFile,
    port: 0,
    hostJson: {},
    log: (level, text) => {
      if (level === 'error') process.stderr.write(`${text}\n`);
    },
    ...(journal === undefined ? {} : { journal }),
    ...(process.env['BENCH_NO_SNAPSHOT'] === undefined ? {} : { compactAfterBytes: Infinity }),
  });
  const { requests } = host.orchestrations;
  return {
    start: (name, id, input) => requests.start({ name, id, input, version: '', overrides: false }),
    isThere: (id, isToEnd) => {
      const found = host.orchestrations.instances.get(id);
      if (found === undefined) return false;
      return isToEnd ? found.status === 'Completed' : found.history.some(({ EventType }) => EventType === 10);
    },
    forget: (ids) => requests.purge(ids),
    settled: () => fetch(`${host.url}/runtime/webhooks/durabletask/instances?top=1&instanceIdPrefix=none`),
  };
}

/** The prototype's own shape (`local-host/host.js`). */
interface Prototype {
  readonly instances: Map<string, { readonly status: string }>;
  start(name: string, input: unknown, id: string): { readonly promise: Promise<unknown> };
}

async function theirs(folder: string): Promise<Driven> {
  const { LocalHost } = createRequire(import.meta.url)(`${folder}/host.js`) as {
    LocalHost: new () => Prototype;
  };
  const host = new LocalHost();
  await import(appFile);
  return {
    start: (name, id, input) => {
      host.start(name, input, id);
      return Promise.resolve();
    },
    isThere: (id) => host.instances.get(id)?.status === 'Completed',
    forget: (ids) => {
      for (const id of ids) host.instances.delete(id);
      return Promise.resolve();
    },
    settled: () => Promise.resolve(),
  };
}

let runs = 0;

async function measure(ask: HostAsk): Promise<HostAnswer> {
  let [count, tookMs] = [0, 0];
  do {
    tookMs += await run(ask);
    count += ask.count;
  } while (tookMs < (ask.atLeastMs ?? 0));
  return { count, tookMs };
}

async function run({ name, count, inputBytes, isToEnd }: HostAsk): Promise<number> {
  const ids = Array.from({ length: count }, (_, index) => `${name}-${process.pid}-${runs}-${index}`);
  runs++;
  const started = performance.now();
  const text = inputBytes === undefined ? undefined : 'x'.repeat(inputBytes);
  await Promise.all(
    ids.map((id, index) => driven.start(name, id, text === undefined ? index : `${index}${text}`)),
  );
  // Looks from the last on, since that is over last, more or less.
  for (let left = ids.length; left > 0;) {
    while (left > 0 && driven.isThere(ids[left - 1] ?? '', isToEnd)) left--;
    if (left > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await driven.settled();
  const tookMs = performance.now() - started;
  if (isToEnd) await driven.forget(ids);
  return tookMs;
}

process.on('message', (ask: HostAsk) => {
  void measure(ask).then((answer) => process.send?.(answer));
});
process.on('disconnect', () => process.exit(0));

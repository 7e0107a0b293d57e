/**
 * How quick is Microsoft's newer engine, in memory? Run by `host-context.ts` under a Node that it fetched, beside which
 * the package lies, and which takes TypeScript as it is; prints orchestrations a second as JSON. Its SDK is another, so
 * it is context and no contestant.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The part of the package that is used (0.4.0). */
interface Sdk {
  readonly InMemoryOrchestrationBackend: new () => object;
  readonly TestOrchestrationWorker: new (backend: object) => Worker;
  readonly TestOrchestrationClient: new (backend: object) => Client;
  readonly whenAll: (tasks: readonly object[]) => object;
}

interface Worker {
  addNamedOrchestrator(name: string, orchestrator: unknown): void;
  addNamedActivity(name: string, activity: unknown): void;
  start(): Promise<void>;
}

interface Client {
  scheduleNewOrchestration(name: string, input: unknown): Promise<string>;
  waitForOrchestrationCompletion(id: string, withPayloads: boolean, limitSeconds: number): Promise<unknown>;
}

interface Context {
  readonly currentUtcDateTime: Date;
  callActivity(name: string, input: unknown): object;
  createTimer(at: Date): object;
}

type Orchestrator = AsyncGenerator<object, unknown, number>;

const beside = join(dirname(process.execPath), '../../@microsoft/durabletask-js');
const sdk = createRequire(import.meta.url)(beside) as Sdk; // the version is fixed by who runs this

// Its logger writes a line for each turn, which would be what is measured.
for (const level of ['log', 'info', 'warn', 'debug', 'error'] as const) console[level] = () => undefined;

// eslint-disable-next-line @typescript-eslint/require-await -- the package takes async generators
async function* fan(context: Context, n: number): Orchestrator {
  yield sdk.whenAll([context.callActivity('double', n), context.callActivity('double', n + 1)]);
  yield context.createTimer(new Date(context.currentUtcDateTime.getTime() + 1));
  return undefined;
}

// eslint-disable-next-line @typescript-eslint/require-await -- the package takes async generators
async function* chain(context: Context): Orchestrator {
  let n = 1;
  for (let calls = 0; calls < 10; calls++) n = yield context.callActivity('double', n);
  return n;
}

const [runs, count, limitSeconds] = [5, 200, 120];

async function medianOf(client: Client, name: string): Promise<number> {
  const rates: number[] = [];
  for (let run = 0; run < runs; run++) {
    const began = performance.now();
    const ids: string[] = [];
    for (let index = 0; index < count; index++) ids.push(await client.scheduleNewOrchestration(name, index));
    await Promise.all(ids.map((id) => client.waitForOrchestrationCompletion(id, false, limitSeconds)));
    rates.push(Math.round((count * 1000) / (performance.now() - began)));
  }
  return rates.sort((one, other) => one - other)[Math.floor(runs / 2)] ?? 0;
}

const backend = new sdk.InMemoryOrchestrationBackend();
const worker = new sdk.TestOrchestrationWorker(backend);
worker.addNamedOrchestrator('fan', fan);
worker.addNamedOrchestrator('chain', chain);
worker.addNamedActivity('double', (_: unknown, n: number) => n * 2);
const client = new sdk.TestOrchestrationClient(backend);
await worker.start();
const measured = { fan: await medianOf(client, 'fan'), chain: await medianOf(client, 'chain') };
process.stdout.write(`${JSON.stringify(measured)}\n`);
process.exit(0);

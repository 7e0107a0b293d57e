/** What keeps the tables and the queues? Azurite, started as a child and stopped with the region. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as realPause } from 'node:timers/promises';

/** Tables, or tables and queues, on this machine. */
export interface StorageService {
  readonly connectionString: string;
  close(): Promise<void>;
}

/** Tables alone. */
export type TableService = StorageService;

/** Azurite's account, the same on every machine (Microsoft Learn, 'Use Azurite'). */
const account = 'devstoreaccount1';
const accountKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** Tries, a tenth of a second apart, until Azurite listens. */
const maxTries = 200;

/** Longest that Azurite may take to write what it keeps and end. */
const maxStopMs = 5000;

/**
 * Runs in Azurite: when whoever started it was killed, nobody else ends it, and the next one writes to the same files.
 * The channel alone doesn't keep it alive, or it would never end by a signal.
 */
const endWithParent =
  "process.once('disconnect',()=>process.kill(process.pid,'SIGINT'));process.channel.unref()";

/** What Azurite keeps, and the names of their endpoints in a connection string. */
type Service = 'table' | 'queue';
const endpointNames = { table: 'TableEndpoint', queue: 'QueueEndpoint' } as const;

/** A service of Azurite's that runs. */
interface Child {
  readonly service: Service;
  readonly address: string;
  close(): Promise<void>;
}

/** Starts Azurite's tables; with a folder they outlive it. */
export async function startTables(folder?: string): Promise<TableService> {
  return joined([await startService('table', folder)]);
}

/** Starts tables and queues, each a process of its own, at once; with a folder they outlive them. */
export async function startStorage(folder?: string): Promise<StorageService> {
  const begun = (['table', 'queue'] as const).map((service) => startService(service, folder));
  const started = await Promise.allSettled(begun);
  const failed = started.find((one) => one.status === 'rejected');
  const children = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  if (failed === undefined) return joined(children);
  await joined(children).close();
  throw failed.reason;
}

/** How clients reach Azurite's services at their addresses. */
export function connectionString(addresses: Readonly<Partial<Record<Service, string>>>): string {
  const endpoints = Object.entries(addresses).map(
    ([service, address]) => `${endpointNames[service as Service]}=${address}/${account};`, // keys of the record
  );
  return `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${accountKey};${endpoints.join('')}`;
}

function joined(children: readonly Child[]): StorageService {
  return {
    connectionString: connectionString(
      Object.fromEntries(children.map(({ service, address }) => [service, address])),
    ),
    async close() {
      await Promise.all(children.map((child) => child.close()));
    },
  };
}

async function startService(service: Service, folder?: string): Promise<Child> {
  const port = await freePort();
  const main = createRequire(import.meta.url).resolve(`azurite/dist/src/${service}/main.js`);
  const where = folder === undefined ? ['--inMemoryPersistence'] : ['--location', folder];
  const child = spawn(
    process.execPath,
    [
      ...['--import', `data:text/javascript,${endWithParent}`, main],
      ...where,
      `--${service}Port`,
      String(port),
      '--disableTelemetry',
      '--silent',
      ...newerApi(service),
    ],
    // In a group of its own: a Ctrl-C in the terminal is the region's, which needs its tables to the end.
    { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], detached: true },
  );
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  await listening(child, port);
  return { service, address: `http://127.0.0.1:${port}`, close: () => stop(child) };
}

/** The queue's SDK speaks a newer version of the API than Azurite names; what is used of it is the same. */
function newerApi(service: Service): readonly string[] {
  return service === 'queue' ? ['--skipApiVersionCheck'] : [];
}

/** A port that nobody has at the moment: Azurite doesn't say which it took, and a host that is killed keeps its own. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server that listens has one
  server.close();
  await once(server, 'close');
  return port;
}

async function listening(child: ChildProcess, port: number): Promise<void> {
  for (let tries = 0; tries < maxTries; tries++) {
    if (child.exitCode !== null) throw new Error(`Azurite ended with code ${child.exitCode}.`);
    if (await answers(port)) return;
    await realPause(100);
  }
  await stop(child);
  throw new Error(`Azurite didn't listen on port ${port} within ${maxTries / 10} s.`);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}

/** SIGINT is the one signal at which Azurite writes what it keeps before it ends. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  const isOver = await Promise.race([ended.then(() => true), realPause(maxStopMs, false, { ref: false })]);
  if (isOver) return;
  child.kill('SIGKILL');
  await ended;
}

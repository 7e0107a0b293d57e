/** Where do tables stand in tests? In Azurite, in a process of its own, in memory, on a free port. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** Azurite's published account, the same on every machine (Microsoft Learn, 'Use the Azurite emulator'). */
const account =
  'AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** Azurite names the port that it was given, not the one it got: a free one is found first. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server has one
  server.close();
  await once(server, 'close');
  return port;
}

/** Running tables. */
export interface Tables {
  readonly connectionString: string;
  readonly stop: () => Promise<void>;
}

/** Starts Azurite's table service. */
export async function startTables(): Promise<Tables> {
  const port = await freePort();
  const script = 'node_modules/azurite/dist/src/table/main.js';
  const options = ['--inMemoryPersistence', '--disableTelemetry', '--silent', '--tableHost', '127.0.0.1'];
  const child = spawn(process.execPath, [script, ...options, '--tablePort', String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk) => String(chunk).includes('successfully started') && resolve());
    child.once('exit', (code) => reject(new Error(`Azurite ended with ${String(code)}.`)));
  });
  return {
    connectionString: `DefaultEndpointsProtocol=http;${account};TableEndpoint=http://127.0.0.1:${port}/devstoreaccount1;`,
    stop: async () => {
      child.kill();
      await once(child, 'exit');
    },
  };
}

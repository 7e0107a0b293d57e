/** What keeps tables and queues where time is virtual? Azurite in this process, so that it shares its clock. */
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { StorageService } from '../azurite.js';
import { connectionString } from '../azurite.js';

/** What is used of a server of Azurite's; the package has no types. */
interface AzuriteServer {
  readonly httpServer: { address(): AddressInfo; closeAllConnections(): void; close(): void };
  start(): Promise<void>;
  beforeClose(): Promise<void>;
  afterClose(): Promise<void>;
}

type AzuriteClass<T> = new (...values: unknown[]) => T;

const load = createRequire(import.meta.url);

function azuriteClass<T>(file: string): AzuriteClass<T> {
  return (load(`azurite/dist/src/${file}.js`) as { readonly default: AzuriteClass<T> }).default; // its modules' one export
}

const host = '127.0.0.1';

/** Starts tables and queues; with a folder they outlive this process. */
export async function startStorageInProcess(folder?: string): Promise<StorageService> {
  // Arguments in Azurite's order: host, port, keep-alive seconds, files, logs, loose, skipped version check …, in memory.
  const quiet = [false, undefined];
  const unsecured = [false, true, '', '', '', undefined, false];
  const isInMemory = folder === undefined;
  const file = (name: string) => join(folder ?? '', name);
  // Where a queue's messages are kept (Azurite's `DEFAULT_QUEUE_PERSISTENCE_ARRAY`).
  const extents = [
    { locationId: 'Default', locationPath: file('messages'), maxConcurrency: 1, persistenceType: 'FS' },
  ];
  const tables = new (azuriteClass<AzuriteServer>('table/TableServer'))(
    new (azuriteClass('table/TableConfiguration'))(
      ...[host, 0, 0, file('tables.json'), false, ...quiet, undefined, ...unsecured, isInMemory],
    ),
  );
  const queues = new (azuriteClass<AzuriteServer>('queue/QueueServer'))(
    new (azuriteClass('queue/QueueConfiguration'))(
      ...[host, 0, 0, file('queues.json'), file('extents.json'), extents, ...quiet, false, undefined],
      ...[...unsecured, isInMemory],
    ),
  );
  const servers = [tables, queues];
  for (const server of servers) await server.start();
  const urlOf = ({ httpServer }: AzuriteServer) => `http://${host}:${httpServer.address().port}`;
  return {
    connectionString: connectionString({ table: urlOf(tables), queue: urlOf(queues) }),
    async close() {
      for (const server of servers) {
        await server.beforeClose();
        server.httpServer.close();
        server.httpServer.closeAllConnections();
        await server.afterClose();
      }
    },
  };
}

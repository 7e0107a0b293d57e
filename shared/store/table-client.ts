/** How is a table opened? */
import type { TableClient } from '@azure/data-tables';

/** Tables of the control plane. */
export type TableName = 'sites' | 'timeline' | 'signals' | 'leases' | 'reports';

const opened = new Map<TableName, Promise<TableClient>>();

/**
 * Opens a table, and makes it when it isn't there.
 *
 * @throws Error when `TUNNELKEEPER_STORAGE` is missing
 */
export function openTable(name: TableName): Promise<TableClient> {
  const known = opened.get(name);
  if (known !== undefined) return known;
  const opening = open(name);
  opened.set(name, opening);
  opening.catch(() => opened.delete(name)); // a failed opening is tried again with the next call
  return opening;
}

async function open(name: TableName): Promise<TableClient> {
  const storage = process.env['TUNNELKEEPER_STORAGE'];
  if (storage === undefined || storage === '') {
    throw new Error(
      'TUNNELKEEPER_STORAGE is missing: set it to the URL of the table endpoint, https://<account>.table.core.windows.net.',
    );
  }
  const { TableClient } = await import('@azure/data-tables');
  const options = { retryOptions: { maxRetries: 3, retryDelayInMs: 200, maxRetryDelayInMs: 2000 } };
  const client = storage.startsWith('https://')
    ? new TableClient(storage, name, await credential(), options)
    : TableClient.fromConnectionString(storage, name, { ...options, allowInsecureConnection: true });
  await client.createTable(); // answers well when the table is there already
  return client;
}

/** The HTTP status of a failed table call; `undefined` for anything else. */
export function statusOf(error: unknown): number | undefined {
  return typeof error === 'object' && error !== null && 'statusCode' in error
    ? Number(error.statusCode)
    : undefined;
}

async function credential() {
  const { DefaultAzureCredential } = await import('@azure/identity');
  const managedIdentityClientId = process.env['AZURE_CLIENT_ID'];
  return new DefaultAzureCredential(managedIdentityClientId === undefined ? {} : { managedIdentityClientId });
}

/** Where does a site's row stand, and who may write it? */
import type { SiteName } from '../site/ids.js';
import type { SiteRecord } from '../site/site-record.js';
import { openTable } from './table-client.js';

/** A row as it was read; its ETag is what a write must bring. */
export interface SiteRow {
  readonly record: SiteRecord;
  readonly etag: string;
  /** ISO 8601: somebody asked for a look and no run has finished one since. */
  readonly lookWanted?: string;
}

/** How a write by ETag ended; `changed` when somebody else wrote in between. */
export type Written = { readonly kind: 'written'; readonly etag: string } | { readonly kind: 'changed' };

/** Version of the row's columns and of the record in it. */
const schemaVersion = 1;

/** A property of a table holds at most 64 KiB of UTF-16 (Microsoft Learn, 'Understanding the Table service data model'). */
const chunkCharacters = 30_000;

const partitionKey = 'site';

interface Entity {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly schemaVersion: number;
  readonly phase: string;
  readonly lookAt: string;
  readonly lookWanted: string;
  readonly chunks: number;
}

function entityOf(
  record: SiteRecord,
  lookWanted: string | undefined,
): Entity & Readonly<Record<string, string | number>> {
  const json = JSON.stringify(record);
  const chunks = Math.ceil(json.length / chunkCharacters);
  const parts = Array.from({ length: chunks }, (_, index) => [
    `record${index}`,
    json.slice(index * chunkCharacters, (index + 1) * chunkCharacters),
  ]);
  return {
    partitionKey,
    rowKey: record.name,
    schemaVersion,
    phase: record.phase,
    lookAt: record.lookAt ?? '',
    lookWanted: lookWanted ?? '',
    chunks,
    ...(Object.fromEntries(parts) as Record<string, string>), // made of strings just above
  };
}

function rowOf(entity: Record<string, unknown> & { readonly etag?: string }): SiteRow {
  if (entity['schemaVersion'] !== schemaVersion) {
    throw new Error(
      `Row ${String(entity['rowKey'])} has schema version ${String(entity['schemaVersion'])}; this release reads ${schemaVersion}.`,
    );
  }
  const json = Array.from({ length: Number(entity['chunks']) }, (_, index) =>
    String(entity[`record${index}`]),
  ).join('');
  const lookWanted = String(entity['lookWanted']);
  return {
    record: JSON.parse(json) as SiteRecord, // written by entityOf alone, under the schema version checked above
    etag: entity.etag ?? '',
    ...(lookWanted === '' ? {} : { lookWanted }),
  };
}

/** The HTTP status of a failed table call; `undefined` for anything else. */
function statusOf(error: unknown): number | undefined {
  return typeof error === 'object' && error !== null && 'statusCode' in error
    ? Number(error.statusCode)
    : undefined;
}

/** Reads a site's row, or `undefined` when there is none. */
export async function readSiteRow(name: SiteName): Promise<SiteRow | undefined> {
  const table = await openTable('sites');
  try {
    return rowOf(await table.getEntity(partitionKey, name));
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** Lists all rows, by name. */
export async function listSiteRows(): Promise<readonly SiteRow[]> {
  const table = await openTable('sites');
  const rows: SiteRow[] = [];
  for await (const entity of table.listEntities()) rows.push(rowOf(entity));
  return rows;
}

/** Makes a row; `exists` when the name is taken. */
export async function createSiteRow(record: SiteRecord): Promise<'created' | 'exists'> {
  const table = await openTable('sites');
  try {
    await table.createEntity(entityOf(record, record.lookAt));
    return 'created';
  } catch (error) {
    if (statusOf(error) === 409) return 'exists';
    throw error;
  }
}

/**
 * Replaces a row if nobody wrote it since it was read.
 *
 * @param lookWanted the mark to keep; `undefined` clears it
 */
export async function replaceSiteRow(
  record: SiteRecord,
  etag: string,
  lookWanted: string | undefined,
): Promise<Written> {
  const table = await openTable('sites');
  return unlessChanged(async () => {
    const { etag: written } = await table.updateEntity(entityOf(record, lookWanted), 'Replace', { etag });
    return { kind: 'written', etag: written ?? '' };
  });
}

/** Removes a row if nobody wrote it since it was read. */
export async function removeSiteRow(name: SiteName, etag: string): Promise<Written> {
  const table = await openTable('sites');
  return unlessChanged(async () => {
    await table.deleteEntity(partitionKey, name, { etag });
    return { kind: 'written', etag: '' };
  });
}

async function unlessChanged(write: () => Promise<Written>): Promise<Written> {
  try {
    return await write();
  } catch (error) {
    const status = statusOf(error);
    if (status === 412 || status === 404) return { kind: 'changed' };
    throw error;
  }
}

/** Marks that somebody wants the site to be looked at; a site that is gone needs no mark. */
export async function wantLook(name: SiteName, at: string): Promise<void> {
  const table = await openTable('sites');
  try {
    await table.updateEntity({ partitionKey, rowKey: name, lookWanted: at }, 'Merge', { etag: '*' });
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
}

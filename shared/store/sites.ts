/** Where does a site's row stand, and who may write it? */
import { randomUUID } from 'node:crypto';
import type { SiteName } from '../site/ids.js';
import type { SiteRecord } from '../site/site-record.js';
import { openTable, statusOf } from './table-client.js';

/** A row as it was read; its ETag is what a write must bring. */
export interface SiteRow {
  readonly record: SiteRecord;
  readonly etag: string;
  /** Changes whenever the record is written, and stays where only a look was asked for. */
  readonly writtenAs: string;
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
  readonly writtenAs: string;
}

function entityOf(
  record: SiteRecord,
  lookWanted: string | undefined,
): Entity & Readonly<Record<string, string | number>> {
  const json = asciiOf(JSON.stringify(record));
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
    writtenAs: randomUUID(),
    ...(Object.fromEntries(parts) as Record<string, string>), // made of strings just above
  };
}

/** A cut between two halves of a character would leave none of it that UTF-8 can carry. */
function asciiOf(json: string): string {
  return json.replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
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
    writtenAs: typeof entity['writtenAs'] === 'string' ? entity['writtenAs'] : (entity.etag ?? ''),
    ...(lookWanted === '' ? {} : { lookWanted }),
  };
}

/** A table that is gone also answers 404: who took that for a site that is gone would forget what runs. */
function isMissing(error: unknown): boolean {
  const isTable = error instanceof Error && error.message.includes('TableNotFound');
  return statusOf(error) === 404 && !isTable;
}

/**
 * Reads a site's row, or `undefined` when there is none.
 *
 * @throws Error when the table can't be read, or a later release wrote the row
 */
export async function readSiteRow(name: SiteName): Promise<SiteRow | undefined> {
  const table = await openTable('sites');
  try {
    return rowOf(await table.getEntity(partitionKey, name));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** What a list of the rows found. */
export interface ListedRows {
  readonly rows: readonly SiteRow[];
  /** Why rows could not be read, one sentence each: they hold up no other. */
  readonly unreadable: readonly string[];
}

/** Lists all rows, by name. */
export async function listSiteRows(): Promise<ListedRows> {
  const table = await openTable('sites');
  const rows: SiteRow[] = [];
  const unreadable: string[] = [];
  for await (const entity of table.listEntities()) {
    try {
      rows.push(rowOf(entity));
    } catch (error) {
      unreadable.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { rows, unreadable };
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
    if (statusOf(error) === 412 || isMissing(error)) return { kind: 'changed' };
    throw error;
  }
}

/** Marks that somebody wants the site to be looked at; a site that is gone needs no mark. */
export async function wantLook(name: SiteName, at: string): Promise<void> {
  const table = await openTable('sites');
  try {
    await table.updateEntity({ partitionKey, rowKey: name, lookWanted: at }, 'Merge', { etag: '*' });
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** What happened at a site, newest first? */
import { createHash } from 'node:crypto';
import type { SiteName } from '../site/ids.js';
import type { TimelineEntry } from '../site/timeline-entry.js';
import { openTable } from './table-client.js';

/** Beyond any time in milliseconds that matters; a key counts down from it, since a table lists by rising key. */
const endOfTimeMs = 10 ** 14;

/** Largest batch of one table transaction (Microsoft Learn, 'Performing entity group transactions'). */
const batchEntries = 100;

/** Counts down with the time, then with the place in the batch; an entry that is written twice gets one key. */
function rowKeyOf(entry: TimelineEntry, index: number): string {
  const time = String(endOfTimeMs - Date.parse(entry.at)).padStart(15, '0');
  const place = String(999 - index).padStart(3, '0');
  const digest = createHash('sha256').update(JSON.stringify(entry)).digest('hex').slice(0, 8);
  return `${time}-${place}-${digest}`;
}

/** Adds entries; the same entries again change nothing. */
export async function appendTimeline(site: SiteName, entries: readonly TimelineEntry[]): Promise<void> {
  const table = await openTable('timeline');
  for (let from = 0; from < entries.length; from += batchEntries) {
    const batch = entries.slice(from, from + batchEntries);
    await table.submitTransaction(
      batch.map((entry, index) => [
        'upsert',
        { partitionKey: site, rowKey: rowKeyOf(entry, from + index), entry: JSON.stringify(entry) },
        'Replace',
      ]),
    );
  }
}

/**
 * Reads a site's timeline, newest first.
 *
 * @param most number of entries, 1 or more
 */
export async function readTimeline(site: SiteName, most: number): Promise<readonly TimelineEntry[]> {
  const table = await openTable('timeline');
  const { odata } = await import('@azure/data-tables');
  const listed = table.listEntities<{ readonly entry: string }>({
    queryOptions: { filter: odata`PartitionKey eq ${site}` },
  });
  const entries: TimelineEntry[] = [];
  for await (const { entry } of listed) {
    entries.push(JSON.parse(entry) as TimelineEntry); // written by appendTimeline alone
    if (entries.length >= most) break;
  }
  return entries;
}

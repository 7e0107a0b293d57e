/** Which signals came already? Kept for a day, so that one that is sent again does nothing. */
import { createHash } from 'node:crypto';
import { openTable, statusOf } from './table-client.js';

/** What makes a signal the same as another: what sends it, what it says, and when it was so. */
export interface SignalKey {
  readonly id: string;
  readonly condition: string;
  /** ISO 8601. */
  readonly at: string;
}

/** Hours that a signal is kept. */
export const signalHours = 24;

const hourMs = 3600 * 1000;

/** Operations of one table transaction (Microsoft Learn, 'Performing entity group transactions'). */
const batchRows = 100;

/** The hour of the signal itself: the same signal has the same key whenever it comes, and old ones lie together. */
function partitionOf(at: Date): string {
  return at.toISOString().slice(0, 13);
}

function keysOf({ id, condition, at }: SignalKey): {
  readonly partitionKey: string;
  readonly rowKey: string;
} {
  const rowKey = createHash('sha256')
    .update(JSON.stringify([id.toLowerCase(), condition, at]))
    .digest('hex');
  return { partitionKey: partitionOf(new Date(at)), rowKey };
}

/** Keeps a signal; `repeated` when it is kept already. */
export async function recordSignal(key: SignalKey): Promise<'new' | 'repeated'> {
  const table = await openTable('signals');
  try {
    await table.createEntity(keysOf(key));
    return 'new';
  } catch (error) {
    if (statusOf(error) === 409) return 'repeated';
    throw error;
  }
}

/** Forgets a signal that could not be acted on, so that it does something when it is sent again. */
export async function forgetSignal(key: SignalKey): Promise<void> {
  const table = await openTable('signals');
  const { partitionKey, rowKey } = keysOf(key);
  try {
    await table.deleteEntity(partitionKey, rowKey);
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
}

/**
 * Deletes signals that are older than a day and an hour at most.
 *
 * @param most rows that are deleted at once, 1 to 1000; the rest is left to the next call
 * @returns how many were deleted
 */
export async function purgeSignals(now: Date, most: number): Promise<number> {
  const table = await openTable('signals');
  const { odata } = await import('@azure/data-tables');
  const oldest = partitionOf(new Date(now.getTime() - signalHours * hourMs));
  const pages = table
    .listEntities<object>({
      queryOptions: { filter: odata`PartitionKey lt ${oldest}`, select: ['PartitionKey', 'RowKey'] },
    })
    .byPage({ maxPageSize: most });
  const byHour = new Map<string, string[]>();
  for await (const page of pages) {
    for (const { partitionKey = '', rowKey = '' } of page) {
      byHour.set(partitionKey, [...(byHour.get(partitionKey) ?? []), rowKey]);
    }
    break; // the first page has as many as may be deleted
  }
  let deleted = 0;
  for (const [partitionKey, rowKeys] of byHour) {
    for (let from = 0; from < rowKeys.length; from += batchRows) {
      const batch = rowKeys.slice(from, from + batchRows);
      await table.submitTransaction(batch.map((rowKey) => ['delete', { partitionKey, rowKey }]));
      deleted += batch.length;
    }
  }
  return deleted;
}

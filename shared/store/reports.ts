/** What did each gateway report last? A row a gateway, apart from the site's, so that no report gets in a run's way. */
import type { SiteName, SlotId } from '../site/ids.js';
import type { KeptReport } from '../site/report-news.js';
import { openTable, statusOf } from './table-client.js';

/** A report as it was read; its ETag is what a write must bring. */
export interface ReportRow {
  readonly report: KeptReport;
  readonly etag: string;
}

/** A report with its gateway. */
export interface ReportOf {
  readonly site: SiteName;
  readonly slot: SlotId;
  readonly report: KeptReport;
}

/** A report as it was listed. */
export type ListedReport = ReportOf & ReportRow;

interface Entity {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly isOwed: boolean;
  readonly report: string;
}

/** Reads the newest report of a gateway, or `undefined` when there is none. */
export async function readReportRow(site: SiteName, slot: SlotId): Promise<ReportRow | undefined> {
  const table = await openTable('reports');
  try {
    const { report, etag } = await table.getEntity<Entity>(site, slot);
    return { report: parse(report), etag };
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/**
 * Keeps a report as the newest of its gateway, unless another was kept since this one was read.
 *
 * @param etag of the row that was read; `undefined` when there was none
 */
export async function keepReportRow(
  { site, slot, report }: ReportOf,
  etag: string | undefined,
): Promise<'kept' | 'changed'> {
  const table = await openTable('reports');
  const entity: Entity = {
    partitionKey: site,
    rowKey: slot,
    isOwed: report.isOwed,
    report: JSON.stringify(report),
  };
  try {
    if (etag === undefined) await table.createEntity(entity);
    else await table.updateEntity(entity, 'Replace', { etag });
    return 'kept';
  } catch (error) {
    const status = statusOf(error);
    if (status === 409 || status === 412 || status === 404) return 'changed';
    throw error;
  }
}

/** Lists the newest reports of a site's gateways, by slot. */
export async function listReports(site: SiteName): Promise<readonly ListedReport[]> {
  const { odata } = await import('@azure/data-tables');
  return list(odata`PartitionKey eq ${site}`);
}

/** Lists the reports for which a look is owed. */
export function listOwedReports(): Promise<readonly ListedReport[]> {
  return list('isOwed eq true');
}

async function list(filter: string): Promise<readonly ListedReport[]> {
  const table = await openTable('reports');
  const found: ListedReport[] = [];
  for await (const entity of table.listEntities<Entity>({ queryOptions: { filter } })) {
    // Keys are those that keepReportRow was given, which were parsed.
    const key = { site: entity.partitionKey as SiteName, slot: entity.rowKey as SlotId };
    found.push({ ...key, report: parse(entity.report), etag: entity.etag });
  }
  return found;
}

/** Forgets what the gateways of a site reported; once it is gone. */
export async function forgetReports(site: SiteName): Promise<void> {
  const table = await openTable('reports');
  for (const { slot } of await listReports(site)) await table.deleteEntity(site, slot);
}

function parse(json: string): KeptReport {
  return JSON.parse(json) as KeptReport; // written by keepReportRow alone
}

/** Is the newest report of each gateway kept, and no other? */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { slotId } from '../../../shared/site/ids.js';
import type { KeptReport } from '../../../shared/site/report-news.js';
import {
  forgetReports,
  keepReportRow,
  listOwedReports,
  listReports,
  readReportRow,
} from '../../../shared/store/reports.js';
import { startTables, type TableService } from '../../../infra/local/region/azurite.js';
import { aRecord, noon } from '../site/helpers/builders.js';
import { downState, servingState } from '../site/helpers/reports.js';

let tables: TableService;

const hq = aRecord().name;
const two = aRecord({ name: 'two' }).name;
const [one, other] = [slotId(hq, '1', 1), slotId(hq, '2', 1)];
const report: KeptReport = { at: noon.toISOString(), state: servingState, isOwed: false };

beforeAll(async () => {
  tables = await startTables();
  process.env['TUNNELKEEPER_STORAGE'] = tables.connectionString;
}, 30_000);

afterAll(() => tables.close());

beforeEach(async () => {
  await forgetReports(hq);
  await forgetReports(two);
});

test('a report is read as it was kept, also with words in any script', async () => {
  const state = { ...downState, because: 'Größe ≠ 規模 🚇' };
  expect(await readReportRow(hq, one)).toBeUndefined();
  expect(await keepReportRow({ site: hq, slot: one, report: { ...report, state } }, undefined)).toBe('kept');
  expect((await readReportRow(hq, one))?.report).toEqual({ ...report, state });
});

test('of two reports that were weighed against the same one, the second is told so', async () => {
  expect(await keepReportRow({ site: hq, slot: one, report }, undefined)).toBe('kept');
  expect(await keepReportRow({ site: hq, slot: one, report }, undefined)).toBe('changed');
  const etag = (await readReportRow(hq, one))?.etag;
  expect(await keepReportRow({ site: hq, slot: one, report: { ...report, isOwed: true } }, etag)).toBe(
    'kept',
  );
  expect(await keepReportRow({ site: hq, slot: one, report }, etag)).toBe('changed');
  await forgetReports(hq);
  expect(await keepReportRow({ site: hq, slot: one, report }, etag)).toBe('changed');
});

test('reports are listed by site, those that owe a look over all, and forgotten with their site alone', async () => {
  await keepReportRow({ site: hq, slot: one, report }, undefined);
  await keepReportRow({ site: hq, slot: other, report: { ...report, isOwed: true } }, undefined);
  await keepReportRow({ site: two, slot: slotId(two, '1', 1), report }, undefined);
  expect((await listReports(hq)).map(({ slot }) => slot)).toEqual([one, other]);
  expect((await listOwedReports()).map(({ site, slot }) => [site, slot])).toEqual([[hq, other]]);
  await forgetReports(hq);
  expect(await listReports(hq)).toEqual([]);
  expect(await listReports(two)).toHaveLength(1);
});

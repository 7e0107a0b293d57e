/** Who may write a site's row, when two runs or a wish for a look come in between? */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RoundRecord } from '../../orchestrations/activity-inputs.js';
import { recordRound } from '../../orchestrations/record-round.activity.js';
import type { SiteRecord } from '../../shared/site/site-record.js';
import { createSiteRow, readSiteRow, wantLook, type SiteRow } from '../../shared/store/sites.js';
import { aRecord, atSeconds, noon } from '../shared/site/helpers/builders.js';
import { startTables, type TableService } from '../../infra/local/region/azurite.js';

let tables: TableService;
const older = { id: 'older', startedAt: noon.toISOString() };
const newer = { id: 'newer', startedAt: atSeconds(5).toISOString() };

beforeAll(async () => {
  tables = await startTables();
  process.env['TUNNELKEEPER_STORAGE'] = tables.connectionString;
}, 30_000);

afterAll(() => tables.close());

async function rowOf({ name }: SiteRecord): Promise<SiteRow> {
  const row = await readSiteRow(name);
  if (row === undefined) throw new Error('The row is there.');
  return row;
}

async function aSite(name: string): Promise<SiteRecord> {
  const record = aRecord({ name });
  await createSiteRow(record);
  return record;
}

async function aRound(site: SiteRecord, changes: Partial<RoundRecord> = {}): Promise<RoundRecord> {
  const { writtenAs, lookWanted, record } = await rowOf(site);
  const { attempts, generations, gateways } = record;
  return {
    site: site.name,
    writtenAs,
    ...(lookWanted === undefined ? {} : { lookWanted }),
    run: older,
    status: {
      phase: 'building',
      attempts,
      generations,
      gateways,
      lookAt: atSeconds(120).toISOString(),
      told: {},
    },
    entries: [],
    isLookDone: false,
    isGone: false,
    now: noon.toISOString(),
    ...changes,
  };
}

test('a round is written once; the same again is told that the row has changed', async () => {
  const round = await aRound(await aSite('once'));
  await expect(recordRound(round)).resolves.toBe('written');
  await expect(recordRound(round)).resolves.toBe('changed');
});

test('a run is fenced when a newer one has written, also where it has read what that wrote', async () => {
  const site = await aSite('fence');
  const stale = await aRound(site);
  await expect(recordRound(await aRound(site, { run: newer }))).resolves.toBe('written');
  await expect(recordRound(stale)).resolves.toBe('fenced');
  await expect(recordRound(await aRound(site))).resolves.toBe('fenced');
  await expect(recordRound(await aRound(site, { run: newer }))).resolves.toBe('written');
});

test('a wish for a look holds up the end of a run, not its work, and isn’t lost', async () => {
  const site = await aSite('wish');
  const working = await aRound(site);
  await wantLook(site.name, atSeconds(1).toISOString());
  await expect(recordRound(working)).resolves.toBe('written');
  expect((await rowOf(site)).lookWanted).toBe(atSeconds(1).toISOString());
  const last = await aRound(site, { isLookDone: true });
  await wantLook(site.name, atSeconds(2).toISOString());
  await expect(recordRound(last)).resolves.toBe('changed');
  await expect(recordRound(await aRound(site, { isLookDone: true }))).resolves.toBe('written');
  expect((await rowOf(site)).lookWanted).toBeUndefined();
});

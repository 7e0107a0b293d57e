/** What does one sweep ask of ARM and Monitor, by the number of sites? The app's own sweep, over rows in real tables. */
import type { InvocationContext } from '@azure/functions';
import Table from 'cli-table3';
import { startTables } from '../../infra/local/region/azurite.js';
import { sweep } from '../../functions/sweep.js';
import type { SiteRecord } from '../../shared/site/site-record.js';
import { createSiteRow, readSiteRow, replaceSiteRow } from '../../shared/store/sites.js';
import { startFleetCloud, type FleetCloud } from '../shared/azure/helpers/fleet-cloud.js';
import { aServingRecord } from '../shared/site/helpers/serving.js';
import { machineId } from '../shared/site/helpers/signals.js';

/** Fleets that are swept, in sites of two gateways; a larger one holds the smaller. */
const fleets = [100, 1000];

/** What is promised of 1,000 sites; of fewer, their share. */
const mostCallsAThousand = 60;

/** Rows that are written at once. */
const rowsAtOnce = 50;

/** What a sweep of one fleet cost. */
interface Swept {
  readonly sites: number;
  readonly lists: number;
  readonly batches: number;
  readonly limit: number;
  /** Real milliseconds. */
  readonly tookMs: number;
}

/** Sweeps each fleet, prints what was asked, and says whether it is linear and within what is promised. */
export async function benchSweep(): Promise<boolean> {
  const tables = await startTables();
  process.env['TUNNELKEEPER_STORAGE'] = tables.connectionString;
  const cloud = await startFleetCloud();
  try {
    const swept: Swept[] = [];
    for (const sites of fleets) {
      await standUp(cloud, swept.at(-1)?.sites ?? 0, sites);
      cloud.reset();
      const began = Date.now();
      await sweepAtRest();
      swept.push({ ...asked(cloud, sites), tookMs: Date.now() - began });
    }
    process.stdout.write(`${tableOf(swept)}\n`);
    return swept.every(({ lists, batches, limit }) => lists + batches <= limit) && isLinear(swept);
  } finally {
    await cloud.stop();
    await tables.close();
  }
}

/** @throws Error when the sweep has anything to tell: a site that it would look at, or a part that failed */
async function sweepAtRest(): Promise<void> {
  const told: string[] = [];
  const tell = (...said: readonly unknown[]) => void told.push(said.map(String).join(' '));
  // The sweep tells by these three, and starts nothing where nothing is due; a start would fail, and be told.
  const context = { log: tell, warn: tell, error: tell } as unknown as InvocationContext;
  await sweep(undefined, context);
  if (told.length > 0) throw new Error(`A fleet at rest was not left alone: ${told.slice(0, 3).join('; ')}`);
}

/** Puts rows and machines of a fleet at rest there: all serve, and none is due. */
async function standUp(cloud: FleetCloud, from: number, to: number): Promise<void> {
  const inTenMinutes = new Date(Date.now() + 600_000).toISOString();
  const records = Array.from({ length: to - from }, (_, index) =>
    aServingRecord({ name: `s${from + index}` }, { lookAt: inTenMinutes }),
  );
  for (let first = 0; first < records.length; first += rowsAtOnce)
    await Promise.all(records.slice(first, first + rowsAtOnce).map(writeAtRest));
  const machines = records.flatMap(({ gateways }) =>
    gateways.map(({ virtualMachine = '' }) => virtualMachine),
  );
  const running = machines.map((name) => [machineId(name), 'running'] as const);
  cloud.machines = { ...cloud.machines, ...Object.fromEntries(running) };
  const timeStamp = new Date(Date.now() - 120_000).toISOString();
  cloud.pointsOf = () => [{ timeStamp, average: 100 }];
}

/** A new row asks for a look; one at rest doesn't. */
async function writeAtRest(record: SiteRecord): Promise<void> {
  await createSiteRow(record);
  const row = await readSiteRow(record.name);
  await replaceSiteRow(record, row?.etag ?? '', undefined);
}

function asked(cloud: FleetCloud, sites: number): Omit<Swept, 'tookMs'> {
  const calls = cloud.asked();
  const batches = calls.filter((call) => call.includes('/metrics:getBatch')).length;
  return { sites, lists: calls.length - batches, batches, limit: (mostCallsAThousand * sites) / 1000 };
}

/** Ten times the sites cost ten times the calls at most. */
function isLinear(swept: readonly Swept[]): boolean {
  return swept.every(({ sites, lists, batches }, index) => {
    const smaller = swept[index - 1];
    if (smaller === undefined) return true;
    return lists + batches <= ((smaller.lists + smaller.batches) * sites) / smaller.sites;
  });
}

function tableOf(swept: readonly Swept[]): string {
  const head = ['sites', 'gateways', 'lists of machines', 'batches of metrics', 'calls', 'limit', 'took'];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { sites, lists, batches, limit, tookMs } of swept)
    table.push([sites, 2 * sites, lists, batches, lists + batches, limit, `${(tookMs / 1000).toFixed(1)} s`]);
  return table.toString();
}

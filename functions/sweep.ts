/** Which sites are due, and which look off? Every minute; with every other signal lost, this alone heals. */
import { app, type InvocationContext, type Timer } from '@azure/functions';
import * as df from 'durable-functions';
import { readFleetSignals } from '../shared/azure/fleet-signals.js';
import { networkId } from '../shared/azure/network-ids.js';
import { deployment } from '../shared/azure/settings.js';
import { placementOf } from '../shared/site/desired-site.js';
import { isDue } from '../shared/site/due.js';
import { resourceName } from '../shared/site/ids.js';
import { looksOff } from '../shared/site/looks-off.js';
import { purgeSignals } from '../shared/store/signals.js';
import { listSiteRows, type SiteRow } from '../shared/store/sites.js';
import { nudgeOwed } from './gateway-reports.js';
import { endStalledRun, nudge, startReconciliation } from './nudge.js';

/** Sites that are started or nudged at once. */
const sitesAtOnce = 20;

/** Old signals that one sweep deletes; a day of a thousand alerts a minute is worked off within two. */
const purgedRows = 1000;

/**
 * Starts every site that is due, nudges every other that looks off or to which a report owes a look, and throws old
 * signals away. What fails for one site, or in one part, holds up no other.
 */
export async function sweep(_timer: Timer | undefined, context: InvocationContext): Promise<void> {
  const now = new Date();
  const { rows, unreadable } = await listSiteRows();
  for (const why of unreadable) context.error(why);
  const due = rows.filter((row) => isDue(row, now));
  await forEach(due, context, async ({ record }) => {
    await endStalledRun(record, now, context);
    await startReconciliation(record.name, context);
  });
  const others = rows.filter((row) => !due.includes(row) && mayLookOff(row));
  const parts = await Promise.allSettled([
    nudgeThatLookOff(others, now, context),
    nudgeOwed(now, context),
    purgeSignals(now, purgedRows),
  ]);
  for (const part of parts) if (part.status === 'rejected') context.error(String(part.reason));
}

/** A site of which no gateway is told to serve is looked at anyway, by its own time. */
function mayLookOff({ record: { wanted, spec, gateways } }: SiteRow): boolean {
  return wanted === 'present' && !spec.paused && gateways.some(({ doing }) => doing === 'serving');
}

async function nudgeThatLookOff(
  rows: readonly SiteRow[],
  now: Date,
  context: InvocationContext,
): Promise<void> {
  const placed = rows.map(({ record }) => ({ record, placement: placementOf(record.spec, deployment()) }));
  const balancers = placed.map(({ record, placement }) => ({
    subscriptionId: placement.subscriptionId,
    region: placement.region,
    id: networkId(placement, 'loadBalancers', resourceName.loadBalancer(record.name)),
  }));
  const signals = await readFleetSignals(balancers, now);
  for (const { detail } of signals.problems) context.warn(`The fleet was not seen in full: ${detail}`);
  const off = placed.flatMap(({ record, placement }) => {
    const why = looksOff(record, placement, signals);
    return why === undefined ? [] : [{ name: record.name, why }];
  });
  await forEach(off, context, async ({ name, why }) => {
    context.log(`${name} looks off and is looked at: ${why}`);
    await nudge(name, context);
  });
}

/** Does something for each, some at once; a failure is logged and holds up no other. */
async function forEach<Item>(
  items: readonly Item[],
  context: InvocationContext,
  effect: (item: Item) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < items.length; from += sitesAtOnce) {
    const done = await Promise.allSettled(items.slice(from, from + sitesAtOnce).map(effect));
    for (const outcome of done) if (outcome.status === 'rejected') context.error(String(outcome.reason));
  }
}

/** Registers the minute timer. */
export function registerSweep(): void {
  app.timer('sweep', { schedule: '0 * * * * *', extraInputs: [df.input.durableClient()], handler: sweep });
}

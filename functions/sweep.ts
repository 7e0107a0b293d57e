/** Which sites are due? Every minute, those with a mark, and those whose time has come. */
import { app, type InvocationContext, type Timer } from '@azure/functions';
import * as df from 'durable-functions';
import { isDue } from '../shared/site/due.js';
import { listSiteRows } from '../shared/store/sites.js';
import { startReconciliation } from './nudge.js';

/** Starts every site that is due; one that runs already goes on. */
async function sweep(_timer: Timer, context: InvocationContext): Promise<void> {
  const now = new Date();
  const due = (await listSiteRows()).filter((row) => isDue(row, now));
  await Promise.all(due.map(({ record }) => startReconciliation(record.name, context)));
}

/** Registers the minute timer. */
export function registerSweep(): void {
  app.timer('sweep', { schedule: '0 * * * * *', extraInputs: [df.input.durableClient()], handler: sweep });
}

/** Which sites are due? Every minute, those with a mark, and those whose time has come. */
import { app, type InvocationContext, type Timer } from '@azure/functions';
import * as df from 'durable-functions';
import { isDue } from '../shared/site/due.js';
import { listSiteRows } from '../shared/store/sites.js';
import { endStalledRun, startReconciliation } from './nudge.js';

/** Starts every site that is due; one that runs already goes on. What fails for one holds up no other. */
async function sweep(_timer: Timer, context: InvocationContext): Promise<void> {
  const now = new Date();
  const { rows, unreadable } = await listSiteRows();
  for (const why of unreadable) context.error(why);
  const due = rows.filter((row) => isDue(row, now));
  const started = await Promise.allSettled(
    due.map(async ({ record }) => {
      await endStalledRun(record, now, context);
      await startReconciliation(record.name, context);
    }),
  );
  for (const outcome of started) if (outcome.status === 'rejected') context.error(String(outcome.reason));
}

/** Registers the minute timer. */
export function registerSweep(): void {
  app.timer('sweep', { schedule: '0 * * * * *', extraInputs: [df.input.durableClient()], handler: sweep });
}

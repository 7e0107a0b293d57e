/** The app as it is, with its sweeps counted: time may leap only when none is at work. */
import { app, type InvocationContext, type Timer } from '@azure/functions';
import * as df from 'durable-functions';
import { registerAlerts } from '../../functions/alerts.js';
import { registerHistories } from '../../functions/histories.js';
import { registerOperations } from '../../functions/operations.js';
import { registerResourceEvents } from '../../functions/resource-events.js';
import { registerSites } from '../../functions/sites.js';
import { sweep } from '../../functions/sweep.js';
import { registerOrchestrations } from '../../orchestrations/register.js';

/** Sweeps that are at work, and all that began. */
export const sweeps = { atWork: 0, begun: 0 };

async function countedSweep(timer: Timer, context: InvocationContext): Promise<void> {
  sweeps.atWork += 1;
  sweeps.begun += 1;
  try {
    await sweep(timer, context);
  } finally {
    sweeps.atWork -= 1;
  }
}

registerOrchestrations();
registerSites();
registerOperations();
registerAlerts();
registerResourceEvents();
registerHistories();
app.timer('sweep', {
  schedule: '0 * * * * *', // as in functions/sweep.ts
  extraInputs: [df.input.durableClient()],
  handler: countedSweep,
});

/** How is a site looked at, soon and once? A mark in its row, and a start that may come too late or twice. */
import type { InvocationContext } from '@azure/functions';
import * as df from 'durable-functions';
import type { SiteName } from '../shared/site/ids.js';
import { wantLook } from '../shared/store/sites.js';

/** Marks the site and starts its orchestrator; one that runs already reads the mark in its next round. */
export async function nudge(site: SiteName, context: InvocationContext): Promise<void> {
  await wantLook(site, new Date().toISOString());
  await startReconciliation(site, context);
}

/** Starts the site's orchestrator unless it runs. A start that is lost is made up for by the sweep. */
export async function startReconciliation(site: SiteName, context: InvocationContext): Promise<void> {
  const client = df.getClient(context);
  const instanceId = `site-${site}`;
  try {
    await client.startNew('reconcileSite', { instanceId, input: { site } });
  } catch (error) {
    const status = await client.getStatus(instanceId);
    if (!isAtWork(status.runtimeStatus)) throw error;
  }
}

function isAtWork(status: df.OrchestrationRuntimeStatus): boolean {
  const { Pending, Running, ContinuedAsNew, Suspended } = df.OrchestrationRuntimeStatus;
  return [Pending, Running, ContinuedAsNew, Suspended].includes(status);
}

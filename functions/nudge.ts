/** How is a site looked at, soon and once? A mark in its row, and a start that may come too late or twice. */
import { setTimeout as pause } from 'node:timers/promises';
import type { InvocationContext } from '@azure/functions';
import * as df from 'durable-functions';
import type { SiteName } from '../shared/site/ids.js';
import type { SiteRecord } from '../shared/site/site-record.js';
import { wantLook } from '../shared/store/sites.js';
import { coalesced } from './coalesce.js';

/** Nudges that follow one another this closely share a write; who sends an alert is still answered within a second. */
const gatherMs = 300;

/**
 * Marks the site and starts its orchestrator; one that runs already reads the mark in its next round. Nudges of one
 * site that come at once become one or two writes and starts, those that trickle in about three a second.
 *
 * @throws what the write or the start throws, to all whom it should have served
 */
export const nudge = coalesced<SiteName, InvocationContext>(
  async (site, context) => {
    await wantLook(site, new Date().toISOString());
    await startReconciliation(site, context);
  },
  () => pause(gatherMs),
);

/** Starts the site's orchestrator unless it runs. A start that is lost is made up for by the sweep. */
export async function startReconciliation(site: SiteName, context: InvocationContext): Promise<void> {
  // A run that was in the way of the first start may have ended since.
  if (!(await tryToStart(site, context, false))) await tryToStart(site, context, true);
}

/**
 * @param isLast what is refused then is thrown
 * @returns whether a run is at work
 */
async function tryToStart(site: SiteName, context: InvocationContext, isLast: boolean): Promise<boolean> {
  const client = df.getClient(context);
  const instanceId = `site-${site}`;
  try {
    await client.startNew('reconcileSite', { instanceId, input: { site } });
    return true;
  } catch (error) {
    // The status of an instance that never was can't be read either; what the start said tells more.
    const status = await client.getStatus(instanceId).catch(() => undefined);
    if (status !== undefined && isAtWork(status.runtimeStatus)) return true;
    if (status === undefined || isLast) throw error;
    return false;
  }
}

/** A run writes its row each round, with a time to look again; rounds are at most ten minutes apart (`policy.ts`). */
const stalledSeconds = 30 * 60;

/**
 * Ends a run that has written nothing for long: a replay of changed code may wait for ever, and while it counts as
 * running no other can start. The next sweep starts one, which looks at everything.
 */
export async function endStalledRun(
  { name, run, lookAt }: SiteRecord,
  now: Date,
  context: InvocationContext,
): Promise<void> {
  const isLate = lookAt !== undefined && now.getTime() - Date.parse(lookAt) > stalledSeconds * 1000;
  if (!isLate || run === undefined) return;
  const client = df.getClient(context);
  const status = await client.getStatus(`site-${name}`).catch(() => undefined);
  const { Running } = df.OrchestrationRuntimeStatus;
  const isOld = status !== undefined && now.getTime() - status.createdTime.getTime() > stalledSeconds * 1000;
  if (!isOld || status.runtimeStatus !== Running) return;
  context.error(`The run of ${name} has written nothing since ${lookAt}; it is ended, and another started.`);
  await client.terminate(`site-${name}`, 'No round was written for half an hour.');
}

function isAtWork(status: df.OrchestrationRuntimeStatus): boolean {
  const { Pending, Running, ContinuedAsNew, Suspended } = df.OrchestrationRuntimeStatus;
  return [Pending, Running, ContinuedAsNew, Suspended].includes(status);
}

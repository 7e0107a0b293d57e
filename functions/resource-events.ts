/** What do events of Azure's resources and secrets tell us? They nudge the sites that they are about. */
import { app, type InvocationContext } from '@azure/functions';
import * as df from 'durable-functions';
import { deployment } from '../shared/azure/settings.js';
import type { SiteName } from '../shared/site/ids.js';
import { readResourceEvents, type ResourceEvent } from '../shared/site/read-resource-event.js';
import { secretsOfSite } from '../shared/site/secrets-of-site.js';
import { listSiteRows } from '../shared/store/sites.js';
import { nudgeAll, targetsThatAreThere } from './nudge-sites.js';

/**
 * Takes a message of the queue. Order and repetition don't matter, since an event only nudges: what it says is read
 * from Azure itself. One that can't be read is logged and done with; a nudge that fails is left to the queue's retry.
 */
export async function takeResourceEvents(message: unknown, context: InvocationContext): Promise<void> {
  const { clientId } = deployment();
  const events = readResourceEvents(message, clientId);
  for (const { kind, id } of events) {
    if (kind === 'unreadable') context.warn(`Resource event ${id} can't be read; it is left out.`);
  }
  const targets = events.flatMap((event) => (event.kind === 'resource' ? event.target : []));
  const there = await targetsThatAreThere(targets);
  const sites = new Set([...[...there].map(({ site }) => site), ...(await sitesWithSecrets(events))]);
  await nudgeAll(sites, context);
}

/** Sites that use one of the secrets that have a newer version. */
async function sitesWithSecrets(events: readonly ResourceEvent[]): Promise<readonly SiteName[]> {
  const vault = new URL(deployment().vaultUrl).hostname.split('.')[0]?.toLowerCase() ?? '';
  const changed = new Set(
    events.flatMap((event) => (event.kind === 'secret' && event.vault === vault ? event.secret : [])),
  );
  if (changed.size === 0) return [];
  const { rows } = await listSiteRows();
  return rows
    .filter(({ record }) => secretsOfSite(record).some((name) => changed.has(name.toLowerCase())))
    .map(({ record }) => record.name);
}

/** Registers the queue into which Event Grid delivers. */
export function registerResourceEvents(): void {
  app.storageQueue('resourceEvents', {
    queueName: 'resource-events',
    connection: 'AzureWebJobsStorage',
    extraInputs: [df.input.durableClient()],
    handler: takeResourceEvents,
  });
}

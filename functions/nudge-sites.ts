/** Which sites do signals name, and are they there? Those are nudged, each once. */
import type { InvocationContext } from '@azure/functions';
import { deployment } from '../shared/azure/settings.js';
import type { SiteName } from '../shared/site/ids.js';
import { isPlacedThere, type SignalTarget } from '../shared/site/signal-target.js';
import { readSiteRow, type SiteRow } from '../shared/store/sites.js';
import { nudge } from './nudge.js';

/** The targets whose sites are there, and where the targets lie: a name alone may be somebody else's. */
export async function targetsThatAreThere(
  targets: readonly SignalTarget[],
): Promise<ReadonlySet<SignalTarget>> {
  const names = [...new Set(targets.map(({ site }) => site))];
  const rows = await Promise.all(names.map(readShared));
  const specs = new Map(
    rows.flatMap((row) => (row === undefined ? [] : [[row.record.name, row.record.spec]])),
  );
  const isThere = (target: SignalTarget) => {
    const spec = specs.get(target.site);
    return spec !== undefined && isPlacedThere(target, spec, deployment());
  };
  return new Set(targets.filter(isThere));
}

const reading = new Map<SiteName, Promise<SiteRow | undefined>>();

/** Reads a row; those who ask while it is read share the answer, since what it is read for hardly changes. */
export function readShared(site: SiteName): Promise<SiteRow | undefined> {
  const known = reading.get(site);
  if (known !== undefined) return known;
  const read = readSiteRow(site).finally(() => reading.delete(site));
  reading.set(site, read);
  return read;
}

/**
 * Nudges all of these sites; one that can't be nudged holds up no other.
 *
 * @throws what the first that failed threw, once all were tried
 */
export async function nudgeAll(sites: Iterable<SiteName>, context: InvocationContext): Promise<void> {
  const nudged = await Promise.allSettled([...sites].map((site) => nudge(site, context)));
  const failed = nudged.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined)
    throw failed.reason instanceof Error ? failed.reason : new Error(String(failed.reason));
}

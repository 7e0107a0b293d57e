/** Is it time to look at a site? */
import type { SiteRecord } from './site-record.js';

/** Says whether somebody asked for a look that no run has finished, or the time of the next look has come. */
export function isDue(
  row: { readonly record: SiteRecord; readonly lookWanted?: string },
  now: Date,
): boolean {
  const { lookAt } = row.record;
  return row.lookWanted !== undefined || lookAt === undefined || lookAt <= now.toISOString();
}

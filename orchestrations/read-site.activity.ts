/** What is wanted of a site, and what is kept of it? */
import { deployment } from '../shared/azure/settings.js';
import type { SiteName } from '../shared/site/ids.js';
import { readSiteRow } from '../shared/store/sites.js';
import type { SiteReading } from './activity-inputs.js';

/** Reads a site's row with the settings that its plan needs; `null` when the site is gone. */
export async function readSite({ site }: { readonly site: SiteName }): Promise<SiteReading | null> {
  const row = await readSiteRow(site);
  if (row === undefined) return null;
  const { subscriptionId, resourceGroup, zscalerCloud, fleet, actionGroupId, reports } = deployment();
  const { record, writtenAs, lookWanted } = row;
  const mark = lookWanted === undefined ? {} : { lookWanted };
  return {
    record,
    writtenAs,
    ...mark,
    settings: {
      subscriptionId,
      resourceGroup,
      zscalerCloud,
      fleet,
      hasActionGroup: actionGroupId !== undefined,
      ...(reports === undefined ? {} : { reports }),
    },
  };
}

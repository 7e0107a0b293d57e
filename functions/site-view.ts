/** What does `GET` show of a site? What is wanted, what is there, and why it isn't what was wanted. */
import type { SiteRow } from '../shared/store/sites.js';
import type { SiteRecord } from '../shared/site/site-record.js';

/** The row as an operator reads it; what steers the controller alone is left out. */
export function siteView({ record }: Omit<SiteRow, 'writtenAs'>) {
  const { name, spec, phase, phaseSince, problem, resolved, gateways, frontendIp } = record;
  return {
    name,
    phase,
    phaseSince,
    ...(problem === undefined ? {} : { problem }),
    desired: spec,
    ...(resolved === undefined ? {} : { resolved }),
    observed: { ...(frontendIp === undefined ? {} : { frontendIp }), gateways },
    serving: `${gateways.filter(({ doing }) => doing === 'serving').length} of ${gateways.length}`,
    requestedBy: record.requestedBy,
    requestedAt: record.requestedAt,
    attempts: record.attempts,
  };
}

/**
 * ETag of the wanted state: it changes with the spec, not with what is observed. A site that was deleted and
 * requested again has another, though it begins with the same revision.
 */
export function specTag({ revision, wanted, requestedAt }: SiteRecord): string {
  return `"${Date.parse(requestedAt).toString(36)}-${revision}${wanted === 'absent' ? '-deleting' : ''}"`;
}

/** What becomes of a site's record when its spec is replaced while it stands? */
import { failure, problem, success, type Outcome } from './problem.js';
import { siteDifferences } from './site-differences.js';
import type { Resolved, SiteRecord } from './site-record.js';
import type { Site } from './site.js';
import { withoutField } from './without-field.js';

/** What a site's resources are bound to; and what to do instead. */
const fixed: readonly { readonly field: string; readonly mend: string }[] = [
  { field: 'name', mend: 'A site cannot be renamed; request another.' },
  { field: 'region', mend: 'Resources cannot move between regions; request another site there.' },
  { field: 'resourceGroup', mend: 'Resources are not moved between groups; request another site there.' },
  {
    field: 'subscriptionId',
    mend: 'Resources are not moved between subscriptions; request another site there.',
  },
  {
    field: 'network',
    mend: 'Network, frontend and addresses stay for life; request another site with these.',
  },
];

/**
 * Gives a standing site another spec. All that was observed and tried stays; what Azure once decided stays where
 * neither spec decides it.
 *
 * @param now ISO 8601
 * @returns the record with the next revision, to be looked at now; `field-fixed` with every field that can't change
 */
export function changeSite(record: SiteRecord, site: Site, now: string): Outcome<SiteRecord> {
  const refused = siteDifferences(record.spec, site).flatMap((path) => {
    const rule = fixed.find(({ field }) => path === field || path.startsWith(`${field}.`));
    return rule === undefined
      ? []
      : [{ field: path, detail: `${path} of ${record.name} cannot change.`, mend: rule.mend }];
  });
  const [first] = refused;
  if (first !== undefined) {
    return failure(
      problem('field-fixed', first.detail, {
        field: first.field,
        mend: first.mend,
        ...(refused.length > 1 ? { errors: refused } : {}),
      }),
    );
  }
  const resolved = resolvedAnew(record, site);
  return success({
    ...withoutField(record, 'resolved'),
    spec: site,
    revision: record.revision + 1,
    lookAt: now,
    ...(resolved === undefined ? {} : { resolved }),
  });
}

/** What the new spec leaves open, as far as that is known without a look; `undefined` when it isn't. */
function resolvedAnew({ spec, resolved }: SiteRecord, site: Site): Resolved | undefined {
  if (resolved === undefined) return undefined;
  const zones = site.zones ?? (spec.zones === undefined ? resolved.zones : undefined);
  const clients = site.clients ?? (spec.clients === undefined ? resolved.clients : undefined);
  // What a size offers is known only of the size that was looked at.
  if (zones === undefined || clients === undefined || site.gateway.size !== spec.gateway.size)
    return undefined;
  return { ...resolved, zones, clients };
}

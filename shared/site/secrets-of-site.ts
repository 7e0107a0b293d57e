/** Which secrets does a site use? */
import { desiredSlots } from './desired-site.js';
import { secretNames } from './secret-names.js';
import type { SiteRecord } from './site-record.js';

/** Names of all secrets of a site's tunnels; zones that are still open are all assumed. */
export function secretsOfSite({ spec, resolved }: Pick<SiteRecord, 'spec' | 'resolved'>): readonly string[] {
  const slots = desiredSlots(spec, resolved?.zones ?? spec.zones ?? ['1', '2', '3']);
  return [...new Set(slots.flatMap(({ slot }) => Object.values(secretNames(spec, slot))))];
}

/** What is asked of Azure for a site? */
import { desiredSlots, placementOf, type DesiredSlot } from '../shared/site/desired-site.js';
import { sampleIntents } from '../shared/site/sample-intents.js';
import { secretsOfSlot } from '../shared/site/secret-names.js';
import type { Site } from '../shared/site/site.js';
import type { SurroundingsQuestion } from '../shared/site/surroundings-question.js';
import type { Scope, SiteReading } from './activity-inputs.js';

/** Where the site's resources are looked for. */
export function scopeOf({ record, settings }: SiteReading): Scope {
  const { spec } = record;
  const { subscriptionId, resourceGroup, region } = placementOf(spec, settings);
  // Before zones are resolved only the surroundings are looked at, for every zone.
  const slots = record.resolved === undefined ? [] : desiredSlots(spec, record.resolved.zones);
  return { site: record.name, subscriptionId, resourceGroup, region, secretNames: secretsOf(spec, slots) };
}

/** What has to be known of the surroundings before anything is built. */
export function surroundingsQuestion(reading: SiteReading): SurroundingsQuestion {
  const { spec, resolved } = reading.record;
  const { subscriptionId, resourceGroup } = scopeOf(reading);
  const { subnetId, frontendIp, publicIpIds } = spec.network;
  // Zones that are still open are all assumed, so that each gateway's own secret is looked for.
  const slots = desiredSlots(spec, resolved?.zones ?? spec.zones ?? ['1', '2', '3']);
  return {
    subscriptionId,
    resourceGroup,
    region: spec.region,
    subnetId,
    ...(frontendIp === undefined ? {} : { frontendIp }),
    size: spec.gateway.size,
    image: spec.gateway.image,
    secretNames: secretsOf(spec, slots),
    publicIpIds: Object.values(publicIpIds ?? {}).flat(),
    samples: sampleIntents(spec, slots, reading.settings),
  };
}

function secretsOf(spec: Site, slots: readonly DesiredSlot[]): readonly string[] {
  return [...new Set(slots.flatMap(({ slot }) => secretsOfSlot(spec, slot)))];
}

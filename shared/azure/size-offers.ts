/** What does a region offer of a VM size, in which zones? */
import type { ResourceSku } from '@azure/arm-compute';
import type { Zone } from '../site/ids.js';
import type { SizeOffer } from '../site/observed-site.js';
import type { Outcome } from '../site/problem.js';
import type { SurroundingsQuestion } from '../site/surroundings-question.js';
import { computeClient } from './clients.js';
import { outcomeOf } from './problem-of-error.js';

/** Looks a size up among the region's SKUs: one list, filtered by location as the service offers it. */
export function observeOffer({
  subscriptionId,
  region,
  size,
}: SurroundingsQuestion): Promise<Outcome<SizeOffer>> {
  return outcomeOf({ verb: 'read', what: `the sizes of ${region}` }, async () => {
    const { resourceSkus } = await computeClient(subscriptionId);
    for await (const sku of resourceSkus.list({ filter: `location eq '${region}'` })) {
      const isMine = sku.resourceType === 'virtualMachines' && sku.name?.toLowerCase() === size.toLowerCase();
      if (isMine) return offerOf(sku, size);
    }
    return notOffered(size);
  });
}

function notOffered(size: string): SizeOffer {
  return {
    size,
    isOffered: false,
    zones: [],
    vCpus: 0,
    acceleratedNetworking: false,
    encryptionAtHost: false,
    family: '',
  };
}

/** Reads a SKU: zones less those that are restricted for the subscription. */
export function offerOf(sku: ResourceSku, size: string): SizeOffer {
  const restrictions = sku.restrictions ?? [];
  const restricted = restrictions.flatMap(({ type, restrictionInfo }) =>
    type === 'Zone' ? (restrictionInfo?.zones ?? []) : [],
  );
  const zones = (sku.locationInfo?.[0]?.zones ?? [])
    .filter((zone) => !restricted.includes(zone))
    .filter(isZone);
  const capability = (wanted: string) => sku.capabilities?.find(({ name }) => name === wanted)?.value;
  return {
    size,
    isOffered: !restrictions.some(({ type }) => type === 'Location'),
    zones: zones.sort(),
    vCpus: Number(capability('vCPUs') ?? 0),
    acceleratedNetworking: capability('AcceleratedNetworkingEnabled') === 'True',
    encryptionAtHost: capability('EncryptionAtHostSupported') === 'True',
    family: sku.family ?? '',
  };
}

function isZone(zone: string): zone is Zone {
  return zone === '1' || zone === '2' || zone === '3';
}

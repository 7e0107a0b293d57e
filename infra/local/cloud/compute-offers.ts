/** What does the region offer of sizes and images, and how much of it may be used? */
import { asRecord, asText, propertiesOf, type Json } from './json.js';
import { resourceType } from './resource-types.js';
import type { Resources } from './resources.js';
import { refusal, type Refusal, type WireAnswer } from './wire.js';

/** A VM size. */
export interface Size {
  readonly name: string;
  readonly family: string;
  readonly vCpus: number;
  readonly memoryGb: number;
  readonly zones: readonly string[];
  /** Zones that the subscription may not use. */
  readonly restrictedZones?: readonly string[];
  readonly encryptionAtHost: boolean;
}

/** A quota of the region; what others use counts too. */
export interface Quota {
  limit: number;
  readonly usedByOthers: number;
}

/** Sizes, images and core quotas of the region. */
export class ComputeOffers {
  constructor(
    private readonly resources: Resources,
    private readonly region: string,
    private readonly sizes: readonly Size[],
    /** `publisher:offer:sku`, with its versions from oldest to newest. */
    private readonly images: Readonly<Record<string, readonly string[]>>,
    /** By name: `cores`, or a size's family. */
    private readonly quotas: Readonly<Record<string, Quota>>,
  ) {}

  checkSize(size: string, zone: string | undefined): void {
    const offered = this.#find(size);
    if (offered === undefined) {
      throw refusal(400, 'InvalidParameter', `The value ${size} provided for the VM size is not valid.`, {
        target: 'vmSize',
      });
    }
    if (zone !== undefined && (!offered.zones.includes(zone) || offered.restrictedZones?.includes(zone))) {
      throw this.sizeLacks(size);
    }
  }

  /** The refusal of a size that isn't to be had now, at once (text from a public issue). */
  sizeLacks(size: string): Refusal {
    return refusal(
      409,
      'SkuNotAvailable',
      `The requested VM size for resource 'Following SKUs have failed for Capacity Restrictions: ${size}' is currently not available ` +
        `in location '${this.region}'. Please try another size or deploy to a different location or different zone. ` +
        'See https://aka.ms/azureskunotavailable for details.',
    );
  }

  checkQuota(size: string, apiVersion: string): void {
    const { vCpus = 0, family = '' } = this.#find(size) ?? {};
    for (const name of ['cores', family]) {
      const quota = this.quotas[name];
      const used = this.#used(name);
      if (quota === undefined || used + vCpus <= quota.limit) continue;
      throw quotaRefusal(apiVersion, { name, region: this.region, limit: quota.limit, used, vCpus });
    }
  }

  /** Changes a quota; what is there stays. */
  setLimit(name: string, limit: number): void {
    const quota = this.quotas[name];
    if (quota === undefined)
      throw new Error(`There is no quota ${name}; known are ${Object.keys(this.quotas).join(', ')}.`);
    quota.limit = limit;
  }

  newestVersion({ publisher, offer, sku }: Json): string {
    return this.images[imageKey(asText(publisher), asText(offer), asText(sku))]?.at(-1) ?? '';
  }

  /** Counts that aren't limited here have the limits that are usual (estimates). */
  usages(): WireAnswer {
    const cores = Object.entries(this.quotas).map(([name, { limit }]) =>
      usage(name, label(name), limit, this.#used(name)),
    );
    const machines = this.resources.ofType(resourceType.virtualMachine).length;
    const value = [
      usage('availabilitySets', 'Availability Sets', 2500, 0),
      ...cores,
      usage('virtualMachines', 'Virtual Machines', 25_000, machines),
      usage('lowPriorityCores', 'Total Regional Spot vCPUs', 100, 0),
    ];
    return { status: 200, body: { value } };
  }

  /** Sizes as `Microsoft.Compute/skus` lists them. */
  skus(filter: string | null): WireAnswer {
    const location = /location eq '([^']+)'/.exec(filter ?? '')?.[1];
    const isHere = location === undefined || location.toLowerCase() === this.region;
    return { status: 200, body: { value: isHere ? this.sizes.map((size) => this.#sku(size)) : [] } };
  }

  /** Versions of an image, by the path that names it. */
  imageVersions(publisher: string, offer: string, sku: string, id: string): WireAnswer {
    const versions = this.images[imageKey(publisher, offer, sku)];
    if (versions === undefined) {
      throw refusal(404, 'NotFound', `Artifact: VMImage was not found.`);
    }
    const body = versions.map((name) => ({ name, location: this.region, id: `${id}/${name}` }));
    return { status: 200, body };
  }

  #find(name: string): Size | undefined {
    return this.sizes.find((size) => size.name.toLowerCase() === name.toLowerCase());
  }

  #used(quota: string): number {
    const machines = this.resources
      .ofType(resourceType.virtualMachine)
      .map(({ body }) => this.#find(asText(asRecord(propertiesOf(body)['hardwareProfile'])['vmSize'])))
      .filter((size) => size !== undefined)
      .filter(({ family }) => quota === 'cores' || family === quota);
    return machines.reduce((sum, { vCpus }) => sum + vCpus, this.quotas[quota]?.usedByOthers ?? 0);
  }

  #sku({ name, family, vCpus, memoryGb, zones, restrictedZones = [], encryptionAtHost }: Size): Json {
    const locations = [this.region];
    const restriction = {
      type: 'Zone',
      values: locations,
      restrictionInfo: { locations, zones: restrictedZones },
      reasonCode: 'NotAvailableForSubscription',
    };
    return {
      resourceType: 'virtualMachines',
      name,
      tier: 'Standard',
      size: name.replace('Standard_', ''),
      family,
      locations,
      locationInfo: [{ location: this.region, zones, zoneDetails: [] }],
      capabilities: [
        { name: 'vCPUs', value: String(vCpus) },
        { name: 'MemoryGB', value: String(memoryGb) },
        { name: 'AcceleratedNetworkingEnabled', value: 'True' },
        { name: 'EncryptionAtHostSupported', value: encryptionAtHost ? 'True' : 'False' },
      ],
      restrictions: restrictedZones.length === 0 ? [] : [restriction],
    };
  }
}

function imageKey(publisher: string, offer: string, sku: string): string {
  return `${publisher}:${offer}:${sku}`.toLowerCase();
}

function usage(value: string, localizedValue: string, limit: number, currentValue: number) {
  return { limit, unit: 'Count', currentValue, name: { value, localizedValue } };
}

/** What a used-up quota is told by. */
interface UsedUp {
  readonly name: string;
  readonly region: string;
  readonly limit: number;
  readonly used: number;
  readonly vCpus: number;
}

/** Api-versions from which the longer text comes; which year it changed in is inferred. */
const firstWithLongText = '2020';

/** The older text was recorded, the newer is from a public issue. */
function quotaRefusal(apiVersion: string, { name, region, limit, used, vCpus }: UsedUp): Refusal {
  const text =
    apiVersion < firstWithLongText
      ? `Operation results in exceeding quota limits of ${name === 'cores' ? 'Core' : name}. Maximum allowed: ${limit}, ` +
        `Current in use: ${used}, Additional requested: ${vCpus}.`
      : `Operation could not be completed as it results in exceeding approved ${refusedName(name)} quota. Additional details - ` +
        `Deployment Model: Resource Manager, Location: ${region}, Current Limit: ${limit}, Current Usage: ${used}, ` +
        `Additional Required: ${vCpus}, (Minimum) New Limit Required: ${used + vCpus}. Submit a request for Quota increase at https://aka.ms/ProdportalCRP/`;
  return refusal(409, 'OperationNotAllowed', text);
}

/** Usages say vCPUs (recorded), the refusal says Cores (from an issue; a family's is inferred from it). */
function refusedName(quota: string): string {
  return quota === 'cores' ? 'Total Regional Cores' : `${quota} Cores`;
}

function label(quota: string): string {
  if (quota === 'cores') return 'Total Regional vCPUs';
  return `${quota.replace(/^standard/, 'Standard ').replace('Family', ' Family')} vCPUs`;
}

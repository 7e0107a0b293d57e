/** What surrounds a site? Everything that could speak against building, each part looked at on its own. */
import type { Quota, Surroundings } from '../site/observed-site.js';
import { failure, success, type Outcome } from '../site/problem.js';
import type { SurroundingsQuestion } from '../site/surroundings-question.js';
import { computeClient, networkClient } from './clients.js';
import { secretState } from './key-vault.js';
import { observeForeignAddress } from './foreign-addresses.js';
import { observeLocks } from './locks.js';
import { observePolicies } from './policies.js';
import { outcomeOf, statusOf } from './problem-of-error.js';
import { observeOffer } from './size-offers.js';
import { observeSubnet, parseSubnetId } from './subnets.js';

/**
 * Looks at all of it at once: about eight reads, one for each secret and existing address, and a question to Azure
 * Policy for each type of resource that the site makes.
 */
export async function lookAtSurroundings(question: SurroundingsQuestion): Promise<Surroundings> {
  const offer = observeOffer(question);
  const [
    subnet,
    size,
    coreQuotas,
    publicIpQuota,
    image,
    frontendIp,
    secrets,
    foreignAddresses,
    policies,
    locks,
  ] = await Promise.all([
    observeSubnet(question),
    offer,
    observeCoreQuotas(question, offer),
    observePublicIpQuota(question),
    observeImage(question),
    observeFrontendIp(question),
    Promise.all(question.secretNames.map(secretState)),
    Promise.all(question.publicIpIds.map(observeForeignAddress)),
    observePolicies(question),
    observeLocks(question),
  ]);
  return {
    subnet,
    offer: size,
    coreQuotas,
    publicIpQuota,
    image,
    ...(frontendIp === undefined ? {} : { frontendIp }),
    secrets: forgivable(secrets, size),
    foreignAddresses,
    policies,
    locks,
  };
}

/** Secrets are asked for every zone; those of zones that aren't offered need not be there. */
function forgivable(secrets: Surroundings['secrets'], offer: Surroundings['offer']): Surroundings['secrets'] {
  if (!offer.ok) return secrets;
  const { zones } = offer.value;
  return secrets.filter((secret) => {
    if (!secret.ok || secret.value.state !== 'missing') return true;
    const zone = /-z([123])-\d+(-primary|-secondary)?$/.exec(secret.value.name)?.[1];
    return zone === undefined || zones.some((offered) => offered === zone);
  });
}

async function observeCoreQuotas(
  { subscriptionId, region }: SurroundingsQuestion,
  offer: ReturnType<typeof observeOffer>,
): Promise<Outcome<readonly Quota[]>> {
  const looked = await outcomeOf({ verb: 'read', what: `the core quotas of ${region}` }, async () => {
    const { usage } = await computeClient(subscriptionId);
    return quotasOf(usage.list(region));
  });
  if (!looked.ok) return looked;
  const size = await offer;
  const family = size.ok ? size.value.family.toLowerCase() : '';
  const isMine = ({ key }: NamedQuota) => key === 'cores' || key === family;
  return success(looked.value.filter(isMine).map(({ name, limit, used }) => ({ name, limit, used })));
}

async function observePublicIpQuota({
  subscriptionId,
  region,
}: SurroundingsQuestion): Promise<Outcome<Quota>> {
  const looked = await outcomeOf({ verb: 'read', what: `the network quotas of ${region}` }, async () => {
    const { usages } = await networkClient(subscriptionId);
    return quotasOf(usages.list(region));
  });
  if (!looked.ok) return looked;
  const found = looked.value.find(
    ({ key }) => key === 'publicipaddresses' || key === 'standardskupublicipaddresses',
  );
  return success(found ?? { name: 'Public IP Addresses', limit: Number.MAX_SAFE_INTEGER, used: 0 });
}

interface NamedQuota extends Quota {
  /** Azure's own name in lower case. */
  readonly key: string;
}

interface Usage {
  readonly limit?: number | undefined;
  readonly currentValue?: number | undefined;
  readonly name?:
    { readonly value?: string | undefined; readonly localizedValue?: string | undefined } | undefined;
}

async function quotasOf(usages: AsyncIterable<Usage>): Promise<readonly NamedQuota[]> {
  const quotas: NamedQuota[] = [];
  for await (const { name, limit = 0, currentValue = 0 } of usages) {
    const key = name?.value ?? '';
    quotas.push({ key: key.toLowerCase(), name: name?.localizedValue ?? key, limit, used: currentValue });
  }
  return quotas;
}

/** Looks an image up; an image by id is read when it is used. */
function observeImage({
  subscriptionId,
  region,
  image,
}: SurroundingsQuestion): Promise<Surroundings['image']> {
  if (image.startsWith('/')) return Promise.resolve(success({ exists: true }));
  const [publisher = '', offer = '', sku = '', version = ''] = image.split(':');
  return outcomeOf({ verb: 'read', what: `image ${image}` }, async () => {
    const { virtualMachineImages } = await computeClient(subscriptionId);
    try {
      const versions = await virtualMachineImages.list(region, publisher, offer, sku);
      return {
        exists: version === 'latest' ? versions.length > 0 : versions.some(({ name }) => name === version),
      };
    } catch (error) {
      if (statusOf(error) === 404) return { exists: false };
      throw error;
    }
  });
}

async function observeFrontendIp(question: SurroundingsQuestion): Promise<Surroundings['frontendIp']> {
  const { frontendIp, subscriptionId, subnetId } = question;
  if (frontendIp === undefined) return undefined;
  const parts = parseSubnetId(subnetId);
  if (!parts.ok) return failure(parts.problem);
  const { resourceGroup, network } = parts.value;
  return outcomeOf({ verb: 'read', what: `address ${frontendIp}` }, async () => {
    const { virtualNetworks } = await networkClient(subscriptionId);
    const answer = await virtualNetworks.checkIPAddressAvailability(resourceGroup, network, frontendIp);
    return { isFree: answer.available ?? false, freeOnes: answer.availableIPAddresses ?? [] };
  });
}

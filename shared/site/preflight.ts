/** May this be built here? What Azure's surroundings say against it, before anything is paid for. */
import type { Missing } from './missing.js';
import type { Quota, SizeOffer, Surroundings } from './observed-site.js';
import { againstLocks } from './preflight-locks.js';
import { againstPolicies } from './preflight-policies.js';
import { againstAddresses, againstSecrets, againstZones, type Objection } from './preflight-slots.js';
import { problem, type Outcome, type Problem } from './problem.js';
import type { Site } from './site.js';

/**
 * One spare of each for a site that has no machine yet, so that a gateway can later be made before another is taken
 * away. None for one that has: a lost gateway comes back though there is room for no more than that.
 */
function spareOf({ machines, slots }: Missing): number {
  return machines === slots.length ? 1 : 0;
}

const spareWord = (spare: number) => (spare === 0 ? '' : ' (one spare included)');

/**
 * Collects everything that speaks against building, in the order in which an operator would mend it.
 *
 * @returns objections; empty when it may be built. A part of the surroundings that could not be looked at brings
 *   its own problem, which is retryable when time may cure it.
 */
export function preflight(site: Site, surroundings: Surroundings, missing: Missing): readonly Objection[] {
  const { slots } = missing;
  const whole = (problems: readonly Problem[]) => problems.map((found) => ({ problem: found }));
  return [
    ...againstLocks(surroundings, missing),
    ...againstPolicies(site, surroundings, missing),
    ...whole(checkSubnet(site, surroundings)),
    ...whole(checkOffer(site, surroundings)),
    ...againstZones(site, surroundings, slots),
    ...whole(checkImage(site, surroundings)),
    ...againstSecrets(site, surroundings, slots),
    ...whole(checkQuotas(site, surroundings, missing)),
    ...whole(checkAddresses(site, surroundings, missing)),
    ...againstAddresses(site, surroundings, slots),
  ];
}

function check<T>(looked: Outcome<T>, judge: (value: T) => readonly (Problem | undefined)[]): Problem[] {
  return looked.ok ? judge(looked.value).filter((found) => found !== undefined) : [looked.problem];
}

function checkSubnet({ region, network }: Site, { subnet }: Surroundings): Problem[] {
  if (!subnet.ok && subnet.problem.status === 404) {
    return [
      problem('subnet-unusable', `${network.subnetId} was not found.`, {
        field: 'network.subnetId',
        mend: 'Name a subnet that exists and that Tunnelkeeper may read.',
      }),
    ];
  }
  return check(subnet, (found) => {
    const elsewhere =
      found.region === region
        ? undefined
        : problem('subnet-unusable', `The subnet lies in ${found.region}, the site in ${region}.`, {
            field: 'network.subnetId',
            mend: `Name a subnet in ${region}, or set region to ${found.region}.`,
          });
    const route = found.defaultRoute;
    const mend =
      'Give the gateways’ subnet a route table with 0.0.0.0/0 to next hop Internet; clients’ subnets are not touched by it.';
    switch (route.kind) {
      case 'internet':
        return [elsewhere];
      case 'captured':
        return [
          elsewhere,
          problem(
            'default-route-captured',
            `Route ${route.route} of ${route.routeTable} sends 0.0.0.0/0 to ${route.nextHop}: IKE would leave by another address than the gateway’s own, and Zscaler would never accept it.`,
            { field: 'network.subnetId', mend },
          ),
        ];
      case 'may-be-captured':
        return [
          elsewhere,
          problem(
            'default-route-captured',
            `The network is peered with ${route.peering}, whose hub may announce 0.0.0.0/0: IKE would then leave by another address than the gateway’s own, and Zscaler would never accept it.`,
            { field: 'network.subnetId', mend },
          ),
        ];
    }
  });
}

function checkOffer(site: Site, { offer }: Surroundings): Problem[] {
  return check(offer, (found) => {
    if (!found.isOffered) {
      return [
        problem('size-unavailable', `${found.size} is not offered in ${site.region} for this subscription.`, {
          field: 'gateway.size',
          mend: 'Choose another size, or ask Azure to lift the restriction.',
        }),
      ];
    }
    return [checkEncryption(site, found)];
  });
}

function checkEncryption({ gateway }: Site, offer: SizeOffer): Problem | undefined {
  if (!gateway.encryptionAtHost || offer.encryptionAtHost) return undefined;
  return problem('size-unavailable', `${offer.size} has no encryption at host.`, {
    field: 'gateway.encryptionAtHost',
    mend: 'Choose a size that has it, or leave it off.',
  });
}

function checkImage({ gateway, region }: Site, { image }: Surroundings): Problem[] {
  return check(image, ({ exists }) => [
    exists
      ? undefined
      : problem('image-not-found', `${gateway.image} was not found in ${region}.`, {
          field: 'gateway.image',
          mend: 'Look up the image with "az vm image list --all", or leave it out for Debian 12.',
        }),
  ]);
}

function checkQuotas({ region }: Site, around: Surroundings, missing: Missing): Problem[] {
  if (missing.machines === 0 && missing.addresses === 0) return [];
  const spare = spareOf(missing);
  const lacks = (quota: Quota, needed: number, field: string) =>
    needed === 0 || quota.limit - quota.used >= needed
      ? undefined
      : problem(
          'quota-exceeded',
          `${quota.name} in ${region}: ${quota.used} of ${quota.limit} used, ${needed} more needed${spareWord(spare)}.`,
          { field, mend: `Ask Azure to raise the quota "${quota.name}" to ${quota.used + needed} or more.` },
        );
  const vCpus = around.offer.ok ? around.offer.value.vCpus : 0;
  const cores = missing.machines === 0 ? 0 : (missing.machines + spare) * vCpus;
  const addresses = missing.addresses === 0 ? 0 : missing.addresses + spare;
  return [
    ...check(around.coreQuotas, (quotas) => quotas.map((quota) => lacks(quota, cores, 'gateway.size'))),
    ...check(around.publicIpQuota, (quota) => [lacks(quota, addresses, 'gatewaysPerZone')]),
  ];
}

function checkAddresses({ network }: Site, around: Surroundings, missing: Missing): Problem[] {
  const needed = missing.networkInterfaces + (missing.hasLoadBalancer ? 0 : 1);
  if (needed === 0) return [];
  const spare = spareOf(missing);
  const subnet = around.subnet.ok ? around.subnet.value : undefined;
  const tooFew =
    subnet === undefined || subnet.freeAddresses >= needed + spare
      ? []
      : [
          problem(
            'no-free-addresses',
            `${subnet.freeAddresses} addresses are free in the subnet, ${needed + spare} are needed${spareWord(spare)}.`,
            { field: 'network.subnetId', mend: 'Name a larger subnet, or free addresses.' },
          ),
        ];
  const frontend =
    around.frontendIp === undefined || missing.hasLoadBalancer
      ? []
      : check(around.frontendIp, ({ isFree, freeOnes }) => [
          isFree
            ? undefined
            : problem('address-in-use', `${network.frontendIp ?? ''} is in use or outside the subnet.`, {
                field: 'network.frontendIp',
                mend: `Choose a free one${freeOnes.length > 0 ? `, such as ${freeOnes.slice(0, 3).join(', ')}` : ''}, or leave it out.`,
              }),
        ]);
  return [...tooFew, ...frontend];
}

/** May this be built here? What Azure's surroundings say against it, before anything is paid for. */
import type { DesiredSlot } from './desired-site.js';
import type { Zone } from './ids.js';
import type { ObservedForeignAddress, Quota, SecretState, SizeOffer, Surroundings } from './observed-site.js';
import { problem, type Outcome, type Problem } from './problem.js';
import type { Site } from './site.js';

/** What is still to be made. */
export interface Missing {
  readonly slots: readonly DesiredSlot[];
  readonly machines: number;
  readonly addresses: number;
  readonly networkInterfaces: number;
  readonly hasLoadBalancer: boolean;
}

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
 * @returns problems; empty when it may be built. A part of the surroundings that could not be looked at brings
 *   its own problem, which is retryable when time may cure it.
 */
export function preflight(site: Site, surroundings: Surroundings, missing: Missing): readonly Problem[] {
  return [
    ...checkSubnet(site, surroundings),
    ...checkOffer(site, surroundings),
    ...checkImage(site, surroundings),
    ...surroundings.secrets.flatMap((secret) => check(secret, checkSecret)),
    ...checkQuotas(site, surroundings, missing),
    ...checkAddresses(site, surroundings, missing),
    ...checkForeignAddresses(site, surroundings, missing.slots),
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
    return [checkZones(site, found), checkEncryption(site, found)];
  });
}

function checkZones({ zones, region }: Site, offer: SizeOffer): Problem | undefined {
  const lacking = (zones ?? []).filter((zone: Zone) => !offer.zones.includes(zone));
  if (lacking.length === 0 && offer.zones.length > 0) return undefined;
  const offered = offer.zones.length === 0 ? 'no zone' : `zones ${offer.zones.join(', ')}`;
  const asked = lacking.length === 0 ? '' : `, not zone ${lacking.join(', ')}`;
  return problem('zone-unavailable', `${offer.size} is offered in ${offered} of ${region}${asked}.`, {
    field: 'zones',
    mend: 'Leave these zones out, or choose another size or region.',
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

function checkSecret(secret: SecretState): readonly (Problem | undefined)[] {
  const field = 'tunnel.psk.secretPrefix';
  switch (secret.state) {
    case 'usable':
      return [];
    case 'missing':
      return [
        problem('secret-missing', `The vault has no secret ${secret.name}.`, {
          field,
          mend: `Store the PSK as secret ${secret.name}: 8 to 255 letters and digits.`,
        }),
      ];
    case 'disabled':
      return [
        problem('secret-disabled', `Secret ${secret.name} is disabled.`, {
          field,
          mend: 'Enable its latest version, or store a new one.',
        }),
      ];
    case 'unusable': {
      const why = {
        characters: 'has characters other than letters and digits, which would break the secrets file',
        length: 'is not 8 to 255 characters long',
      }[secret.because];
      return [
        problem('secret-unusable', `Version ${secret.version} of secret ${secret.name} ${why}.`, {
          field,
          mend: 'Store a new version of 8 to 255 letters and digits, and enter the same at Zscaler.',
        }),
      ];
    }
  }
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

function checkForeignAddresses(site: Site, around: Surroundings, slots: readonly DesiredSlot[]): Problem[] {
  const zoneOf = new Map(
    slots.flatMap(({ foreignAddressId, zone, slot }) =>
      foreignAddressId === undefined ? [] : [[foreignAddressId.toLowerCase(), { zone, slot }] as const],
    ),
  );
  return around.foreignAddresses.flatMap((looked) => {
    if (!looked.ok) return [{ field: 'network.publicIpIds', ...looked.problem }];
    const place = zoneOf.get(looked.value.id.toLowerCase());
    const found = place === undefined ? undefined : checkForeignAddress(site, looked.value, place);
    return found === undefined ? [] : [found];
  });
}

function checkForeignAddress(
  { region }: Site,
  address: ObservedForeignAddress,
  { zone, slot }: { readonly zone: Zone; readonly slot: string },
): Problem | undefined {
  const field = `network.publicIpIds.${zone}`;
  const name = address.id.split('/').at(-1) ?? address.id;
  const inUseByOthers =
    address.usedBy !== undefined && !address.usedBy.toLowerCase().includes(`/nic-${slot}/`);
  if (inUseByOthers) {
    return problem('address-in-use', `${name} is used by ${address.usedBy ?? ''}.`, {
      field,
      mend: 'Name an address that is free.',
    });
  }
  if (address.region !== region || !address.zones.includes(zone)) {
    return problem(
      'invalid-field',
      `${name} lies in ${address.region}, zones ${address.zones.join(', ')}; zone ${zone} of ${region} is needed.`,
      {
        field,
        mend: 'Name an address of this zone, or one that spans the zones.',
      },
    );
  }
  if (address.isStandardStatic) return undefined;
  return problem('invalid-field', `${name} is not a static Standard address.`, {
    field,
    mend: 'Name a static address of the SKU Standard.',
  });
}

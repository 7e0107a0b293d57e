/** What speaks against single gateways, so that the others are not held up? Zones, secrets, existing addresses. */
import type { DesiredSlot } from './desired-site.js';
import type { SlotId, Zone } from './ids.js';
import type { ObservedForeignAddress, SecretState, Surroundings } from './observed-site.js';
import { problem, type Problem } from './problem.js';
import { secretsOfSlot } from './secret-names.js';
import type { Site } from './site.js';

/** Something that speaks against making what is missing. */
export interface Objection {
  readonly problem: Problem;
  /** The gateways that it holds up; absent when it concerns the whole site. */
  readonly slots?: readonly SlotId[];
}

/** An objection for the slots that it concerns; none when they are not the site's. */
function against(found: Problem | undefined, concerned: readonly DesiredSlot[]): readonly Objection[] {
  if (found === undefined || concerned.length === 0) return [];
  return [{ problem: found, slots: concerned.map(({ slot }) => slot) }];
}

/** Zones that the size isn't offered in hold up their own gateways; no zone at all, everything. */
export function againstZones(
  { zones = [], region }: Site,
  { offer }: Surroundings,
  slots: readonly DesiredSlot[],
): readonly Objection[] {
  if (!offer.ok || !offer.value.isOffered) return [];
  const { size, zones: offered } = offer.value;
  const lacking = zones.filter((zone: Zone) => !offered.includes(zone));
  if (lacking.length === 0 && offered.length > 0) return [];
  const where = offered.length === 0 ? 'no zone' : `zones ${offered.join(', ')}`;
  const asked = lacking.length === 0 ? '' : `, not zone ${lacking.join(', ')}`;
  const found = problem('zone-unavailable', `${size} is offered in ${where} of ${region}${asked}.`, {
    field: 'zones',
    mend: 'Leave these zones out, or choose another size or region.',
  });
  if (offered.length === 0) return [{ problem: found }];
  return against(
    found,
    slots.filter(({ zone }) => lacking.includes(zone)),
  );
}

/** Secrets hold up the gateways that need them; one that couldn't be looked at doesn't say its name. */
export function againstSecrets(
  site: Site,
  { secrets }: Surroundings,
  slots: readonly DesiredSlot[],
): readonly Objection[] {
  return secrets.flatMap((looked) => {
    if (!looked.ok) return [{ problem: looked.problem }];
    const { name } = looked.value;
    const concerned = slots.filter(({ slot }) => secretsOfSlot(site, slot).includes(name));
    return against(checkSecret(looked.value), concerned);
  });
}

function checkSecret(secret: SecretState): Problem | undefined {
  const field = 'tunnel.psk.secretPrefix';
  switch (secret.state) {
    case 'usable':
      return undefined;
    case 'missing':
      return problem('secret-missing', `The vault has no secret ${secret.name}.`, {
        field,
        mend: `Store the PSK as secret ${secret.name}: 8 to 255 letters and digits.`,
      });
    case 'disabled':
      return problem('secret-disabled', `Secret ${secret.name} is disabled.`, {
        field,
        mend: 'Enable its latest version, or store a new one.',
      });
    case 'unusable': {
      const why = {
        characters: 'has characters other than letters and digits, which would break the secrets file',
        length: 'is not 8 to 255 characters long',
      }[secret.because];
      return problem('secret-unusable', `Version ${secret.version} of secret ${secret.name} ${why}.`, {
        field,
        mend: 'Store a new version of 8 to 255 letters and digits, and enter the same at Zscaler.',
      });
    }
  }
}

/** Existing addresses hold up the gateways that they are meant for. */
export function againstAddresses(
  site: Site,
  { foreignAddresses }: Surroundings,
  slots: readonly DesiredSlot[],
): readonly Objection[] {
  // They are looked at in the order in which the site names them (orchestrations/questions.ts).
  const named = Object.values(site.network.publicIpIds ?? {}).flat();
  return foreignAddresses.flatMap((looked, index): readonly Objection[] => {
    const id = looked.ok ? looked.value.id : named[index];
    const place = slots.find(({ foreignAddressId }) => foreignAddressId?.toLowerCase() === id?.toLowerCase());
    if (!looked.ok) {
      const found = { field: 'network.publicIpIds', ...looked.problem };
      return id === undefined ? [{ problem: found }] : against(found, place === undefined ? [] : [place]);
    }
    return place === undefined ? [] : against(checkForeignAddress(site, looked.value, place), [place]);
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

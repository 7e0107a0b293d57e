/** Which version of a PSK does each side use: the row, the vault, Zscaler, the setups, and the IKE SAs? By id alone. */
import type { Region } from '../../infra/local/region/region.js';
import { parseSiteName, tagName } from '../../shared/site/ids.js';
import { readSiteRow } from '../../shared/store/sites.js';

/** What a side has that isn't a version of the secret, or isn't there. */
const unknownVersion = 'unknown';

/** What a gateway has. */
export interface GatewaySide {
  /** The version that its last setup brought. */
  readonly setUp: string;
  /** The version that its newest IKE SA was authenticated with. */
  readonly authenticated: string;
  readonly authenticatedAt: string;
  /** The version that is active at Zscaler for its credential. */
  readonly active: string;
  /** The version that is saved there. */
  readonly saved: string;
}

/** Both sides of a site whose gateways share one secret, and are known by their addresses. */
export interface Sides {
  readonly inUse: string;
  readonly isRotating: boolean;
  readonly gateways: Readonly<Record<string, GatewaySide>>;
  /** Versions in the vault, oldest first. */
  readonly versions: readonly { readonly version: string; readonly enabled: boolean }[];
}

/** Watches the far side from now on; the answer tells both sides of a site by the name of its secret. */
export function watchSides({
  cloud,
  edges,
  zscaler,
}: Region): (site: string, secret: string) => Promise<Sides> {
  /** PSKs of each identity as they became active; the n-th is the edges' version n. */
  const entered = new Map<string, string[]>();
  edges.onChange(() => {
    for (const { identity, psk } of zscaler.active()) {
      const before = entered.get(identity) ?? [];
      if (before.at(-1) !== psk) entered.set(identity, [...before, psk]);
    }
  });
  return async (site, secret) => {
    const name = parseSiteName(site);
    const record = name === undefined ? undefined : (await readSiteRow(name))?.record;
    if (record === undefined) throw new Error(`There is no row of ${site}.`);
    const versionOf = (psk: string | undefined) =>
      cloud.vault.versions(secret).find(({ version }) => cloud.vault.valueOf(secret, version) === psk)
        ?.version ?? unknownVersion;
    const sideOf = (slot: string, identity: string): GatewaySide => {
      const proof = edges.authentications(identity).at(-1);
      const active = zscaler.active().find((one) => one.identity === identity);
      return {
        setUp: setUpWith(cloud, slot),
        authenticated: versionOf(entered.get(identity)?.[(proof?.credentialVersion ?? 0) - 1]),
        authenticatedAt: proof?.at ?? '',
        active: versionOf(active?.psk),
        saved: versionOf(zscaler.saved(identity)?.psk),
      };
    };
    const gateways = record.gateways.map(
      ({ slot, publicIp = '' }) => [slot, sideOf(slot, publicIp)] as const,
    );
    return {
      inUse: record.secretsInUse?.[secret]?.version ?? unknownVersion,
      isRotating: record.rotation !== undefined,
      gateways: Object.fromEntries(gateways),
      versions: cloud.vault.versions(secret).map(({ version, enabled }) => ({ version, enabled })),
    };
  };
}

/** Version in the tag of a slot's setup. */
function setUpWith(cloud: Region['cloud'], slot: string): string {
  const tags = cloud
    .resources()
    .map(({ body }) => body['tags'] as Readonly<Record<string, string>> | undefined) // ARM's shape
    .filter((found) => found?.[tagName.slot] === slot && found[tagName.psk] !== undefined);
  return tags.at(-1)?.[tagName.psk]?.split('/')[1] ?? unknownVersion;
}

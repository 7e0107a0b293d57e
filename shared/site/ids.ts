/** What are things called? Names are made and parsed here and nowhere else. */

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Name of a site: a letter, then letters, digits, hyphens; 2 to 24, lower case. */
export type SiteName = Branded<'SiteName'>;
/** `<site>-z<zone>-<n>`: the place of one gateway. */
export type SlotId = Branded<'SlotId'>;
/** An availability zone of a region: `1`, `2` or `3`. */
export type Zone = '1' | '2' | '3';

const siteNamePattern = /^[a-z][a-z0-9-]{1,23}$/;
const slotPattern = /^([a-z][a-z0-9-]{1,23})-z([123])-([1-9][0-9]?)$/;

/** Reads a site's name, or `undefined` when the text is none. */
export function parseSiteName(text: string): SiteName | undefined {
  const isName = siteNamePattern.test(text) && !text.endsWith('-');
  return isName ? (text as SiteName) : undefined; // checked by the pattern
}

/** The parts of a slot's id. */
export interface SlotParts {
  readonly slot: SlotId;
  readonly site: SiteName;
  readonly zone: Zone;
  /** 1 to 99. */
  readonly n: number;
}

/** Reads a slot's id, or `undefined` when the text is none. */
export function parseSlotId(text: string): SlotParts | undefined {
  const [, name, zone, n] = slotPattern.exec(text) ?? [];
  const site = name === undefined ? undefined : parseSiteName(name);
  if (site === undefined) return undefined;
  return { slot: text as SlotId, site, zone: zone as Zone, n: Number(n) }; // checked by the pattern
}

/** Makes a slot's id. */
export function slotId(site: SiteName, zone: Zone, n: number): SlotId {
  return `${site}-z${zone}-${n}` as SlotId; // this is its definition
}

/** Names of the Azure resources of a site and its slots. */
export const resourceName = {
  loadBalancer: (site: SiteName) => `lb-${site}`,
  securityGroup: (site: SiteName) => `nsg-${site}`,
  alertRule: (site: SiteName) => `alert-${site}`,
  publicIp: (slot: SlotId) => `pip-${slot}`,
  networkInterface: (slot: SlotId) => `nic-${slot}`,
  virtualMachine: (slot: SlotId, generation: number) => `vm-${slot}-g${generation}`,
} as const;

/** Tags by which a site's resources are known again. */
export const tagName = {
  site: 'tunnelkeeper-site',
  slot: 'tunnelkeeper-slot',
  generation: 'tunnelkeeper-generation',
  config: 'tunnelkeeper-config',
  psk: 'tunnelkeeper-psk',
} as const;

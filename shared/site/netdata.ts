/** Who may see a site's Netdata, and what is opened for it? */
import type { Site } from './site.js';

/** Netdata's own port, the same on every gateway (shared/gateway/render-netdata.ts). */
export const netdataPort = 19_999;

/**
 * IPv4 prefixes that may see Netdata at the gateways' private addresses; none where it answers on their loopback alone.
 *
 * @returns `undefined` when the site wants no Netdata
 */
export function netdataFrom({ monitoring: { netdata } }: Site): readonly string[] | undefined {
  if (netdata === false) return undefined;
  return netdata === true ? [] : netdata.from;
}

const mark = '-netdata';

/** Marks the configuration of a security group that lets Netdata's viewers in, so that a rule that is gone is missed. */
export function markNetdata(config: string): string {
  return `${config}${mark}`;
}

/** Says whether a security group of this configuration lets Netdata's viewers in. */
export function isMarkedNetdata(config: string): boolean {
  return config.endsWith(mark);
}

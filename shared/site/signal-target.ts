/** Which site is an Azure resource of? By its name, which the site's resources have from us. */
import { parseSiteName, parseSlotId, type SiteName } from './ids.js';
import type { Site } from './site.js';

/** A resource that may be a site's; the site has to be there, in this subscription and group. */
export interface SignalTarget {
  readonly site: SiteName;
  /** Lower case. */
  readonly subscriptionId: string;
  /** Lower case. */
  readonly resourceGroup: string;
}

/** Longest ARM id that is looked at; Azure's own limit is not documented, and ours stay below 300 characters. */
const longestId = 1000;

/** What stands for each type of resource; types and names compare without regard to case, as ARM does. */
const namePatterns: Readonly<Record<string, RegExp>> = {
  'microsoft.network/loadbalancers': /^lb-(?<site>.+)$/,
  'microsoft.network/networksecuritygroups': /^nsg-(?<site>.+)$/,
  'microsoft.network/publicipaddresses': /^pip-(?<slot>.+)$/,
  'microsoft.network/networkinterfaces': /^nic-(?<slot>.+)$/,
  'microsoft.compute/virtualmachines': /^vm-(?<slot>.+)-g\d{1,9}$/,
};

/** Reads an ARM id, of a resource or of something inside it; `undefined` when no site can have such a resource. */
export function readTarget(armId: string): SignalTarget | undefined {
  if (armId.length > longestId) return undefined;
  const parts =
    /^\/subscriptions\/([^/]+)\/resourcegroups\/([^/]+)\/providers\/([^/]+\/[^/]+)\/([^/]+)(\/.*)?$/.exec(
      armId.toLowerCase(),
    );
  const [, subscriptionId = '', resourceGroup = '', type = '', name = ''] = parts ?? [];
  const named = namePatterns[type]?.exec(name)?.groups;
  const site =
    named?.['slot'] === undefined ? parseSiteName(named?.['site'] ?? '') : parseSlotId(named['slot'])?.site;
  return site === undefined ? undefined : { site, subscriptionId, resourceGroup };
}

/** Says whether a site that is there has its resources where the target lies. */
export function isPlacedThere(
  { subscriptionId, resourceGroup }: SignalTarget,
  spec: Site,
  deployment: { readonly subscriptionId: string; readonly resourceGroup: string },
): boolean {
  return (
    (spec.subscriptionId ?? deployment.subscriptionId).toLowerCase() === subscriptionId &&
    (spec.resourceGroup ?? deployment.resourceGroup).toLowerCase() === resourceGroup
  );
}

/** Which rules does every security group end with? Azure's own, which can't be deleted (documentation). */
import type { Json } from './json.js';

interface Fallback {
  readonly name: string;
  readonly priority: number;
  readonly access: 'Allow' | 'Deny';
  readonly direction: 'Inbound' | 'Outbound';
  readonly source?: string;
  readonly destination?: string;
}

/** Azure's own rules, as an answer shows them. */
function fallback({ name, priority, access, direction, source = '*', destination = '*' }: Fallback): Json {
  return {
    name,
    properties: {
      description: name,
      protocol: '*',
      sourcePortRange: '*',
      destinationPortRange: '*',
      sourceAddressPrefix: source,
      destinationAddressPrefix: destination,
      access,
      priority,
      direction,
    },
  };
}

const inbound = { direction: 'Inbound', access: 'Allow' } as const;
const outbound = { direction: 'Outbound', access: 'Allow' } as const;
const within = { source: 'VirtualNetwork', destination: 'VirtualNetwork' };

/** They let the network in and out, the probes in, everything out to the internet, and nothing else. */
export const defaultRules: readonly Json[] = [
  fallback({ ...inbound, name: 'AllowVnetInBound', priority: 65000, ...within }),
  fallback({
    ...inbound,
    name: 'AllowAzureLoadBalancerInBound',
    priority: 65001,
    source: 'AzureLoadBalancer',
  }),
  fallback({ ...inbound, name: 'DenyAllInBound', priority: 65500, access: 'Deny' }),
  fallback({ ...outbound, name: 'AllowVnetOutBound', priority: 65000, ...within }),
  fallback({ ...outbound, name: 'AllowInternetOutBound', priority: 65001, destination: 'Internet' }),
  fallback({ ...outbound, name: 'DenyAllOutBound', priority: 65500, access: 'Deny' }),
];

/** May an existing public IP serve a gateway? What is known of it. */
import type { ObservedForeignAddress } from '../site/observed-site.js';
import type { Outcome } from '../site/problem.js';
import { networkClient } from './clients.js';
import { outcomeOf } from './problem-of-error.js';

/** Reads a public IP that the site names by its id. */
export function observeForeignAddress(id: string): Promise<Outcome<ObservedForeignAddress>> {
  const parts = id.split('/');
  const [subscriptionId = '', resourceGroup = '', name = ''] = [parts[2], parts[4], parts[8]];
  return outcomeOf({ verb: 'read', what: `public IP ${name}` }, async () => {
    const { publicIPAddresses } = await networkClient(subscriptionId);
    const found = await publicIPAddresses.get(resourceGroup, name);
    const usedBy = found.ipConfiguration?.id;
    return {
      id,
      region: found.location ?? '',
      zones: found.zones ?? [],
      isStandardStatic: found.sku?.name === 'Standard' && found.publicIPAllocationMethod === 'Static',
      ...(found.ipAddress === undefined ? {} : { address: found.ipAddress }),
      ...(usedBy === undefined ? {} : { usedBy }),
    };
  });
}

/** What are the ids of network resources, which refer to each other by them? */
import type { Placement } from '../site/intent.js';

/** Name of the balancer's one pool. */
export const backendPoolName = 'gateways';
/** Name of the balancer's one frontend. */
export const frontendName = 'frontend';
/** Name of the balancer's one probe. */
export const probeName = 'health';

/** ARM id of a network resource of the site. */
export function networkId({ subscriptionId, resourceGroup }: Placement, type: string, name: string): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Network/${type}/${name}`;
}

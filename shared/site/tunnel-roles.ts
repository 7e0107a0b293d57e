/** Which tunnels has each gateway of a site? */
import type { TunnelRole } from '../gateway/gateway-config.js';
import type { Site } from './site.js';

/** Primary first; a secondary where the site names a second service edge. */
export function tunnelRoles({ tunnel }: Site): readonly TunnelRole[] {
  return tunnel.edges.secondary === undefined ? ['primary'] : ['primary', 'secondary'];
}

/** Which secret holds which tunnel's PSK? */
import type { TunnelRole } from '../gateway/gateway-config.js';
import { tunnelRoles } from './tunnel-roles.js';
import { parseSlotId, type SlotId } from './ids.js';
import type { Site } from './site.js';

/**
 * Names of the secrets of a slot's tunnels, by the scope of the PSK: `<prefix>`, `<prefix>-z<zone>-<n>` or
 * `<prefix>-z<zone>-<n>-<role>`.
 */
export function secretNames(site: Site, slot: SlotId): Readonly<Record<TunnelRole, string>> {
  const { scope, secretPrefix } = site.tunnel.psk;
  const prefix = secretPrefix ?? `psk-${site.name}`;
  const parts = parseSlotId(slot);
  const ofGateway = `${prefix}-z${parts?.zone ?? ''}-${parts?.n ?? ''}`;
  switch (scope) {
    case 'site':
      return { primary: prefix, secondary: prefix };
    case 'gateway':
      return { primary: ofGateway, secondary: ofGateway };
    case 'tunnel':
      return { primary: `${ofGateway}-primary`, secondary: `${ofGateway}-secondary` };
  }
}

/** Names of the secrets that a slot's tunnels need, each once. */
export function secretsOfSlot(site: Site, slot: SlotId): readonly string[] {
  const names = secretNames(site, slot);
  return [...new Set(tunnelRoles(site).map((role) => names[role]))];
}

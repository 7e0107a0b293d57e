/** Which PSK belongs to which tunnel? The values are filled in on the machine. */
import type { GatewayConfig, TunnelConfig } from './gateway-config.js';
import { pskVariable } from './gateway-config.js';

const address = /^\d+\.\d+\.\d+\.\d+$/;

/**
 * Renders the secrets file with `@TK_PSK_PRIMARY@` and `@TK_PSK_SECONDARY@` where the PSKs will stand.
 *
 * An entry is indexed by both ids when the edge is an address, and by our own id and `%any` when it is a host name:
 * Libreswan looks names up while loading and then matches whatever it found, while the peer's id is the address
 * that the name resolves to and can't be known here. Two tunnels with the same index share one entry, which is the
 * primary's: with an address as identity both use the same credential.
 */
export function renderSecretsTemplate(config: GatewayConfig): string {
  const entries = new Map<string, TunnelConfig['role']>();
  for (const { localId, edge, role } of config.tunnels) {
    const index = `${localId} ${address.test(edge) ? edge : '%any'}`;
    if (!entries.has(index)) entries.set(index, role);
  }
  return [...entries].map(([index, role]) => `${index} : PSK "@${pskVariable[role]}@"\n`).join('');
}

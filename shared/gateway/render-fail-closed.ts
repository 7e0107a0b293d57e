/** What keeps proxied traffic from ever leaving in the clear? A rule that stands before the network does. */
import type { GatewayConfig } from './gateway-config.js';

/**
 * Renders the script of the fail-closed unit: idempotent, run before the network comes up and again by every setup.
 *
 * A VTI device fails closed by itself once it stands, everything leaks before it stands, and a policy-based tunnel
 * leaks whenever pluto has no policy installed; this rule closes all of them (docs/gateway.md, leaks counted).
 */
export function renderFailClosed({ proxy, routing }: GatewayConfig): string {
  const { address } = proxy;
  const drop =
    routing === 'route-based'
      ? [`keep filter TK -d ${address} ! -o vti+ -j DROP`]
      : [
          `keep filter TK -d ${address} -m policy --dir out --pol ipsec --mode tunnel -j RETURN`,
          `keep filter TK -d ${address} -j DROP`,
        ];
  return `#!/bin/bash
# Drops what is meant for the proxy unless it goes through a tunnel.
set -euo pipefail
${keepFunction}
iptables -w -t filter -n -L TK >/dev/null 2>&1 || iptables -w -t filter -N TK
${drop.join('\n')}
iptables -w -C FORWARD -j TK 2>/dev/null || iptables -w -I FORWARD 1 -j TK
iptables -w -C OUTPUT -j TK 2>/dev/null || iptables -w -I OUTPUT 1 -j TK
`;
}

/** Adds a rule at the end of a chain unless it stands there already. */
export const keepFunction = `keep() {
  local table=$1 chain=$2
  shift 2
  iptables -w -t "$table" -C "$chain" "$@" 2>/dev/null || iptables -w -t "$table" -A "$chain" "$@"
}`;

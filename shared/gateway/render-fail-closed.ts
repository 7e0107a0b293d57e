/** What keeps proxied traffic from ever leaving in the clear? A rule that stands before the network does. */
import type { GatewayConfig } from './gateway-config.js';
import { path } from './paths.js';
import { connectionTable } from './render-sysctl.js';

/**
 * Renders the script of the fail-closed unit: idempotent, run before the network comes up and again by every setup.
 *
 * A VTI device fails closed by itself once it stands, everything leaks before it stands, and a policy-based tunnel
 * leaks whenever pluto has no policy installed; this rule closes all of them (docs/gateway.md, leaks counted).
 * The chain is replaced in one transaction, so there is no moment without it, and no rule of a former routing stays.
 * Forwarding is switched on last: where the rule can't be set, the script ends before that.
 */
export function renderFailClosed(config: GatewayConfig): string {
  return `#!/bin/bash
# Drops what is meant for the proxy unless it goes through a tunnel. Only then may the machine forward.
set -euo pipefail
iptables-restore -w --noflush <<'RULES'
*filter
:TK - [0:0]
${drops(config).join('\n')}
COMMIT
RULES
iptables -w -C FORWARD -j TK 2>/dev/null || iptables -w -I FORWARD 1 -j TK
iptables -w -C OUTPUT -j TK 2>/dev/null || iptables -w -I OUTPUT 1 -j TK
${blackhole(config)}
modprobe nf_conntrack 2>/dev/null || true
${connectionTable}
sysctl -q -p ${path.sysctl} || true
`;
}

function drops({ proxy: { address }, routing }: GatewayConfig): readonly string[] {
  if (routing === 'route-based') return [`-A TK -d ${address} ! -o vti+ -j DROP`];
  return [
    `-A TK -d ${address} -m policy --dir out --pol ipsec --mode tunnel -j RETURN`,
    `-A TK -d ${address} -j DROP`,
  ];
}

/** Beneath the tunnel's route, a quick 'no'. Not when policy-based: the route is looked up before the policy. */
function blackhole({ proxy: { address }, routing }: GatewayConfig): string {
  return routing === 'route-based'
    ? `ip route replace blackhole ${address}/32 metric 4000`
    : `ip route del blackhole ${address}/32 metric 4000 2>/dev/null || true`;
}

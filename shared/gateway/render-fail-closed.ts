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
 * So are the jumps to it, since a rule of somebody else's before them could let pass what they drop: the chain by which
 * the agent refuses comes first, then the one that drops.
 * An address that was the proxy's before stays closed until the next boot: connections are tracked to it for hours, and
 * new ones are led there until forwarding has been restarted, at a time when no tunnel or policy takes it any more. So
 * does the one that the agent is still told, over boots too: a change may have been cut off between two files.
 * Forwarding is switched on last: where the rule can't be set, the script ends before that.
 */
export function renderFailClosed(config: GatewayConfig): string {
  return `#!/bin/bash
# Drops what is meant for the proxy unless it goes through a tunnel. Only then may the machine forward.
set -euo pipefail
former=$({
  iptables -w -S TK
  sed -n 's|^ *"address": "\\(.*\\)",*$|-A TK -d \\1/32|p' ${path.config}
} 2>/dev/null | awk '$3 == "-d" && $4 != "${config.proxy.address}/32" && !seen[$4]++ { print "${dropOf(config, '" $4 "')}" }') || true
jump_of_before() { if iptables -w -C "$1" -j "$2" 2>/dev/null; then echo "-D $1 -j $2"; fi; }
set_rules() {
  local jumps
  jumps=$(jump_of_before FORWARD TK; jump_of_before FORWARD TK-RESET; jump_of_before OUTPUT TK)
  iptables-restore -w --noflush <<RULES
*filter
:TK - [0:0]
${drops(config).join('\n')}
$former
$jumps
-I FORWARD 1 -j TK
-I FORWARD 1 -j TK-RESET
-I OUTPUT 1 -j TK
COMMIT
RULES
}
# Filled by the agent, and so never emptied here.
iptables -w -N TK-RESET 2>/dev/null || true
# Again where somebody, or another run of this, has changed a jump in between.
set_rules || set_rules || set_rules
${blackhole(config)}
modprobe nf_conntrack 2>/dev/null || true
${connectionTable}
sysctl -q -p ${path.sysctl} || true
`;
}

function drops(config: GatewayConfig): readonly string[] {
  const intoTunnel = '-A TK -m policy --dir out --pol ipsec --mode tunnel -j RETURN';
  const own = dropOf(config, config.proxy.address);
  return config.routing === 'route-based' ? [own] : [intoTunnel, own];
}

function dropOf({ routing }: GatewayConfig, address: string): string {
  return `-A TK -d ${address} ${routing === 'route-based' ? '! -o vti+ ' : ''}-j DROP`;
}

/**
 * Beneath the tunnel's route, a quick 'no' to the machine's own connections. Not when policy-based: the route is looked
 * up before the policy.
 */
function blackhole({ proxy: { address }, routing }: GatewayConfig): string {
  return routing === 'route-based'
    ? `ip route replace blackhole ${address}/32 metric 4000`
    : `ip route del blackhole ${address}/32 metric 4000 2>/dev/null || true`;
}

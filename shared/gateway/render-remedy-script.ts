/** What mends a gateway without changing its configuration? Two scripts, run as root by a managed run command. */
import { configHash } from './config-hash.js';
import type { GatewayConfig, TunnelConfig } from './gateway-config.js';
import { requestFunction } from './request-function.js';
import { failClosedAgain, lockFunction, resultFunctions } from './setup-script-parts.js';
import { tunnelDevice } from './tunnel-device.js';
import { dropTunnelsFunction, takeDownFunction, tunnelFunctions } from './tunnel-script-parts.js';

/** Rungs of the ladder that work on the machine. */
export type Remedy = 'tunnel-up' | 'ipsec-restart';

/** Looks at the probe, one a second: after a failure it takes three checks at 3 s each until it answers 200 again. */
const probeLooks = 45;

/**
 * Renders a remedy. No file is written, and no secret is needed. `tunnel-up` leaves a tunnel alone that carries
 * requests; both start what else of a gateway isn't active, and end with the setup script's line.
 */
export function renderRemedyScript(config: GatewayConfig, remedy: Remedy): string {
  const mend = remedy === 'tunnel-up' ? tunnelsUp(config) : ipsecRestart(config);
  return `#!/bin/bash
# Mends gateway ${config.slot}: ${remedy}.
set -uo pipefail
CONFIG=${configHash(config)}
${resultFunctions.trim()}
${lockFunction.trim()}
${tunnelFunctions.trim()}
hold_lock
${failClosedAgain}
${mend}
systemctl --no-block restart tunnelkeeper-forwarding.service
${agentStart}
end_by_probe ${config.probePort} ${probeLooks}
`;
}

/** A dead tunnel's device goes too, and its routes with it: connections that began there aren't held up any longer. */
function tunnelsUp(config: GatewayConfig): string {
  return `${requestFunction(config).trim()}
${takeDownFunction.trim()}
mend_tunnel() {
  local role=$1 device=$2 before
  before=$(ike_number "$role")
  if ! { is_up "$role" && carries_request "$device"; }; then
    take_down "$role"
    [ -z "$device" ] || ip link del "$device" 2>/dev/null
  fi
  try_tunnel "$role" "$before"
}
wait_for_pluto 5 || fail unexpected "pluto answers no command; restart ipsec.service."
${config.tunnels.map((tunnel) => `mend_tunnel ${tunnel.role} ${deviceWord(config, tunnel)}`).join('\n')}`;
}

function deviceWord({ routing }: GatewayConfig, { role }: TunnelConfig): string {
  return routing === 'route-based' ? tunnelDevice(role).device : "''";
}

function ipsecRestart({ tunnels }: GatewayConfig): string {
  return `${dropTunnelsFunction.trim()}
drop_tunnels
systemctl start ipsec.service || fail unexpected "pluto doesn't start; read the journal of ipsec.service."
wait_for_pluto 30 || fail unexpected "pluto answers no command; restart this machine."
${tunnels.map(({ role }) => `try_tunnel ${role} ''`).join('\n')}`;
}

const agentStart =
  'systemctl is-active -q tunnelkeeper-agent.service || systemctl start tunnelkeeper-agent.service';

/** What sets a machine up? One idempotent script, run as root by a managed run command. */
import { createHash } from 'node:crypto';
import { pskVariable, type GatewayConfig, type GatewayFile, type TunnelRole } from './gateway-config.js';
import { hostClockFunction } from './host-clock-part.js';
import { netdataFunctions, withoutNetdata } from './netdata-part.js';
import { path } from './paths.js';
import { renderGatewayFiles } from './render-gateway-files.js';
import { renderSecretsTemplate } from './render-secrets-template.js';
import {
  failClosedAgain,
  fileFunctions,
  lockFunction,
  packageFunctions,
  resultFunctions,
  warningResultFunctions,
} from './setup-script-parts.js';
import { dropTunnelsFunction, takeDownFunction, tunnelFunctions } from './tunnel-script-parts.js';

/** Debian packages of a gateway. python3-minimal lacks what the agent imports, so it is python3. */
export const packages = ['libreswan', 'iptables', 'iproute2', 'curl', 'python3'] as const;

/** Ends every embedded file; no rendered file holds this line. */
const endOfFile = 'TK_END_OF_FILE';

/**
 * Renders the setup script. PSKs come by the environment (`pskVariable`), and stand nowhere but in the secrets file.
 * Unchanged files don't touch the tunnel; a changed one restarts what reads it. The last line is the result. What takes
 * an earlier configuration's things away isn't in the hash: a gateway that never had them is as it should be.
 */
export function renderSetupScript(config: GatewayConfig): string {
  const [preparation, work] = [preparationOf(config), workOf(config)];
  const hash = createHash('sha256').update(`${preparation}${work}`).digest('hex').slice(0, 12);
  return `#!/bin/bash
# Sets up gateway ${config.slot}.
set -uo pipefail
umask 022
CONFIG=${hash}
${preparation}${withoutNetdata(config)}${work}`;
}

/** What stands before anything is done: functions, checks, and the lock. */
function preparationOf(config: GatewayConfig): string {
  const parts = [
    // The commands that are started from here on don't inherit the PSKs.
    `export -n ${Object.values(pskVariable).join(' ')}`,
    config.netdata === undefined ? resultFunctions : warningResultFunctions,
    lockFunction,
    fileFunctions,
    packageFunctions,
    hostClockFunction,
    tunnelFunctions,
    takeDownFunction,
    dropTunnelsFunction,
    netdataFunctions(config, putFile),
    checkSecrets(config),
    'hold_lock',
  ].filter((part) => part !== '');
  return parts.map((part) => `${part.trim()}\n`).join('');
}

function workOf(config: GatewayConfig): string {
  const files = renderGatewayFiles(config);
  return [
    'LEFT_OVER=$(cat "$PENDING" 2>/dev/null)',
    `install_packages ${packages.join(' ')}`,
    ...files.map(putFile),
    `put_secrets ${path.secrets} <<'${endOfFile}'\n${renderSecretsTemplate(config)}${endOfFile}`,
    startTunnels(config),
    startServices(config),
  ].join('\n');
}

/** The hash that the script brings along and reports; over everything that it does. */
export function scriptConfig(script: string): string {
  return /^CONFIG=([0-9a-f]{12})$/m.exec(script)?.[1] ?? '';
}

function putFile({ path: where, mode, content }: GatewayFile): string {
  return `put_file ${where} ${mode} <<'${endOfFile}'\n${content}${endOfFile}`;
}

/** The charset is Zscaler's undocumented one cut down to what no file and no shell can misread. */
function checkSecrets({ tunnels }: GatewayConfig): string {
  return tunnels
    .map(({ role }) => {
      const variable = pskVariable[role];
      return `[[ "\${${variable}:-}" =~ ^[A-Za-z0-9]{8,255}$ ]] || fail psk-unusable "Store a PSK of 8 to 255 letters and digits."`;
    })
    .join('\n');
}

/** Everything that starts at boot. */
const units = [
  'tunnelkeeper-fail-closed.service',
  'ipsec.service',
  'tunnelkeeper-forwarding.service',
  'tunnelkeeper-agent.service',
  'tunnelkeeper-diagnosis.path',
  'tunnelkeeper-edge-names.timer',
];

/** Files that systemd reads besides, and that no unit of ours is named after. */
const readBySystemd = [
  'after-fail-closed.conf',
  'edge-names.conf',
  'tunnelkeeper-edge-names.service',
  'tunnelkeeper-diagnosis.service',
];

/**
 * A changed PSK holds only once both ends have asked each other for it again, which down and up does and `--up` alone
 * doesn't: the tunnels go down whether the new one will be taken or not (docs/gateway.md, Two more scripts). A pluto
 * that runs may have read the former one, so no way leads past `--rereadsecrets` but a start of our own.
 */
function startTunnels({ tunnels }: GatewayConfig): string {
  const roles = tunnels.map(({ role }) => role);
  return `# systemd reads everything anew, which takes seconds on a small machine: once, and not without a cause.
has_changed ${[...units, ...readBySystemd].join(' ')} && systemctl daemon-reload
${failClosedAgain}
if ! CHECKED=$(ipsec addconn --config /etc/ipsec.conf --checkconfig 2>&1); then
  printf '%s\\n' "$CHECKED" | tail -n 5
  fail configuration-refused "This release rendered what Libreswan doesn't take; report it with the lines above."
fi
systemctl enable --no-reload -q ${units.join(' ')}
${roles.map((role) => `${before(role)}=`).join('\n')}
PLUTO=$(systemctl is-active ipsec.service)
if has_changed tunnelkeeper.conf; then
  drop_tunnels
  PLUTO=ended
fi
case $PLUTO in
  ended | inactive | failed | deactivating)
    systemctl start ipsec.service || fail unexpected "pluto doesn't start; read the journal of ipsec.service."
    PLUTO=started
    ;;
esac
wait_for_pluto 30 || fail unexpected "pluto answers no command; restart ipsec.service, or this machine."
if [ "$PLUTO" != started ]; then
${roles.map((role) => `  ${before(role)}=$(ike_number ${role})`).join('\n')}
  if has_changed tunnelkeeper.secrets; then
    timeout 10 ipsec auto --rereadsecrets >/dev/null || fail unexpected "pluto doesn't read its secrets again; restart ipsec.service."
${roles.map((role) => `    take_down ${role} || fail unexpected "pluto doesn't take a tunnel down; restart ipsec.service."`).join('\n')}
  fi
fi
${roles.map((role) => `try_tunnel ${role} "$${before(role)}"`).join('\n')}`;
}

/** Shell variable with the number of the IKE SA that carried a tunnel before. */
function before(role: TunnelRole): string {
  return `BEFORE_${role.toUpperCase()}`;
}

/**
 * Started before a failure is explained: when the far side is mended later, the gateway serves by itself. Not waited
 * for, since forwarding waits for devices that a silent edge never brings.
 */
function startServices({ probePort, netdata }: GatewayConfig): string {
  return `if has_changed forwarding tunnelkeeper-forwarding.service tunnelkeeper.conf || ! systemctl is-active -q tunnelkeeper-forwarding.service; then
  systemctl --no-block restart tunnelkeeper-forwarding.service
fi
if has_changed agent gateway.json tunnelkeeper-agent.service || ! systemctl is-active -q tunnelkeeper-agent.service; then
  systemctl restart tunnelkeeper-agent.service
fi
systemctl --no-block start tunnelkeeper-diagnosis.path tunnelkeeper-edge-names.timer || true
# What follows may wait for a mirror, and no tunnel needs it: the agent may mend again.
flock -u 9
follow_host_clock
${netdata === undefined ? '' : 'set_up_netdata\n'}rm -f "$PENDING"
end_by_probe ${probePort} 20
`;
}

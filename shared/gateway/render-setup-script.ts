/** What sets a machine up? One idempotent script, run as root by a managed run command. */
import { createHash } from 'node:crypto';
import { pskVariable, type GatewayConfig, type GatewayFile } from './gateway-config.js';
import { path } from './paths.js';
import { renderGatewayFiles } from './render-gateway-files.js';
import { renderSecretsTemplate } from './render-secrets-template.js';
import { fileFunctions, packageFunctions, resultFunctions, tunnelFunctions } from './setup-script-parts.js';

/** Debian packages of a gateway. python3-minimal lacks http.server, so it is python3. */
export const packages = ['libreswan', 'iptables', 'iproute2', 'curl', 'python3'] as const;

/** Ends every embedded file; no rendered file holds this line. */
const endOfFile = 'TK_END_OF_FILE';

/**
 * Renders the setup script. PSKs come by the environment (`pskVariable`), and stand nowhere but in the secrets file.
 * Unchanged files don't touch the tunnel; a changed one restarts what reads it. The last line is the result.
 */
export function renderSetupScript(config: GatewayConfig): string {
  const files = renderGatewayFiles(config);
  const body = [
    ...files.map(putFile),
    `put_secrets ${path.secrets} <<'${endOfFile}'\n${renderSecretsTemplate(config)}${endOfFile}`,
  ].join('\n');
  const head = [resultFunctions, fileFunctions, packageFunctions, tunnelFunctions]
    .map((part) => part.trim())
    .join('\n');
  const tail = steps(config);
  const hash = createHash('sha256').update(`${head}\n${body}\n${tail}`).digest('hex').slice(0, 12);
  return `#!/bin/bash
# Sets up gateway ${config.slot}. Attempt: \${TK_ATTEMPT:-1}.
set -uo pipefail
umask 077
CONFIG=${hash}
${head}
${checkSecrets(config)}
install_packages ${packages.join(' ')}
${body}
${tail}`;
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

function steps(config: GatewayConfig): string {
  const { tunnels, probePort } = config;
  return `systemctl daemon-reload
sysctl -q -p ${path.sysctl} || true
systemctl enable -q --now tunnelkeeper-fail-closed.service
has_changed fail-closed && ${path.failClosed}
ipsec addconn --checkconfig --config /etc/ipsec.conf >/dev/null 2>&1 || ipsec addconn --checkconfig >/dev/null 2>&1 ||
  fail configuration-refused "This release rendered what Libreswan doesn't take; report it with the lines above."
systemctl enable -q ipsec.service
if ! systemctl is-active -q ipsec.service || has_changed tunnelkeeper.conf; then
  systemctl restart ipsec.service
elif has_changed tunnelkeeper.secrets; then
  ipsec auto --rereadsecrets >/dev/null
${tunnels.map(({ role }) => `  ipsec auto --down ${role} >/dev/null 2>&1`).join('\n')}
fi
for _ in $(seq 1 60); do ipsec status >/dev/null 2>&1 && break; sleep 0.5; done
RESULTS=()
${tunnels.map(({ role }) => bringUp(role)).join('\n')}
TUNNELS="{$(IFS=,; echo "\${RESULTS[*]}")}"
systemctl enable -q tunnelkeeper-forwarding.service tunnelkeeper-health.service
if has_changed forwarding gateway.json tunnelkeeper.conf || ! systemctl is-active -q tunnelkeeper-forwarding.service; then
  systemctl restart tunnelkeeper-forwarding.service
fi
if has_changed health-responder gateway.json tunnelkeeper-health.service || ! systemctl is-active -q tunnelkeeper-health.service; then
  systemctl restart tunnelkeeper-health.service
fi
for _ in $(seq 1 20); do
  PROBE=$(curl -s -o /dev/null -m 2 -w '%{http_code}' "http://127.0.0.1:${probePort}/" || true)
  PROBE=$((10#\${PROBE:-0}))
  [ "$PROBE" = 200 ] && break
  sleep 1
done
[ "$PROBE" = 200 ] || fail proxy-silent "The tunnel is up; check at Zscaler that a location uses this credential, and the proxy's address and port."
finish true '' ''
`;
}

/** The first tunnel that stays down explains the failure; a second one that is down is only reported. */
function bringUp(role: string): string {
  const explain = role === 'primary' ? 'explain "$said"' : ': # the primary carries the traffic';
  return `if said=$(bring_up ${role}); then
  RESULTS+=("\\"${role}\\":{\\"state\\":\\"up\\",\\"seconds\\":\${said}}")
else
  printf '%s\\n' "$said"
  RESULTS+=("\\"${role}\\":{\\"state\\":\\"down\\",\\"seconds\\":45}")
  TUNNELS="{$(IFS=,; echo "\${RESULTS[*]}")}"
  ${explain}
fi`;
}

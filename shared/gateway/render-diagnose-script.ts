/** How does a machine say how it does? One read-only script, run as root by a managed run command. */
import { createHash } from 'node:crypto';
import type { GatewayConfig, GatewayFile } from './gateway-config.js';
import { renderGatewayFiles } from './render-gateway-files.js';
import { renderNetdataFiles } from './render-netdata.js';
import { requestFunction } from './request-function.js';
import { tunnelDevice } from './tunnel-device.js';
import { troubleFunction } from './tunnel-trouble.js';

/** Lines of pluto's journal that are looked through: some ten of them an attempt, an attempt every 16 s, two tunnels. */
const journalLines = 400;

/**
 * Renders the diagnosis. Every command has a limit, 14 s in all, so that it ends within 15 s also where pluto, the
 * journal or systemd hang; what didn't answer counts as not there. The last line is `TUNNELKEEPER DIAGNOSIS {json}`.
 */
export function renderDiagnoseScript(config: GatewayConfig): string {
  return [
    `#!/bin/bash
# Says how gateway ${config.slot} does; changes nothing.
set -uo pipefail`,
    troubleFunction.trim(),
    requestFunction(config).trim(),
    files(renderGatewayFiles(config), renderNetdataFiles(config)),
    services,
    tunnels(config),
    outside(config),
    String.raw`printf 'TUNNELKEEPER DIAGNOSIS {"changedFiles":[%s],"services":%s,"tunnels":{%s},"probe":%s,"connections":%s}\n' \
  "@{CHANGED#,}" "$SERVICES" "@{TUNNELS#,}" "$PROBE" "$CONNECTIONS"
`.replaceAll('@{', '${'),
  ].join('\n');
}

/** Netdata's files aren't there where its packages aren't, and nothing is wrong with that. */
function files(own: readonly GatewayFile[], ofNetdata: readonly GatewayFile[]): string {
  const paths = [...own, ...ofNetdata].map(({ path }) => `  ${path}\n`).join('');
  return `FILES=(
${paths})
SUMS=$(timeout 2 sha256sum "\${FILES[@]}" 2>/dev/null)
MODES=$(timeout 1 stat -c '0%a %n;' "\${FILES[@]}" 2>/dev/null)
CHANGED=
check_file() {
  case "$SUMS" in *"$3  $1"*)
    case "$MODES" in *"$2 $1;"*) return ;; esac
    ;;
  esac
  CHANGED="$CHANGED,\\"\${1##*/}\\""
}
${own.map(checkFile).join('\n')}${ofNetdata.length === 0 ? '' : `\nif [ -e /usr/sbin/netdata ]; then\n${ofNetdata.map(checkFile).join('\n')}\nfi`}`;
}

function checkFile({ path, mode, content }: GatewayFile): string {
  return `check_file ${path} ${mode} ${createHash('sha256').update(content).digest('hex')}`;
}

const services = String.raw`STATES=$(timeout 2 systemctl is-active ipsec.service tunnelkeeper-forwarding.service tunnelkeeper-agent.service 2>/dev/null)
{
  read -r IPSEC
  read -r FORWARDING
  read -r AGENT
} <<STATES
$STATES
STATES
is_active() { if [ "$1" = active ]; then printf true; else printf false; fi; }
SERVICES="{\"ipsec\":$(is_active "$IPSEC"),\"forwarding\":$(is_active "$FORWARDING"),\"agent\":$(is_active "$AGENT")}"`;

/**
 * pluto's newest words count: what it said before a tunnel last stood is over, and the time-out that ends a refused
 * IKE proposal (the same number of a state) isn't the edge's silence.
 */
function tunnels({ tunnels: all, routing }: GatewayConfig): string {
  const looks = all.map(
    ({ role }) => `look_at ${role} ${routing === 'route-based' ? tunnelDevice(role).device : "''"}`,
  );
  return String.raw`TRAFFIC=$(timeout 2 ipsec trafficstatus 2>/dev/null)
SAID=$(timeout 1 journalctl -q -b -u ipsec -n ${journalLines} -o cat 2>/dev/null)
because() {
  local line number reason=unknown refused=
  while IFS= read -r line; do
    case "$line" in
      *"\"$1\" #"*" established "*SA*) reason=unknown ;;
      *"\"$1\" #"*)
        number=@{line#*"\"$1\" #"}
        number=@{number%%:*}
        trouble_of "$line"
        case "$TROUBLE:$number" in
          :* | configuration-refused:* | edge-silent:"$refused") continue ;;
          ike-proposal-refused:*) refused=$number ;;
        esac
        reason=$TROUBLE
        ;;
    esac
  done <<SAID
$SAID
SAID
  printf '%s' "$reason"
}
TUNNELS=
look_at() {
  local state=down request=false why=
  case "$TRAFFIC" in *"\"$1\", type=ESP"*) state=up ;; esac
  if carries_request "$2"; then request=true; fi
  [ "$state" = up ] || why=",\"because\":\"$(because "$1")\""
  TUNNELS="$TUNNELS,\"$1\":{\"state\":\"$state\",\"request\":$request$why}"
}
${looks.join('\n')}`.replaceAll('@{', '${');
}

/**
 * A connection's line holds both directions: a client's comes back from the proxy and wasn't sent to it, which the
 * machine's own checks are. Debian's kernels list connections there (CONFIG_NF_CONNTRACK_PROCFS, 6.1 and its cloud
 * flavour looked at).
 */
function outside({ probePort, proxy: { address } }: GatewayConfig): string {
  return `PROBE=$(curl -s -o /dev/null -m 1 -w '%{http_code}' "http://127.0.0.1:${probePort}/")
PROBE=$((10#\${PROBE:-0}))
if [ -r /proc/net/nf_conntrack ]; then
  CONNECTIONS=$(timeout 1 grep ' ESTABLISHED .* src=${address} ' /proc/net/nf_conntrack | grep -v -c ' dst=${address} ')
else
  CONNECTIONS=$(timeout 1 cat /proc/sys/net/netfilter/nf_conntrack_count 2>/dev/null || echo 0)
fi`;
}

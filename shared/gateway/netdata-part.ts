/** How does a setup bring Netdata, and take it away? Neither ever fails the setup: no tunnel needs it. */
import type { GatewayConfig } from './gateway-config.js';
import { netdataPackages, netdataPaths, netdataPort, renderNetdataFiles } from './render-netdata.js';
import { path } from './paths.js';

/** Looks, one a second: Netdata answers some 4 s after its start, measured on two cores. */
const looks = 20;

/**
 * Shell: `set_up_netdata`; nothing where it isn't asked for. The packages come first: dpkg would ask about a
 * configuration that lies there before its package. What is in the way is said, and stands in the result as a warning.
 * That a package isn't known means something only after lists that came whole.
 */
export function netdataFunctions(config: GatewayConfig, put: (file: PutFile) => string): string {
  if (config.netdata === undefined) return '';
  const files = renderNetdataFiles(config);
  const names = files.map(({ path: where }) => where.slice(where.lastIndexOf('/') + 1));
  return String.raw`install_netdata() {
  local out
  has_packages ${netdataPackages.join(' ')} && return 0
  if ! out=$(timeout 120 apt-get -o DPkg::Lock::Timeout=60 -o APT::Update::Error-Mode=any update 2>&1); then
    WARNING=netdata-not-installed
  elif ! out=$(timeout 300 apt-get -o DPkg::Lock::Timeout=60 -o Acquire::http::Timeout=30 -o Dpkg::Options::=--force-confold -y --no-install-recommends install "@{MISSING[@]}" 2>&1); then
    WARNING=netdata-not-installed
    case "$out" in
      *"Unable to locate package"* | *"has no installation candidate"*) WARNING=netdata-not-packaged ;;
    esac
  else
    return 0
  fi
  printf '%s\n' "$out" | tail -n 3
  if [ "$WARNING" = netdata-not-packaged ]; then
    echo "This distribution has no Netdata: the gateway goes without. Debian 12 has it."
  else
    echo "Netdata can't be installed: the gateway goes without. Let the subnet reach a Debian mirror."
  fi
  return 1
}
set_up_netdata() {
  local _
  install_netdata || return 0
${files.map(put).join('\n')}
  systemctl enable -q netdata.service
  if has_changed ${names.join(' ')}; then
    systemctl daemon-reload
    timeout 60 systemctl restart netdata.service
  elif ! systemctl is-active -q netdata.service; then
    timeout 60 systemctl start netdata.service
  fi
  for _ in $(seq 1 ${looks}); do
    [ "$(curl -s -o /dev/null -m 2 -w '%{http_code}' http://127.0.0.1:${netdataPort}/api/v1/info)" != 200 ] || return 0
    sleep 1
  done
  WARNING=netdata-silent
  echo "Netdata doesn't answer: read the journal of netdata.service."
}`.replaceAll('@{', '${');
}

type PutFile = ReturnType<typeof renderNetdataFiles>[number];

/**
 * Shell: takes away what an earlier configuration asked for. A Netdata that somebody else set up has no drop-in of
 * ours, and stays; of ours it comes first and goes last, so that one that was cut off goes too. Packages stay too: without a configuration the service doesn't start.
 */
export function withoutNetdata({ netdata }: GatewayConfig): string {
  if (netdata !== undefined) return '';
  return `if [ -e ${path.netdataDropIn} ]; then
  systemctl disable -q --now netdata.service
  rm -f ${netdataPaths.join(' ')}
  systemctl daemon-reload
fi
`;
}

/** How does Netdata run beside the tunnel, where a site asks for it? With what it needs to see, and no way out. */
import type { GatewayConfig, GatewayFile } from './gateway-config.js';
import { path } from './paths.js';

/** Netdata's own port. */
export const netdataPort = 19999;

/**
 * Debian 12: the service with 1.37.1, its modules in Bash, of which one shows Libreswan's tunnels, and the dashboard.
 * Debian 13 has none of them (its package lists, looked at in November 2026).
 */
export const netdataPackages = ['netdata-core', 'netdata-plugins-bash', 'netdata-web', 'sudo'] as const;

/**
 * Renders Netdata's files; none where it isn't asked for. They land only where its packages are, the drop-in first: by it
 * a later setup knows that the rest is ours.
 */
export function renderNetdataFiles({ netdata }: GatewayConfig): readonly GatewayFile[] {
  if (netdata === undefined) return [];
  const { from } = netdata;
  return [
    { path: path.netdataDropIn, mode: '0644', content: dropIn(from) },
    { path: path.netdataSudoers, mode: '0440', content: sudoers },
    { path: path.netdataConf, mode: '0644', content: conf(from) },
    { path: path.netdataTunnels, mode: '0644', content: tunnels },
    ...(from.length === 0 ? [] : [{ path: path.netdataAtNic, mode: '0755', content: atNic }]),
  ];
}

/** Whatever may be there of Netdata's, the drop-in last: while it is there, the rest isn't gone for sure. */
export const netdataPaths: readonly string[] = [
  path.netdataSudoers,
  path.netdataConf,
  path.netdataTunnels,
  path.netdataAtNic,
  path.netdataDropIn,
];

/**
 * Netdata's module asks by these two commands, every few seconds: what is allowed isn't logged, what is refused is.
 * sudo refuses a file that others may write.
 */
const sudoers = `# Written by Tunnelkeeper; changes are overwritten.
Defaults:netdata !log_allowed, !pam_session
netdata ALL = (root) NOPASSWD: /usr/sbin/ipsec whack --status
netdata ALL = (root) NOPASSWD: /usr/sbin/ipsec whack --trafficstatus
`;

/**
 * The names of 1.37's settings. The registry to announce is where browsers would be sent to. A name is never looked up:
 * each answer would wait for DNS, which the drop-in doesn't let through. `apps` and `perf` need rights that it takes
 * away. Debian builds Netdata without the cloud's part.
 */
function conf(from: readonly string[]): string {
  return `# Written by Tunnelkeeper; changes are overwritten.
[global]
	run as user = netdata
[web]
	default port = ${netdataPort}
	bind to = 127.0.0.1
	allow connections from = ${['localhost', ...from.flatMap(patternsOf)].join(' ')}
	allow connections by dns = no
	allow dashboard by dns = no
	allow badges by dns = no
	allow streaming from = none
	allow streaming by dns = no
	allow netdata.conf from = localhost
	allow management from = localhost
	allow management by dns = no
[registry]
	enabled = no
	registry to announce = http://127.0.0.1:${netdataPort}
[plugins]
	apps = no
	cups = no
	perf = no
	statsd = no
`;
}

/** Most patterns a prefix: eight prefixes of 16 characters' addresses fit into the 2,048 that Netdata reads of a line. */
const patternsAPrefix = 8;

/**
 * Netdata compares addresses as text: a prefix is the octets that it fixes, in several patterns where it ends amid
 * one. Where these were too many, the pattern is wider than the prefix: systemd's filter below is exact.
 */
export function patternsOf(prefix: string): readonly string[] {
  const [address = '', bits = '32'] = prefix.split('/');
  const octets = address.split('.').map(Number);
  const fixed = Math.ceil(Number(bits) / 8);
  const count = 2 ** (fixed * 8 - Number(bits));
  if (count > patternsAPrefix) return [pattern(octets.slice(0, fixed - 1))];
  return Array.from({ length: count }, (_, index) => {
    const last = (octets[fixed - 1] ?? 0) + index;
    return pattern([...octets.slice(0, fixed - 1), last]);
  });
}

function pattern(octets: readonly number[]): string {
  return octets.length === 4 ? octets.join('.') : [...octets, '*'].join('.');
}

/**
 * Bash, read by Netdata after its own module of that name. That one waits for words of Libreswan 3, gives up for good
 * where no tunnel stands when it starts, and shows none that comes later.
 */
const tunnels = String.raw`# Written by Tunnelkeeper; changes are overwritten.
libreswan_update_every=5
libreswan_ipsec() {
  sudo -n "$IPSEC_CMD" "$@" |
    sed 's/(established Child SA)\(.*\) newest;/(IPsec SA established)\1 newest IPSEC;/'
}
libreswan_check() {
  require_cmd ipsec && is_able_sudo_ipsec
}
libreswan_update() {
  local number
  libreswan_get || return 0
  libreswan_now=$(date +%s)
  for number in "@{!libreswan_connected_tunnels[@]}"; do
    libreswan_create_one "$number"
    libreswan_update_one "$number" "$@"
  done
}
`.replaceAll('@{', '${');

/** The private address is Azure's to give, so it is looked up at each start. */
const atNic = `#!/bin/bash
# Starts Netdata on the NIC's address and on loopback.
set -euo pipefail
nic=$(ip -4 route show default | awk '{print $5; exit}')
address=$(ip -4 -o addr show dev "\${nic:-none}" scope global | awk '{print $4; exit}') || true
if [ -z "$address" ]; then
  echo 'The NIC has no address.'
  exit 1
fi
exec /usr/sbin/netdata -D -i "127.0.0.1 \${address%/*}"
`;

/**
 * Of the rights that Debian's unit leaves it, Netdata keeps those by which sudo becomes root: it sees no file and no
 * process of others. It talks to nobody but those who may see it, so nothing of it gets into a tunnel or to the
 * internet. Debian's unit has it outlive everything else when memory runs out; here it goes first.
 */
function dropIn(from: readonly string[]): string {
  const start = from.length === 0 ? '' : `ExecStart=\nExecStart=${path.netdataAtNic}\n`;
  return `[Unit]
After=ipsec.service
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
Environment=DO_NOT_TRACK=1
${start}Restart=on-failure
RestartSec=10
OOMScoreAdjust=900
MemoryMax=512M
Nice=10
CapabilityBoundingSet=
CapabilityBoundingSet=CAP_SETUID CAP_SETGID CAP_AUDIT_WRITE
IPAddressDeny=any
IPAddressAllow=${['localhost', ...from].join(' ')}
`;
}

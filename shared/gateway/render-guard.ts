/** What stands before the first packet, so that nothing leaks while there is no tunnel? */
import type { GatewayConfig, GatewayFile } from './gateway-config.js';
import { nic, tunnelDevice } from './tunnel-device.js';

const library = '/usr/local/lib/tunnelkeeper';

/** The same on every gateway, so that cloud-init can carry it: what differs stands in files that a setup writes. */
const guard = `#!/bin/sh
# Lets nothing be forwarded before the rules of /etc/tunnelkeeper stand. Safe to run at any time.
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
rules=/etc/tunnelkeeper/rules.v4
routes=/etc/tunnelkeeper/guard.routes
settings=/etc/sysctl.d/90-tunnelkeeper.conf

forward() { sysctl -q -w "net.ipv4.ip_forward=$1"; }

closed() {
    forward 0
    echo "nothing is forwarded: $1" >&2
    exit "$2"
}

[ -s "$rules" ] || closed 'no setup has run yet' 0
command -v iptables-restore >/dev/null || closed 'iptables is not installed' 1

jump() {
    iptables -w 30 -t "$1" -C "$2" -j "$3" 2>/dev/null || iptables -w 30 -t "$1" -I "$2" 1 -j "$3"
}

iptables-restore -w 30 --noflush <"$rules" || closed 'the rules are refused' 1
{
    jump filter FORWARD TK-FORWARD
    jump filter OUTPUT TK-CLOSED
    jump filter INPUT TK-INPUT
    jump nat PREROUTING TK-DNAT
    jump nat POSTROUTING TK-SNAT
    jump mangle FORWARD TK-MSS
    jump mangle PREROUTING TK-PIN-IN
    jump mangle POSTROUTING TK-PIN-OUT
} || closed 'the rules cannot be hooked in' 1

while read -r kind preference rest; do
    case $kind in
    # A quick 'no' while there is no tunnel device, below the tunnel's own route.
    blackhole) ip route replace blackhole "$rest" metric "$preference" ;;
    rule)
        # shellcheck disable=SC2086
        [ -n "$(ip rule show pref "$preference")" ] || ip rule add pref "$preference" $rest
        ;;
    norule) while ip rule del pref "$preference" 2>/dev/null; do :; done ;;
    esac
done <"$routes" || closed 'the routes are refused' 1

# Keys of devices that are not there yet are no failure: a new device takes the default.
sysctl -e -q -p "$settings" >/dev/null 2>&1 || true

# One tracked connection for each 16 KiB of memory, at least 262144: a full table drops new flows silently.
memory=$(sed -n 's/^MemTotal: *\\([0-9]*\\) kB$/\\1/p' /proc/meminfo)
connections=$((memory / 16))
[ "$connections" -ge 262144 ] || connections=262144
[ "$connections" -le 4194304 ] || connections=4194304
sysctl -q -w "net.netfilter.nf_conntrack_max=$connections" 2>/dev/null || true

forward 1
`;

const guardUnit = `[Unit]
Description=Tunnelkeeper: nothing for the proxy leaves outside the tunnel
DefaultDependencies=no
After=local-fs.target systemd-modules-load.service systemd-sysctl.service
Before=network-pre.target ipsec.service shutdown.target
Wants=network-pre.target
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${library}/guard

[Install]
WantedBy=multi-user.target
`;

/** Runs again before each start of pluto: without the rules there is no tunnel, and flushed ones come back. */
const ipsecDropIn = `[Unit]
Wants=tunnelkeeper-guard.service
After=tunnelkeeper-guard.service
StartLimitIntervalSec=0

[Service]
ExecStartPre=${library}/guard
RestartSec=2
`;

/** Files that are the same on every gateway and must stand before packages are installed. */
export function renderGuard(): readonly GatewayFile[] {
  return [
    { path: `${library}/guard`, mode: '0755', content: guard },
    { path: '/etc/systemd/system/tunnelkeeper-guard.service', mode: '0644', content: guardUnit },
    { path: '/etc/systemd/system/ipsec.service.d/10-tunnelkeeper.conf', mode: '0644', content: ipsecDropIn },
  ];
}

/**
 * Renders the routes that stand without a tunnel, read by the guard: one line each, `kind number rest`.
 * Policy-based there is no blackhole, since the route is looked up before the policy.
 */
export function renderGuardRoutes(config: GatewayConfig): string {
  const roles = ['primary', 'secondary'] as const;
  const rules = roles.map((role) => {
    const { rulePreference, flowMark, table } = tunnelDevice(role);
    const isUsed = config.routing === 'route-based' && config.tunnels.some((tunnel) => tunnel.role === role);
    return isUsed
      ? `rule ${rulePreference} fwmark ${flowMark}/0xf0 lookup ${table}`
      : `norule ${rulePreference}`;
  });
  const blackhole = config.routing === 'route-based' ? [`blackhole 4000 ${config.proxy.address}/32`] : [];
  return [...blackhole, ...rules].map((line) => `${line}\n`).join('');
}

/** Seconds that the gateway remembers an idle connection longer than the balancer does. */
const outliveSeconds = 300;

/**
 * Renders the kernel's settings. `ip_forward` is not among them: the guard alone sets it, after the rules stand.
 * Devices are written out, since a glob works in a file but not with `sysctl -w`.
 */
export function renderSysctl(config: GatewayConfig): string {
  const devices =
    config.routing === 'route-based' ? config.tunnels.map(({ role }) => tunnelDevice(role).device) : [];
  const establishedSeconds = config.idleTimeoutMinutes * 60 + outliveSeconds;
  const lines = [
    ...['all', 'default'].map((name) => `net.ipv4.conf.${name}.rp_filter=0`),
    ...[nic, ...devices].map((name) => `-net.ipv4.conf.${name}.rp_filter=0`),
    ...['all', 'default'].flatMap((name) => [
      `net.ipv4.conf.${name}.accept_redirects=0`,
      `net.ipv4.conf.${name}.send_redirects=0`,
    ]),
    `-net.ipv4.conf.${nic}.accept_redirects=0`,
    `-net.ipv4.conf.${nic}.send_redirects=0`,
    'net.ipv4.ip_local_port_range=2048 65535',
    `net.ipv4.ip_local_reserved_ports=${config.probePort}`,
    `-net.netfilter.nf_conntrack_tcp_timeout_established=${establishedSeconds}`,
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** How does a client's connection get into the tunnel? NAT and marks at once, routes as soon as a device stands. */
import type { GatewayConfig } from './gateway-config.js';
import { nudgeMark, tunnelDevice } from './tunnel-device.js';

/** MTU 1400 less 40 bytes of IP and TCP (Zscaler, 'Best practices for IPSec tunnels'). */
const mss = 1360;

/**
 * Renders the script of the forwarding unit, idempotent.
 *
 * Each table is replaced in one transaction: no connection meets a half-made set, and no rule of a former
 * configuration stays. Where clients are led to must be closed before: after a setup that was cut off, the rule may be
 * that of the new address, and this script still the one of the old. DNAT is limited by `-s <clients>`, so the
 * balancer's probes from 168.63.129.16 are never sent into the tunnel. A tunnel whose device is missing holds up
 * nothing: the others get their routes, and the unit tries again.
 */
export function renderForwarding(config: GatewayConfig): string {
  return `#!/bin/bash
# NAT into the tunnel${config.routing === 'route-based' ? ', then routes, device by device' : ''}.
set -euo pipefail
nic=$(ip -4 route show default | awk '{print $5; exit}')
if [ -z "$nic" ]; then
  echo 'There is no default route, so the NIC is unknown.'
  exit 1
fi
if ! { iptables -w -C FORWARD -j TK && iptables -w -S TK | grep '^-A TK -d ${config.proxy.address}/32 .*-j DROP'; } >/dev/null 2>&1; then
  echo "What is meant for ${config.proxy.address} isn't dropped where it has no tunnel, so nothing is led there: run the setup again."
  exit 1
fi
${ownAddress(config)}sysctl -q -w "net.ipv4.conf.$nic.rp_filter=0" "net.ipv4.conf.$nic.send_redirects=0"
iptables-restore -w --noflush <<RULES
*nat
:TK-DNAT - [0:0]
:TK-SNAT - [0:0]
${[...config.clients.map((prefix) => dnat(config, prefix)), ...masquerade(config)].join('\n')}
COMMIT
*mangle
:TK-RESTORE - [0:0]
:TK-MSS - [0:0]
:TK-PIN - [0:0]
${[...clamps(config), ...marks(config)].join('\n')}
COMMIT
RULES
iptables -w -P FORWARD ACCEPT
hook() {
  iptables -w -t "$1" -C "$2" -j "$3" 2>/dev/null || iptables -w -t "$1" -A "$2" -j "$3"
}
hook nat PREROUTING TK-DNAT
hook nat POSTROUTING TK-SNAT
hook mangle PREROUTING TK-RESTORE
hook mangle FORWARD TK-MSS
hook mangle POSTROUTING TK-PIN
# The agent's nudges aren't tracked. A kernel without this resets only connections that send something.
if iptables-restore -w --noflush <<'RULES'; then
*raw
:TK-NUDGE - [0:0]
-A TK-NUDGE -m mark --mark ${nudgeMark}/${nudgeMark} -j CT --notrack
COMMIT
RULES
  hook raw OUTPUT TK-NUDGE
fi
${config.routing === 'route-based' ? devices(config) : ''}`;
}

function dnat({ proxy }: GatewayConfig, prefix: string): string {
  const ports = proxy.ports.join(',');
  return `-A TK-DNAT -i $nic -p tcp -s ${prefix} -m multiport --dports ${ports} -j DNAT --to-destination ${proxy.address}`;
}

/**
 * The gateway's own address in the place of the client's. Not by MASQUERADE where the device may change: the kernel
 * throws away a connection whose device has changed, so that a SYN which is sent again would be lost once more.
 */
function masquerade({ proxy, routing }: GatewayConfig): readonly string[] {
  if (!proxy.masquerade) return [];
  return routing === 'route-based'
    ? [`-A TK-SNAT -d ${proxy.address} -o vti+ -j SNAT --to-source ${ownAddressVariable}`]
    : [`-A TK-SNAT -d ${proxy.address} -m policy --dir out --pol ipsec --mode tunnel -j MASQUERADE`];
}

const ownAddressVariable = '${own%%/*}';

function ownAddress({ proxy, routing }: GatewayConfig): string {
  if (!proxy.masquerade || routing !== 'route-based') return '';
  return `own=$(ip -4 -o addr show dev "$nic" scope global | awk '{print $4; exit}')
if [ -z "$own" ]; then
  echo "$nic has no address."
  exit 1
fi
`;
}

/** Both SYN and SYN-ACK: the one bounds what the proxy sends, the other what the client sends. */
function clamps({ proxy, routing }: GatewayConfig): readonly string[] {
  const ways =
    routing === 'route-based' ? ['-o vti+', '-i vti+'] : [`-d ${proxy.address}`, `-s ${proxy.address}`];
  return ways.map((way) => `-A TK-MSS -p tcp --tcp-flags SYN,RST SYN ${way} -j TCPMSS --set-mss ${mss}`);
}

/**
 * Keeps an established connection on the tunnel where it began; an edge resets TCP that it doesn't know. What isn't
 * established yet has no tunnel: a SYN that is sent again takes the one of now, and so does a port that comes again
 * while the kernel still tracks, for 120 s, a SYN from it that nobody answered.
 */
function marks({ routing, tunnels }: GatewayConfig): readonly string[] {
  if (routing === 'policy-based') return [];
  const pins = tunnels.map(({ role }) => {
    const { device, flowMark } = tunnelDevice(role);
    return `-A TK-PIN -o ${device} -m connmark --mark 0/0xf0 -j CONNMARK --set-mark ${flowMark}/0xf0`;
  });
  return [
    ...pins,
    '-A TK-RESTORE -i $nic -p tcp --syn -j CONNMARK --set-mark 0/0xf0',
    '-A TK-RESTORE -i $nic -m connmark ! --mark 0/0xf0 -j CONNMARK --restore-mark --nfmask 0xf0 --ctmask 0xf0',
  ];
}

/** Seconds within which pluto usually makes the devices; the unit starts again after that. */
const patienceSeconds = 30;

function devices({ tunnels, proxy }: GatewayConfig): string {
  const all = tunnels.map(({ role }) => tunnelDevice(role));
  const known = all.map(({ device }) => `*" dev ${device} "*`).join(' | ');
  const leads = all.map(
    ({ device, table, flowMark, rulePreference }) =>
      `  lead ${device} ${table} ${flowMark} ${rulePreference} || missing="$missing ${device}"`,
  );
  return `# Leads connections into a tunnel: <device> <table> <mark> <preference>. New ones take the first device that
# stands; from then on the agent moves their route.
lead() {
  ip link show "$1" >/dev/null 2>&1 || return 1
  ip link set "$1" mtu 1400 up || return 1
  ip route replace default dev "$1" table "$2" || return 1
  if [ -z "$(ip rule show pref "$4")" ]; then
    ip rule add pref "$4" fwmark "$3/0xf0" lookup "$2" || return 1
  fi
  case "$(ip route show ${proxy.address}) " in
    ${known}) ;;
    *) ip route replace ${proxy.address}/32 dev "$1" || return 1 ;;
  esac
}
for _ in $(seq 1 ${patienceSeconds * 2}); do
  missing=
${leads.join('\n')}
  [ -n "$missing" ] || exit 0
  sleep 0.5
done
echo "No device yet:$missing"
exit 1
`;
}

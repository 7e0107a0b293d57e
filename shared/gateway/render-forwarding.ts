/** How does a client's connection get into the tunnel? NAT, marks and routes, after the devices stand. */
import type { GatewayConfig } from './gateway-config.js';
import { keepFunction } from './render-fail-closed.js';
import { tunnelDevice } from './tunnel-device.js';

/** MTU 1400 less 40 bytes of IP and TCP (Zscaler, 'Best practices for IPSec tunnels'). */
const mss = 1360;

/**
 * Renders the script of the forwarding unit, idempotent.
 *
 * DNAT is limited by `-s <clients>`, so the balancer's probes from 168.63.129.16 are never sent into the tunnel.
 * Marks keep an established connection on the tunnel where it began; an edge resets TCP that it doesn't know.
 */
export function renderForwarding(config: GatewayConfig): string {
  const routed = config.routing === 'route-based';
  return `#!/bin/bash
# NAT into the tunnel${routed ? ', device by device' : ''}.
set -euo pipefail
${keepFunction}
nic=$(ip -4 route show default | awk '{print $5; exit}')
${routed ? devices(config) : ''}iptables -w -t nat -N TK-DNAT 2>/dev/null || iptables -w -t nat -F TK-DNAT
${config.clients.map((prefix) => dnat(config, prefix)).join('\n')}
iptables -w -t nat -C PREROUTING -j TK-DNAT 2>/dev/null || iptables -w -t nat -A PREROUTING -j TK-DNAT
iptables -w -t nat -N TK-SNAT 2>/dev/null || iptables -w -t nat -F TK-SNAT
${config.proxy.masquerade ? masquerade(config) : '# Clients keep their own addresses: masquerade is off.'}
iptables -w -t nat -C POSTROUTING -j TK-SNAT 2>/dev/null || iptables -w -t nat -A POSTROUTING -j TK-SNAT
keep mangle FORWARD -p tcp --tcp-flags SYN,RST SYN -d ${config.proxy.address} -j TCPMSS --set-mss ${mss}
${routed ? marks(config) : ''}`;
}

function dnat({ proxy }: GatewayConfig, prefix: string): string {
  const ports = proxy.ports.join(',');
  return `iptables -w -t nat -A TK-DNAT -i "$nic" -p tcp -s ${prefix} -m multiport --dports ${ports} -j DNAT --to-destination ${proxy.address}`;
}

function masquerade({ proxy, routing }: GatewayConfig): string {
  const through = routing === 'route-based' ? '-o vti+' : '-m policy --dir out --pol ipsec --mode tunnel';
  return `iptables -w -t nat -A TK-SNAT -d ${proxy.address} ${through} -j MASQUERADE`;
}

function devices({ tunnels, proxy }: GatewayConfig): string {
  const all = tunnels.map(({ role }) => tunnelDevice(role));
  const routes = all.map(
    ({
      device,
      flowMark,
      table,
    }) => `for _ in $(seq 1 300); do ip link show ${device} >/dev/null 2>&1 && break; sleep 0.2; done
ip link set ${device} mtu 1400 up
ip route replace default dev ${device} table ${table}
ip rule show | grep -q "lookup ${table}$" || ip rule add pref ${table - 10} fwmark ${flowMark}/0xf0 lookup ${table}`,
  );
  const [first] = all;
  return `ip route replace blackhole ${proxy.address}/32 metric 4000
${routes.join('\n')}
ip route show ${proxy.address} | grep -q 'dev vti' || ip route replace ${proxy.address}/32 dev ${first?.device ?? 'vti0'}
`;
}

function marks({ tunnels }: GatewayConfig): string {
  const pins = tunnels.map(({ role }) => {
    const { device, flowMark } = tunnelDevice(role);
    return `keep mangle POSTROUTING -o ${device} -m connmark --mark 0/0xf0 -j CONNMARK --set-mark ${flowMark}/0xf0`;
  });
  return `${pins.join('\n')}
keep mangle PREROUTING -i "$nic" -m connmark ! --mark 0/0xf0 -j CONNMARK --restore-mark --nfmask 0xf0 --ctmask 0xf0
`;
}

/** Which packets may pass, where to, and which never? */
import type { GatewayConfig } from './gateway-config.js';
import { nic, tunnelDevice } from './tunnel-device.js';

/** MTU of Zscaler's tunnels is 1400 (its help, 'Understanding IPSec VPNs'); minus 40 bytes of IP and TCP headers. */
const maximumSegmentBytes = 1360;

/**
 * Renders `/etc/tunnelkeeper/rules.v4` for `iptables-restore --noflush`: chains of our own, each replaced at once,
 * so that no packet sees half of them and rules of others stay.
 *
 * The filter comes first: what is for the proxy leaves through a tunnel or not at all, from the first packet on and
 * whatever happens to the tunnel. DNAT takes packets of `clients` alone, so that the balancer's probe is never
 * captured. What comes out of a tunnel must answer something: with 0.0.0.0/0 selectors the far side could else
 * open connections to us.
 */
export function renderPacketRules(config: GatewayConfig): string {
  return [...filter(config), ...nat(config), ...mangle(config)].map((line) => `${line}\n`).join('');
}

/** Matches of packets that leave or come through a tunnel. */
function through({ routing }: GatewayConfig) {
  return routing === 'route-based'
    ? { out: '-o vti+', in: '-i vti+' }
    : {
        out: '-m policy --dir out --pol ipsec --mode tunnel',
        in: '-m policy --dir in --pol ipsec --mode tunnel',
      };
}

function filter(config: GatewayConfig): readonly string[] {
  const { address } = config.proxy;
  const tunnel = through(config);
  const closed =
    config.routing === 'route-based'
      ? [`-A TK-CLOSED -d ${address}/32 ! -o vti+ -j DROP`]
      : [`-A TK-CLOSED -d ${address}/32 ${tunnel.out} -j RETURN`, `-A TK-CLOSED -d ${address}/32 -j DROP`];
  const unasked = `${tunnel.in} -m conntrack ! --ctstate ESTABLISHED,RELATED -j DROP`;
  return [
    '*filter',
    ':TK-CLOSED - [0:0]',
    ':TK-FORWARD - [0:0]',
    ':TK-INPUT - [0:0]',
    ...closed,
    '-A TK-FORWARD -j TK-CLOSED',
    `-A TK-FORWARD ${unasked}`,
    `-A TK-FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN`,
    `-A TK-FORWARD ! -d ${address}/32 -j DROP`,
    `-A TK-INPUT ${unasked}`,
    'COMMIT',
  ];
}

function nat(config: GatewayConfig): readonly string[] {
  const { address, ports, masquerade } = config.proxy;
  const dports = portGroups(ports).map((group) => `-m multiport --dports ${group}`);
  return [
    '*nat',
    ':TK-DNAT - [0:0]',
    ':TK-SNAT - [0:0]',
    ...config.clients.flatMap((client) =>
      dports.map(
        (match) => `-A TK-DNAT -s ${client} -i ${nic} -p tcp ${match} -j DNAT --to-destination ${address}`,
      ),
    ),
    ...(masquerade ? [`-A TK-SNAT -d ${address}/32 ${through(config).out} -j MASQUERADE`] : []),
    'COMMIT',
  ];
}

/** A multiport match takes 15 ports (iptables-extensions(8)). */
function portGroups(ports: readonly number[]): readonly string[] {
  const groups: string[] = [];
  for (let at = 0; at < ports.length; at += 15) groups.push(ports.slice(at, at + 15).join(','));
  return groups;
}

function mangle(config: GatewayConfig): readonly string[] {
  const clamp = `-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss ${maximumSegmentBytes}`;
  const header = ['*mangle', ':TK-MSS - [0:0]', ':TK-PIN-IN - [0:0]', ':TK-PIN-OUT - [0:0]'];
  const { address } = config.proxy;
  if (config.routing === 'policy-based') {
    return [...header, `-A TK-MSS -d ${address}/32 ${clamp}`, 'COMMIT'];
  }
  return [
    ...header,
    `-A TK-MSS -o vti+ ${clamp}`,
    `-A TK-PIN-IN -i ${nic} -m connmark ! --mark 0x0/0xf0 -j CONNMARK --restore-mark --nfmask 0xf0 --ctmask 0xf0`,
    ...config.tunnels.map(({ role }) => {
      const { device, flowMark } = tunnelDevice(role);
      return `-A TK-PIN-OUT -o ${device} -m connmark --mark 0x0/0xf0 -j CONNMARK --set-xmark ${flowMark}/0xf0`;
    }),
    'COMMIT',
  ];
}

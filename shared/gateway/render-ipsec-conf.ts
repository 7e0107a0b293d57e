/** Which IPsec connections does a gateway keep up? */
import type { GatewayConfig, TunnelConfig } from './gateway-config.js';
import { tunnelDevice } from './tunnel-device.js';

/**
 * Without it, Libreswan looks an edge's name up with DNSSEC, and where the resolver can't validate, as most that forward
 * can't, `%defaultroute` is never filled in: "we cannot identify ourselves with either end of this connection". Seen with
 * 4.10. The edge proves itself by the PSK, not by its name.
 */
const setup = `config setup
    dnssec-enable=no
`;

/**
 * Renders `/etc/ipsec.d/tunnelkeeper.conf`, one section a tunnel, named after its role.
 *
 * Each line was run with Libreswan 4.10 against two edges; docs/gateway.md says why it stands there. There is no
 * `leftupdown`: the distribution's own makes the device, and a script that only sets routes would replace it.
 */
export function renderIpsecConf(config: GatewayConfig): string {
  const sections = config.tunnels.map((tunnel) => section(config, tunnel));
  return `# Written by Tunnelkeeper; a change here is lost at the next setup.\n\n${setup}\n${sections.join('\n')}`;
}

function section(config: GatewayConfig, { role, edge, localId }: TunnelConfig): string {
  const lines = [
    'ikev2=insist', // 4.10 rejects keyexchange=; 5.2 takes this too
    'type=tunnel',
    'authby=secret',
    'auto=start',
    'left=%defaultroute',
    `leftid=${localId}`,
    'leftsubnet=0.0.0.0/0',
    `right=${edge}`,
    ...selector(config, role),
    `ike=${config.ike}`,
    `esp=${config.esp}`,
    'esn=no',
    'pfs=no',
    'ikelifetime=24h',
    'salifetime=8h',
    'dpddelay=5',
    'retransmit-timeout=15s',
    'nat-keepalive=yes',
  ];
  return `conn ${role}\n${lines.map((line) => `    ${line}\n`).join('')}`;
}

function selector({ routing, proxy }: GatewayConfig, role: TunnelConfig['role']): readonly string[] {
  if (routing === 'policy-based') return [`rightsubnet=${proxy.address}/32`];
  const { device, policyMark } = tunnelDevice(role);
  return [
    'rightsubnet=0.0.0.0/0',
    `mark=${policyMark}/0xffffffff`,
    `vti-interface=${device}`,
    'vti-routing=no',
  ];
}

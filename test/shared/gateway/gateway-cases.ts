/** Which gateways stand for all? One of each kind that is rendered differently. */
import type { GatewayConfig, TunnelConfig } from '../../../shared/gateway/gateway-config.js';

/** A route-based gateway with two edges and its address as identity; takes the difference. */
export function aGatewayConfig(difference: Partial<GatewayConfig> = {}): GatewayConfig {
  return {
    site: 'berlin',
    slot: 'berlin-z1-1',
    routing: 'route-based',
    tunnels: [aTunnel('primary', '198.51.101.10'), aTunnel('secondary', '198.51.102.10')],
    ike: 'aes256-sha2_256;dh14',
    esp: 'null-md5',
    proxy: { address: '185.46.212.88', ports: [9400], masquerade: true },
    clients: ['10.0.0.0/16'],
    probePort: 8100,
    checkHost: 'gateway.zscaler.net',
    idleTimeoutMinutes: 15,
    ...difference,
  };
}

/** A tunnel whose identity is the gateway's address unless another is given. */
export function aTunnel(role: TunnelConfig['role'], edge: string, localId = '203.0.113.5'): TunnelConfig {
  return { role, edge, localId };
}

/** A case and the folder of its golden files. */
export interface GatewayCase {
  readonly name: string;
  readonly config: GatewayConfig;
}

/** Every kind, with what a site may choose. */
export const gatewayCases: readonly GatewayCase[] = [
  { name: 'route-based-ip', config: aGatewayConfig() },
  {
    name: 'route-based-ufqdn',
    config: aGatewayConfig({
      tunnels: [
        aTunnel('primary', 'fra4-vpn.example.net', 'berlin-z1-1-primary@example.com'),
        aTunnel('secondary', '198.51.102.10', 'berlin-z1-1-secondary@example.com'),
      ],
      reports: { url: 'https://tunnelkeeper.example.net/api/reports', audience: 'api://tunnelkeeper' },
    }),
  },
  {
    name: 'policy-based-ip',
    config: aGatewayConfig({ routing: 'policy-based', tunnels: [aTunnel('primary', '198.51.101.10')] }),
  },
  {
    name: 'two-ports-without-masquerade',
    config: aGatewayConfig({
      tunnels: [aTunnel('primary', '198.51.101.10')],
      proxy: { address: '185.46.212.88', ports: [9400, 10101], masquerade: false },
      clients: ['10.0.0.0/16', '10.8.0.0/24'],
    }),
  },
  {
    name: 'watched-by-netdata',
    config: aGatewayConfig({ netdata: { from: ['10.9.0.0/24', '10.10.0.0/15'] } }),
  },
];

/** Takes the rule that drops away wherever it was rendered, and what refuses to go on without it. */
export function withoutRule(text: string): string {
  return text.replace(/^-A TK .*\n/gm, '').replace(/^if ! \{ iptables -w -C FORWARD -j TK [^]*?^fi\n/gm, '');
}

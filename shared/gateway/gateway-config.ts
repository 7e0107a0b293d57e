/** What a gateway is told: everything that rendering needs, and no secret. */

/** Which of a gateway's tunnels. New flows take the primary while it works. */
export type TunnelRole = 'primary' | 'secondary';

/** One tunnel to one service edge. */
export interface TunnelConfig {
  readonly role: TunnelRole;
  /** Host name or IPv4 address of the service edge. */
  readonly edge: string;
  /** IKE identity of our side: the gateway's public IPv4 address, or `name@domain`. */
  readonly localId: string;
}

/** Input of all rendering; JSON, secrets excluded. */
export interface GatewayConfig {
  readonly site: string;
  /** `<site>-z<zone>-<n>`. */
  readonly slot: string;
  readonly routing: 'route-based' | 'policy-based';
  /** Primary first. One or two when route-based, exactly one when policy-based. */
  readonly tunnels: readonly TunnelConfig[];
  /** Libreswan proposal, such as `aes256-sha2_256;dh14`. */
  readonly ike: string;
  /** Libreswan proposal, such as `null-md5`. */
  readonly esp: string;
  readonly proxy: {
    /** Global proxy address, such as 185.46.212.88. */
    readonly address: string;
    readonly ports: readonly number[];
    /** Hide clients behind the gateway's own address. */
    readonly masquerade: boolean;
  };
  /** IPv4 prefixes that may use the proxy; never contains 168.63.129.16. */
  readonly clients: readonly string[];
  /** TCP port on which the agent answers the balancer's probe. */
  readonly probePort: number;
  /** Host of the request through the tunnel, `gateway.<cloud>.net`; its path is `/vpntest`. */
  readonly checkHost: string;
  /** Idle time-out of the balancer's rules, in minutes. */
  readonly idleTimeoutMinutes: number;
  /** Netdata beside the tunnel; none without it. */
  readonly netdata?: {
    /** IPv4 prefixes that may see it at the gateway's private address, 8 at most; loopback alone when empty. */
    readonly from: readonly string[];
  };
  /** Where the gateway reports what changes; without it, it reports nothing. */
  readonly reports?: {
    /** Absolute, of printable ASCII without spaces and quotes, 500 characters at most; https in Azure. It answers 202. */
    readonly url: string;
    /** For whom the token of the machine's identity is that goes with a report, such as `api://…`; without it none goes. */
    readonly audience?: string;
  };
}

/** A file as it lies on a gateway. */
export interface GatewayFile {
  readonly path: string;
  /** Octal, such as `0644`. */
  readonly mode: string;
  readonly content: string;
}

/** Environment variable in which the setup script gets the PSK of a tunnel (a protected parameter). */
export const pskVariable = {
  primary: 'TK_PSK_PRIMARY',
  secondary: 'TK_PSK_SECONDARY',
} as const satisfies Record<TunnelRole, string>;

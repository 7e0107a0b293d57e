/** What did a machine say of itself when it was asked? Its last line is the only thing that is believed. */
import type { TunnelRole } from './gateway-config.js';

/** Why a tunnel is down, by what pluto said last about it. */
export type TunnelTrouble =
  | 'credential-refused'
  | 'edge-silent'
  | 'ike-proposal-refused'
  | 'esp-proposal-refused'
  | 'selectors-refused'
  | 'psk-unusable'
  | 'unknown';

/** The JSON of the line `TUNNELKEEPER DIAGNOSIS {json}`, at most 1 KB. */
export interface GatewayDiagnosis {
  /** Base names of rendered files whose content on the machine isn't what was rendered; secrets are not looked at. */
  readonly changedFiles: readonly string[];
  /** Which units are active. */
  readonly services: { readonly ipsec: boolean; readonly forwarding: boolean; readonly health: boolean };
  readonly tunnels: Partial<
    Record<
      TunnelRole,
      { readonly state: 'up' | 'down'; readonly request: boolean; readonly because?: TunnelTrouble }
    >
  >;
  /** HTTP status that the probe gets; 0 when nothing answers. */
  readonly probe: number;
  /** Clients' connections that are tracked into the tunnels now. */
  readonly connections: number;
}

/** What does a gateway say about itself when it is asked? */
import type { TunnelRole } from './gateway-config.js';
import type { TunnelTrouble } from './tunnel-trouble.js';

/** One tunnel, looked at from the machine. */
export interface TunnelDiagnosis {
  /** Whether its child SA stands. */
  readonly state: 'up' | 'down';
  /** Whether a request through it was answered within 2 s. */
  readonly request: boolean;
  /** Why it is down, by pluto's newest words; absent while it is up. */
  readonly because?: TunnelTrouble;
}

/** The JSON of the line `TUNNELKEEPER DIAGNOSIS {json}`, at most 1 KB. */
export interface GatewayDiagnosis {
  /** Base names of rendered files whose content or mode on the machine isn't what was rendered; no secrets. */
  readonly changedFiles: readonly string[];
  /** Whether each unit is active. */
  readonly services: { readonly ipsec: boolean; readonly forwarding: boolean; readonly agent: boolean };
  readonly tunnels: Partial<Record<TunnelRole, TunnelDiagnosis>>;
  /** HTTP status that the balancer's probe gets now; 0 when nothing answers. */
  readonly probe: number;
  /**
   * Clients' established connections that are tracked into the tunnels now. Where the kernel doesn't list them, all
   * that it tracks: never fewer than there are.
   */
  readonly connections: number;
}

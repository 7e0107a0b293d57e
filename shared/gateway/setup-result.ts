/** What did the setup script say? Its last line is the only thing that is believed. */
import type { TunnelRole } from './gateway-config.js';

/** Why a setup failed, told by the machine itself. */
export type SetupFailure =
  | 'packages-not-installed'
  | 'package-lock-held'
  | 'psk-unusable'
  | 'configuration-refused'
  | 'credential-refused'
  | 'ike-proposal-refused'
  | 'esp-proposal-refused'
  | 'selectors-refused'
  | 'edge-silent'
  | 'proxy-silent'
  | 'unexpected';

/** What the site asks for and the gateway goes without, although it may serve. */
export const setupWarnings = ['netdata-not-packaged', 'netdata-not-installed', 'netdata-silent'] as const;

/** One of them. */
export type SetupWarning = (typeof setupWarnings)[number];

/** State of one tunnel at the end of the script. */
export interface TunnelResult {
  readonly state: 'up' | 'down';
  /** Seconds from the start of the connection to this state. */
  readonly seconds: number;
  /**
   * Whether the far side was asked for proof during this run: the IKE SA that carries the tunnel has another number
   * than the one before. Absent in results of scripts that didn't tell.
   */
  readonly isNew?: boolean;
}

/** The JSON of the line `TUNNELKEEPER RESULT {json}`, at most 1 KB. */
export interface SetupResult {
  readonly ok: boolean;
  /** `configHash` of what was applied. */
  readonly config: string;
  /** Names of the files that were different before. */
  readonly changed: readonly string[];
  readonly tunnels: Partial<Record<TunnelRole, TunnelResult>>;
  /** HTTP status that the balancer's probe gets now; 0 when nothing answers. */
  readonly probe: number;
  readonly reason?: SetupFailure;
  /** What a person can do. */
  readonly mend?: string;
  readonly warning?: SetupWarning;
}

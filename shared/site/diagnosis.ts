/** What is a diagnosis made from, and what does it say? */
import type { GatewayHealth } from './gateway-health.js';
import type { SlotId } from './ids.js';
import type { Cause, Rung } from './remedy.js';
import type { Evidence } from './timeline-entry.js';

/** All that the diagnosis of one gateway is made from. */
export interface GatewayFacts {
  readonly slot: SlotId;
  /** Absent when there is no machine. */
  readonly health?: GatewayHealth;
  /** Something of ours is in flight on the machine. */
  readonly isInFlight: boolean;
  /** ISO 8601: only what spoke for it after this counts, since its mending goes on; absent when nothing is wrong. */
  readonly mendedSince?: string;
  readonly edge: {
    readonly name: string;
    /** Other gateways, of this site or another, that are known to serve through it now. */
    readonly servesOthers: number;
    /** Other gateways that should serve through it, whether they do or not. */
    readonly others: number;
  };
  /** The vault has a newer version of its PSK than the gateway. */
  readonly isSecretNewer: boolean;
}

/** What was found. */
export interface Diagnosis {
  readonly cause: Cause;
  /** For people, with numbers and units. */
  readonly sentence: string;
  readonly evidence: Evidence;
  /** The machine has to be asked before more can be told. */
  readonly mustAsk?: boolean;
  /** The lowest rung that can help, when the evidence rules lower ones out. */
  readonly from?: Rung;
  /** Another machine would meet the same: the far side refuses what the site asks for. */
  readonly isFarSide?: boolean;
}

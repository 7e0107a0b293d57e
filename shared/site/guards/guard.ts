/** What does a guard judge, and what can it say? */
import type { FleetView } from '../fleet-view.js';
import type { GatewayHealth } from '../gateway-health.js';
import type { SlotId } from '../ids.js';
import type { Reason } from '../reason.js';
import type { Remedy, Rung } from '../remedy.js';
import type { SiteRecord } from '../site-record.js';
import type { Evidence } from '../timeline-entry.js';

/** What is about to be done to a gateway. */
export interface Disruption {
  readonly slot: SlotId;
  /** `mend`: of one that doesn't serve, its machine stays. `machine`: it is stopped, moved or deleted. `planned`: of one that serves. */
  readonly kind: 'mend' | 'machine' | 'planned';
  readonly rung?: Rung;
  /** A person asked for just this. */
  readonly isOrdered: boolean;
  /** The machine goes and another comes. */
  readonly isReplacement: boolean;
}

/** All that guards look at. */
export interface GuardFacts {
  readonly record: SiteRecord;
  /** Absent when there is no machine. */
  readonly health?: GatewayHealth;
  readonly remedy?: Remedy;
  /** Other gateways of the site that serve now. */
  readonly othersServing: number;
  /** Gateways that the site should have. */
  readonly wanted: number;
  /** Other gateways of the site that are taken out, or whose machine is touched, now. */
  readonly othersOut: readonly SlotId[];
  /** Absent when the fleet was not looked at. */
  readonly fleet?: FleetView;
  readonly limits: FleetLimits;
  /** Whether the remedy has a seat of the fleet; absent when none was asked for. */
  readonly seat?: 'taken' | 'full';
}

/** Limits over all sites. */
export interface FleetLimits {
  /** Remedies at once. */
  readonly maxInFlight: number;
  /** Share of failing gateways above which nothing is mended, 0 to 1. */
  readonly freezeShare: number;
}

/** What a guard says. */
export type GuardVerdict =
  | { readonly kind: 'pass' }
  | {
      readonly kind: 'hold';
      readonly reason: Reason;
      /** For people, with numbers and units. */
      readonly sentence: string;
      /** ISO 8601: when it is worth looking again. */
      readonly until?: string;
      readonly evidence?: Evidence;
    };

/** One reason not to do it now. */
export type Guard = (disruption: Disruption, facts: GuardFacts, now: Date) => GuardVerdict;

/** Nothing speaks against it. */
export const pass: GuardVerdict = { kind: 'pass' };

/** ISO 8601, some seconds from now. */
export function inSeconds(now: Date, seconds: number): string {
  return new Date(now.getTime() + seconds * 1000).toISOString();
}

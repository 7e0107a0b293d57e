/** On what do the wishes of a site's gateways lie while they are weighed? */
import type { GatewayHealth } from '../gateway-health.js';
import type { SlotId } from '../ids.js';
import type { Observed } from '../plan.js';
import type { Policy } from '../policy.js';
import type { Remedy, Replacement } from '../remedy.js';
import type { OutOfService, SiteRecord } from '../site-record.js';
import type { SlotPlan } from '../slot-question.js';
import type { Wish } from '../wish.js';

/** A gateway with its plan. */
export interface PlannedSlot {
  readonly slot: SlotId;
  readonly plan: SlotPlan;
  readonly health?: GatewayHealth | undefined;
}

/** What is arranged. */
export interface Arrangement {
  /** The plans after all was weighed: with a step, or with a wait that says why not. */
  readonly slots: readonly PlannedSlot[];
  readonly outOfService: Readonly<Record<string, OutOfService>>;
  readonly remedies: Readonly<Record<string, Remedy>>;
  readonly replacements: readonly Replacement[];
  /** Gateways that get no new connections. */
  readonly drained: readonly SlotId[];
  /** Nothing is mended before the fleet was looked at. */
  readonly needsFleet: boolean;
  /** Gateways whose mending needs a seat of the fleet. */
  readonly wantsSeats: readonly SlotId[];
}

/** What the weighing is made from. */
export interface ArrangeQuestion {
  readonly record: SiteRecord;
  readonly observed: Observed;
  readonly policy: Policy;
  readonly now: Date;
  readonly slots: readonly PlannedSlot[];
  /** Gateways that the site should have. */
  readonly wanted: number;
}

/** What is arranged so far. */
export type Table = Omit<Arrangement, 'drained'>;

/** A wish of a gateway that doesn't serve. */
export type MendWish = Extract<Wish, { kind: 'mend' }>;

/** A wish of one that serves. */
export type PlannedWish = Extract<Wish, { kind: 'planned' }>;

/** The table with another plan for a gateway. */
export function replace(table: Table, planned: PlannedSlot): Table {
  return { ...table, slots: table.slots.map((other) => (other.slot === planned.slot ? planned : other)) };
}

/** Says whether the balancer hands a gateway no new connections. */
export function isDrained({ resources }: Observed, slot: SlotId): boolean {
  return resources.some((resource) => resource.kind === 'load-balancer' && resource.drained.includes(slot));
}

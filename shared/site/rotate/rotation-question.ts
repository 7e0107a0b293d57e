/** What is a rotation planned from, and what does a plan of it hold? */
import type { GatewayConfig } from '../../gateway/gateway-config.js';
import type { DesiredSlot } from '../desired-site.js';
import type { SlotId } from '../ids.js';
import type { ObservedSetup } from '../observed-site.js';
import type { Observed, Wait } from '../plan.js';
import type { Rotation, SecretUse } from '../rotation.js';
import type { RotationStep } from '../rotation-step.js';
import type { SiteRecord } from '../site-record.js';
import type { TimelineEntry } from '../timeline-entry.js';

/** What a rotation is planned from. */
export interface RotationQuestion {
  readonly record: SiteRecord;
  readonly observed: Observed;
  readonly slots: readonly DesiredSlot[];
  /** Configuration of a slot's gateway; absent while it has no address. */
  readonly configOf: (slot: DesiredSlot) => GatewayConfig | undefined;
  /** Gateways that serve now. */
  readonly serving: readonly SlotId[];
  readonly now: Date;
}

/** What is planned. */
export interface RotationPlan {
  readonly rotation?: Rotation;
  readonly secretsInUse: Readonly<Record<string, SecretUse>>;
  /** Somebody's wish for a rotation that has begun is no wish any more. */
  readonly isWishTaken: boolean;
  readonly steps: readonly RotationStep[];
  readonly waits: readonly Wait[];
  readonly happened: readonly TimelineEntry[];
}

/** Which version of each secret is in use, by name. */
export type SecretsInUse = Readonly<Record<string, SecretUse>>;

/** What one stage of a rotation changes; without `rotation` it is over. */
export type Progress = Partial<RotationPlan>;

/** The setups that stand. */
export function setupsOf({ resources }: Observed): readonly ObservedSetup[] {
  return resources.filter((resource) => resource.kind === 'setup');
}

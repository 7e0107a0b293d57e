/** What is known of a gateway whose machine stands? */
import type { GatewayHealth } from './gateway-health.js';
import type { SetupIntent } from './intent.js';
import type { ObservedSetup, ObservedVirtualMachine } from './observed-site.js';
import type { Remedy } from './remedy.js';
import type { SlotQuestion } from './slot-question.js';

/** All that the plan of one gateway whose machine stands is made from. */
export interface Standing {
  readonly question: SlotQuestion;
  readonly machine: ObservedVirtualMachine;
  readonly setup: ObservedSetup | undefined;
  /** What the setup should be. */
  readonly wanted: SetupIntent;
  readonly health: GatewayHealth;
  readonly remedy: Remedy | undefined;
}

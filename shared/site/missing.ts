/** What is still to be made of a site? */
import type { DesiredSlot } from './desired-site.js';
import type { SlotId } from './ids.js';

/** What is still to be made, and what stands. */
export interface Missing {
  readonly slots: readonly DesiredSlot[];
  /** Slots that have a machine. */
  readonly standing: readonly SlotId[];
  readonly machines: number;
  readonly addresses: number;
  readonly networkInterfaces: number;
  readonly hasLoadBalancer: boolean;
}

/** Says whether nothing of a site stands yet, addresses and groups left aside: they cost little and serve nobody. */
export function isUntouched({ slots, standing, networkInterfaces, hasLoadBalancer }: Missing): boolean {
  return standing.length === 0 && networkInterfaces === slots.length && !hasLoadBalancer;
}

/** What do the bench and the process that runs one of its regions say to each other? */
import type { FaultName, FaultWish } from '../../infra/local/region/faults.js';
import type { TimelineLine } from '../../infra/local/region/site-api.js';

/** Who mends: the product, or a script that replaces after bad minutes. */
export type Policy = 'tunnelkeeper' | 'plain';

/** One region that is broken in all ways, one after the other. */
export interface HealingWish {
  readonly policy: Policy;
  readonly seed: number;
  readonly faults: readonly FaultName[];
}

/** What came of one fault. */
export interface Healed {
  readonly fault: FaultName;
  /** From the fault until all gateways served again; absent where they didn't within `capSeconds`. */
  readonly seconds?: number;
  /** Client requests that weren't answered meanwhile. */
  readonly lost: number;
  /** Machines that were made, from the fault to the end of the rest after it. */
  readonly replaced: number;
  /** What the product told meanwhile. */
  readonly told: readonly TimelineLine[];
}

/** What the process answers, once. */
export type HealingAnswer =
  { readonly ok: true; readonly healed: readonly Healed[] } | { readonly ok: false; readonly why: string };

/** A fault of the demo, and what it takes to mend it. */
export interface BenchFault {
  readonly wish: FaultWish & { readonly fault: FaultName };
  /** Ends the fault where nobody on this side can; it may begin again elsewhere then. */
  readonly after?: FaultWish;
  /** Machines that have to be made: none while the old one can be mended. */
  readonly needed: 0 | 1;
  /** Whether something less than another machine mends it, which the plain policy doesn't know. */
  readonly lowerRungHelps: boolean;
}

/** As `npm run demo` breaks its site; the last one ends the region of a policy that can't mend it. */
export const benchFaults: readonly BenchFault[] = [
  { wish: { fault: 'ipsec-stopped', gateway: 'hq-z1-1' }, needed: 0, lowerRungHelps: true },
  { wish: { fault: 'machine-stopped', gateway: 'hq-z2-1' }, needed: 0, lowerRungHelps: true },
  { wish: { fault: 'machine-deleted', gateway: 'hq-z3-1' }, needed: 1, lowerRungHelps: false },
  {
    wish: { fault: 'edge-down', edge: 'fra4' },
    after: { fault: 'edge-up', edge: 'fra4' },
    needed: 0,
    lowerRungHelps: false,
  },
  { wish: { fault: 'psk-changed', gateway: 'hq-z1-1' }, needed: 0, lowerRungHelps: true },
];

/** Longest that is waited for one fault's end, in the region's seconds. */
export const capSeconds = 1800;

/** What is a day of some sites made of? Built in the morning, broken by seed, PSKs renewed in a window; messages of its process. */
import type { FaultName } from '../../infra/local/region/faults.js';

/** A day, or some hours of it, that is wanted. */
export interface DayWish {
  readonly seed: number;
  readonly sites: number;
  /** Gateways of each site, one a zone: 1 to 3. */
  readonly zones: number;
  readonly hours: number;
  /** How often something breaks, over all sites. */
  readonly faults: number;
}

/** What came of it. */
export interface DayDone {
  /** The timelines of all sites, and how the sites stand at the end: the whole of what an operator would see. */
  readonly story: string;
  readonly lines: number;
  readonly serving: number;
  readonly rotated: number;
  readonly mended: number;
  readonly requests: number;
  readonly lost: number;
  readonly leaks: number;
  readonly errors: readonly string[];
  /** Timers that fired. */
  readonly timers: number;
  /** Real seconds, without the start of the process; and those of the build. */
  readonly seconds: number;
  readonly buildSeconds: number;
}

/** What breaks in such a day: of gateways, and each mended by the app alone. */
export const dayFaults: readonly FaultName[] = [
  'ipsec-stopped',
  'machine-stopped',
  'machine-deleted',
  'machine-hangs',
  'tunnel-stuck',
  'agent-dead',
  'configuration-edited',
];

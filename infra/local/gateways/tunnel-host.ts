/** What does a tunnel need around it, and what does it show? */
import type { Random } from './guest-durations.js';
import type { Negotiator } from './negotiate.js';
import type { Connection } from './read-ipsec-conf.js';
import type { Line } from './tunnel-lines.js';

/** What a tunnel needs of the machine around it. */
export interface TunnelHost extends Negotiator {
  readonly random: Random;
  /** Aborted when pluto ends. */
  readonly signal: AbortSignal;
  nextNumber(): number;
  journal(lines: readonly Line[]): void;
  /** A child SA that carried connections is gone. */
  lost(): void;
  /** `_updown` has run for a child SA that now stands. */
  established(connection: Connection, edge: string): void;
}

/** How `ipsec auto --up` ended. */
export interface UpEnd {
  readonly exitCode: number;
  readonly lines: readonly Line[];
}

/** `held`: the SA is gone, and the kernel's policy stays and drops; so measured with a connection that is to be up. */
export type Policy = 'none' | 'tunnels' | 'held';

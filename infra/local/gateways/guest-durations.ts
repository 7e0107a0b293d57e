/** How long does what a gateway does take? Measured where it could be, marked where it is an estimate. */

/** Gives numbers from 0 to below 1; seeded, so that a day can be played again. */
export type Random = () => number;

/** Seconds between which a duration lies. */
type Range = readonly [from: number, to: number];

const ranges = {
  /** Estimate: power until the agent runs. User-Mode Linux took 8.0 to 16.3 s (docs/gateway.md, the lab). */
  boot: [8, 25],
  /**
   * Estimate: cloud-init with an update and five packages. It took 70 s in the lab, whose guests fork five times as
   * slowly as a machine of Azure (`systemctl start ipsec`: 8 s).
   */
  cloudInit: [12, 45],
  /** Estimate: what is left of cloud-init at a later boot. */
  cloudInitAgain: [1, 3],
  /** Estimate, as for cloud-init's packages. */
  packages: [20, 70],
  /** `apt-get update` without a way out gives up after 30 s a server. Estimate. */
  packagesUnreachable: [30, 120],
  /** Estimate: `systemctl start ipsec`; 8 s in the lab, whose guests fork slowly. */
  plutoStart: [1, 3],
  /** Measured: two tunnels are up 2 to 3 s after the start, one `--up` takes 0.8 s. */
  established: [0.8, 3],
  /** Measured. */
  rejected: [0.3, 0.5],
  /** Estimate: a Python program until it listens. */
  agentStart: [0.2, 0.8],
} as const satisfies Record<string, Range>;

/** Exact ones: seconds, all measured with Libreswan 4.10. */
export const measured = {
  /** `--up` gives up on an edge that is silent. */
  silent: 16,
  /** `--up` gives up on an edge that refuses the IKE proposal. */
  ikeRefused: 16.3,
  /** The IKE SA stands, its child was refused. */
  childRefused: 0.4,
  noSecret: 0.3,
  /** With `dpddelay=5` and `retransmit-timeout=15s`: from silence until the child SA is gone. */
  deadPeer: 20.6,
  /** From an edge's return until the tunnel carries requests. */
  healed: 0.4,
} as const;

/** What takes time. */
export type GuestDuration = keyof typeof ranges;

/** Draws seconds, evenly between the ends. */
export function drawGuestSeconds(duration: GuestDuration, random: Random): number {
  const [from, to] = ranges[duration];
  return from + (to - from) * random();
}

/** How long does Azure take? Percentiles of recorded operations, drawn from. */
import type { Random } from './random.js';

/** Seconds at the 10th, 50th, 90th and 99th percentile. */
type Percentiles = readonly [p10: number, p50: number, p90: number, p99: number];

/**
 * From public test recordings of Azure's SDKs and CLIs: the operation's own `startTime` and `endTime` where it has
 * them (machines), else the Date headers from the first request to the terminal poll, which hold the client's poll
 * interval too and so are upper bounds. Marked ones are estimates: no recording of them was found. docs/azure.md has
 * the number of samples of each.
 */
const recorded = {
  'public-ip.create': [0, 1, 9, 32],
  'public-ip.update': [1, 4, 31, 31],
  'public-ip.delete': [0, 1, 32, 105],
  'security-group.create': [1, 3, 5, 30],
  'security-group.update': [1, 1, 3, 3],
  'security-group.delete': [10, 10, 11, 31],
  'load-balancer.create': [0, 10, 103, 103],
  'load-balancer.update': [11, 30, 32, 92],
  'load-balancer.delete': [0, 10, 30, 63],
  'backend-pool.create': [10, 11, 11, 11],
  'backend-pool.update': [10, 10, 10, 10],
  'network-interface.create': [11, 30, 31, 828],
  'network-interface.update': [30, 31, 72, 1017],
  'network-interface.delete': [0, 11, 32, 32],
  /** Of three samples. */
  'network-interface.effective-routes': [10, 32, 213, 213],
  'route-table.create': [10, 12, 31, 31],
  'route-table.update': [1, 11, 12, 12],
  'route-table.delete': [11, 12, 31, 31],
  'virtual-network.create': [1, 4, 20, 45],
  'virtual-network.update': [2, 3, 30, 34],
  'virtual-network.delete': [0, 11, 22, 31],
  'subnet.create': [1, 13, 31, 34],
  'subnet.update': [1, 3, 4, 32],
  'subnet.delete': [10, 11, 31, 32],
  'resource-group.delete': [48, 170, 539, 1368],
  'virtual-machine.create': [34.8, 81.7, 156.2, 446.6],
  'virtual-machine.update': [0.2, 8.5, 27.9, 110.7],
  'virtual-machine.delete': [10.4, 44.1, 144, 392.4],
  'virtual-machine.start': [0.2, 12.2, 61.8, 207.4],
  'virtual-machine.deallocate': [23.6, 51, 284.1, 704.6],
  'virtual-machine.power-off': [5.2, 9.4, 14.7, 29.7],
  'virtual-machine.restart': [0.1, 1.4, 21.4, 67.6],
  /** Of three samples. */
  'virtual-machine.redeploy': [63.3, 126.4, 317.4, 317.4],
  /** Estimate: a pause is mostly under 10 s, and 30 s at most (documentation of maintenance that keeps memory). */
  'virtual-machine.freeze': [2, 5, 9, 30],
  /** Estimate, borrowed from the recorded run command action with a short script. */
  'run-command.create': [15, 25, 75, 460],
  /** Estimate, as above. */
  'run-command.update': [15, 25, 75, 460],
  /** Estimate, borrowed from the deletion of an extension. */
  'run-command.delete': [10, 20, 45, 95],
  /** Estimate: from the end of a machine's creation until its agent takes commands. */
  'guest-agent.ready': [5, 20, 90, 300],
  /** Estimate of ARM's answer to a read. */
  'arm.read': [0.03, 0.06, 0.2, 0.8],
  /** Estimate of ARM's first answer to a write. */
  'arm.write': [0.1, 0.25, 0.8, 2],
  /** Estimate. */
  'key-vault.read': [0.02, 0.08, 0.3, 1],
  /** Estimate. */
  'key-vault.write': [0.05, 0.15, 0.5, 2],
  /** Estimates: until a minute of a metric can be read, and until a rule's finding is sent out. */
  'monitor.metricIngestionDelay': [60, 120, 180, 600],
  'monitor.lbDipAvailabilityDelay': [60, 120, 180, 300],
  'monitor.metricAlertEvaluationDelay': [60, 120, 300, 600],
  /** Estimate. */
  'eventGrid.delivery': [0.2, 1, 5, 60],
} as const satisfies Record<string, Percentiles>;

/** What takes time. */
export type Duration = keyof typeof recorded;

/** Draws a duration, in seconds. */
export type Draw = (duration: Duration) => number;

/** What a percentile of 0 s stands for, so that it has a logarithm. */
const shortestSeconds = 0.1;

/**
 * Makes a draw: between the percentiles by their logarithms, since such durations have long tails; from half the 10th
 * (nothing is faster) to the longest that is wanted.
 *
 * @param longest 0.9 for a usual day, 0.99 for one with what is rare; rarer ones are never drawn
 */
export function durationsDrawnBy(random: Random, longest: number): Draw {
  return (duration) => secondsAt(duration, random() * longest);
}

/** Longest that a duration is drawn, in seconds. */
export function longestOf(duration: Duration): number {
  return recorded[duration][3];
}

function secondsAt(duration: Duration, at: number): number {
  const [p10, p50, p90, p99] = recorded[duration];
  const points = [
    [0, p10 / 2],
    [0.1, p10],
    [0.5, p50],
    [0.9, p90],
    [0.99, p99],
  ] as const;
  for (let index = 1; index < points.length; index++) {
    const [from, low] = points[index - 1] ?? [0, 0];
    const [to, high] = points[index] ?? [1, 0];
    if (at <= to) return between(low, high, (at - from) / (to - from));
  }
  return p99;
}

function between(low: number, high: number, share: number): number {
  const from = Math.log(Math.max(low, shortestSeconds));
  const to = Math.log(Math.max(high, shortestSeconds));
  return Math.exp(from + (to - from) * share);
}

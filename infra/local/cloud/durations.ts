/** How long does Azure take? Percentiles of recorded operations, drawn from. */
import type { Random } from './random.js';

/** Seconds at the 10th, 50th, 90th and 99th percentile, and where they are from. */
type Recorded = readonly [p10: number, p50: number, p90: number, p99: number, source: string];

/**
 * From public test recordings of Azure's SDKs and CLIs, with the number of samples: the operation's own `startTime`
 * and `endTime` where it has them, else the Date headers from the first request to the terminal poll, which hold the
 * client's poll interval too and so are upper bounds. Of estimates no recording was found. What nothing here takes yet
 * stands beside the rest, for whoever serves it.
 */
const recorded = {
  'public-ip.create': [0, 1, 9, 32, '525 recorded, Date headers'],
  'public-ip.update': [1, 4, 31, 31, '5 recorded, Date headers'],
  'public-ip.delete': [0, 1, 32, 105, '24 recorded, Date headers'],
  'security-group.create': [1, 3, 5, 30, '82 recorded, Date headers'],
  'security-group.update': [1, 1, 3, 3, '5 recorded, Date headers'],
  'security-group.delete': [10, 10, 11, 31, '9 recorded, Date headers'],
  'load-balancer.create': [0, 10, 103, 103, '3 recorded, Date headers'],
  'load-balancer.update': [11, 30, 32, 92, '173 recorded, Date headers'],
  'load-balancer.delete': [0, 10, 30, 63, '22 recorded, Date headers'],
  'backend-pool.create': [10, 11, 11, 11, '9 recorded, Date headers'],
  'backend-pool.update': [10, 10, 10, 10, '5 recorded, Date headers'],
  'backend-pool.delete': [10, 11, 11, 11, '4 recorded, Date headers'],
  'network-interface.create': [11, 30, 31, 828, '25 recorded, Date headers'],
  'network-interface.update': [30, 31, 72, 1017, '109 recorded, Date headers'],
  'network-interface.delete': [0, 11, 32, 32, '15 recorded, Date headers'],
  'network-interface.effective-routes': [10, 32, 213, 213, '3 recorded, Date headers'],
  'virtual-network.create': [1, 4, 20, 45, '712 recorded, Date headers'],
  'virtual-network.update': [2, 3, 30, 34, '89 recorded, Date headers'],
  'virtual-network.delete': [0, 11, 22, 31, '44 recorded, Date headers'],
  'subnet.create': [1, 13, 31, 34, '29 recorded, Date headers'],
  'subnet.update': [1, 3, 4, 32, '71 recorded, Date headers'],
  'subnet.delete': [10, 11, 31, 32, '14 recorded, Date headers'],
  'route-table.create': [10, 12, 31, 31, '5 recorded, Date headers'],
  'route-table.update': [1, 11, 12, 12, '5 recorded, Date headers'],
  'route-table.delete': [11, 12, 31, 31, '4 recorded, Date headers'],
  'route.create': [10, 31, 31, 31, '4 recorded, Date headers'],
  'route.update': [31, 31, 31, 31, '2 recorded, Date headers'],
  'route.delete': [10, 30, 31, 31, '4 recorded, Date headers'],
  'resource-group.delete': [48, 170, 539, 1368, '510 recorded, Date headers'],
  'disk.create': [0.1, 0.2, 0.8, 1.6, '167 recorded, startTime and endTime'],
  'disk.update': [0.1, 0.2, 0.2, 0.2, '2 recorded, startTime and endTime'],
  'disk.delete': [0.2, 0.2, 0.3, 0.5, '22 recorded, startTime and endTime'],
  'virtual-machine.create': [34.8, 81.7, 156.2, 446.6, '519 recorded, startTime and endTime'],
  'virtual-machine.update': [0.2, 8.5, 27.9, 110.7, '119 recorded, startTime and endTime'],
  'virtual-machine.patch': [0.1, 4.6, 13.3, 20.5, '107 recorded, startTime and endTime'],
  'virtual-machine.delete': [10.4, 44.1, 144, 392.4, '77 recorded, startTime and endTime'],
  'virtual-machine.start': [0.2, 12.2, 61.8, 207.4, '22 recorded, startTime and endTime'],
  'virtual-machine.deallocate': [23.6, 51, 284.1, 704.6, '87 recorded, startTime and endTime'],
  'virtual-machine.power-off': [5.2, 9.4, 14.7, 29.7, '24 recorded, startTime and endTime'],
  'virtual-machine.restart': [0.1, 1.4, 21.4, 67.6, '14 recorded, startTime and endTime'],
  'virtual-machine.redeploy': [63.3, 126.4, 317.4, 317.4, '3 recorded, startTime and endTime'],
  'virtual-machine.reimage': [73, 138.6, 138.6, 138.6, '2 recorded, startTime and endTime'],
  'virtual-machine.run-command': [14.3, 20, 75, 462.3, '30 recorded, startTime and endTime'],
  'virtual-machine.freeze': [2, 5, 9, 30, 'estimate: mostly under 10 s and 30 s at most (documentation)'],
  'virtual-machine.maintenance': [
    30,
    90,
    300,
    600,
    'estimate of a freeze, a reboot or a move by the platform',
  ],
  'extension.create': [17.7, 41.5, 160.8, 297, '114 recorded, startTime and endTime'],
  'extension.update': [0.4, 33.6, 74.3, 83, '35 recorded, startTime and endTime'],
  'extension.delete': [13, 20.4, 41.8, 91.2, '23 recorded, startTime and endTime'],
  'run-command.create': [15, 25, 75, 460, 'estimate, borrowed from the recorded action with a short script'],
  'run-command.update': [15, 25, 75, 460, 'estimate, as of its creation'],
  'run-command.delete': [10, 20, 45, 95, 'estimate, borrowed from the deletion of an extension'],
  'guest-agent.ready': [
    5,
    20,
    90,
    300,
    "estimate, from the end of a machine's creation until its agent takes commands",
  ],
  'arm.read': [0.03, 0.06, 0.2, 0.8, "estimate of ARM's answer to a read"],
  'arm.write': [0.1, 0.25, 0.8, 2, "estimate of ARM's first answer to a write"],
  'arm.list-lag': [0.1, 0.3, 2, 10, 'estimate, until lists show what was made and hide what is gone'],
  'role.propagation': [5, 60, 300, 600, 'estimate within the documented bound of 10 minutes'],
  'key-vault.read': [0.02, 0.08, 0.3, 1, 'estimate'],
  'key-vault.write': [0.05, 0.15, 0.5, 2, 'estimate'],
  'monitor.metricIngestionDelay': [60, 120, 180, 600, 'estimate, until a minute of a metric can be read'],
  'monitor.lbDipAvailabilityDelay': [60, 120, 180, 300, 'estimate, as above for a balancer'],
  'monitor.metricAlertEvaluationDelay': [60, 120, 300, 600, "estimate, until a rule's finding is sent out"],
  'eventGrid.delivery': [0.2, 1, 5, 60, 'estimate'],
} as const satisfies Record<string, Recorded>;

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

/** Where a duration's percentiles are from. */
export function sourceOf(duration: Duration): string {
  return recorded[duration][4];
}

/** Every duration. */
export const durations = Object.keys(recorded) as readonly Duration[]; // the table's own keys

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

/** Which numbers stand for many runs, and is a difference more than chance? */
import { seededRandom } from '../../infra/local/cloud/random.js';

/** A number that stands for many. */
export type Statistic = (values: readonly number[]) => number;

/** The value that `share` of all don't exceed: nearest rank. NaN for none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** The middle value, or half way between the two middle ones. */
export const median: Statistic = (values) => {
  const sorted = [...values].sort((one, other) => one - other);
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? Number.NaN) + (sorted[Math.floor(half)] ?? Number.NaN)) / 2;
};

export const p95: Statistic = (values) => percentile(values, 0.95);

/** One seed's value under both policies; `Infinity` for what didn't end. */
export interface Pair {
  readonly ours: number;
  readonly plain: number;
}

/** Samples of the bootstrap. */
const resamples = 2000;

/**
 * The interval in which the difference of a statistic lies with 95 %, ours less theirs: bootstrap over the seeds. The
 * same pairs give the same interval.
 */
export function differenceInterval(
  pairs: readonly Pair[],
  statistic: Statistic,
): { readonly low: number; readonly high: number } {
  const random = seededRandom(1);
  const differences = Array.from({ length: resamples }, () => {
    const drawn = pairs.flatMap(() => pairs[Math.floor(random() * pairs.length)] ?? []);
    const ours = statistic(drawn.map((pair) => pair.ours));
    const plain = statistic(drawn.map((pair) => pair.plain));
    return ours === plain ? 0 : ours - plain; // two that never end don't differ
  });
  return { low: percentile(differences, 0.025), high: percentile(differences, 0.975) };
}

/** What is a metric made of? Samples gathered minute by minute, for each combination of its dimensions. */

/** What was sampled in a while. */
export interface Bucket {
  readonly total: number;
  readonly count: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** Buckets by minute since the epoch. */
export type Minutes = ReadonlyMap<number, Bucket>;

/** One combination of dimensions, by their names as the metric's definition writes them. */
export interface Series {
  readonly dimensions: Readonly<Record<string, string>>;
  readonly minutes: Minutes;
}

/** How a while is made one number, in the alert rules' words. */
export type Aggregation = 'Average' | 'Count' | 'Minimum' | 'Maximum' | 'Total';

/** All of them. */
export const aggregations: readonly Aggregation[] = ['Average', 'Count', 'Minimum', 'Maximum', 'Total'];

/** One sample as a bucket. */
export function sampled(value: number): Bucket {
  return { total: value, count: 1, minimum: value, maximum: value };
}

/** Several buckets as one; `undefined` of none. */
export function merged(buckets: readonly Bucket[]): Bucket | undefined {
  const [first, ...others] = buckets;
  return first === undefined ? undefined : others.reduce(both, first);
}

function both(one: Bucket, other: Bucket): Bucket {
  return {
    total: one.total + other.total,
    count: one.count + other.count,
    minimum: Math.min(one.minimum, other.minimum),
    maximum: Math.max(one.maximum, other.maximum),
  };
}

/** The number that an aggregation makes of a bucket. */
export function aggregated({ total, count, minimum, maximum }: Bucket, by: Aggregation): number {
  switch (by) {
    case 'Average':
      return total / count;
    case 'Count':
      return count;
    case 'Minimum':
      return minimum;
    case 'Maximum':
      return maximum;
    case 'Total':
      return total;
  }
}

/** Series merged into one for each combination of the wanted dimensions; of none wanted, into one. */
export function splitBy(all: readonly Series[], wanted: readonly string[]): readonly Series[] {
  const groups = new Map<string, Series[]>();
  for (const series of all) {
    const key = JSON.stringify(wanted.map((name) => series.dimensions[name]));
    groups.set(key, [...(groups.get(key) ?? []), series]);
  }
  return [...groups.values()].map((group) => ({
    dimensions: Object.fromEntries(wanted.map((name) => [name, group[0]?.dimensions[name] ?? ''])),
    minutes: mergedMinutes(group),
  }));
}

function mergedMinutes(group: readonly Series[]): Minutes {
  const minutes = new Map<number, Bucket>();
  for (const series of group) {
    for (const [minute, bucket] of series.minutes) {
      const known = minutes.get(minute);
      minutes.set(minute, known === undefined ? bucket : both(known, bucket));
    }
  }
  return minutes;
}

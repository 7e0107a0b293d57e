/** What does an alert rule find when it looks? Pure: its metrics in, a finding for each combination of dimensions out. */
import type { Criterion, MetricAlertRule, Operator, RuleDimension } from './metric-alert-rules.js';
import { aggregated, merged, splitBy, type Series } from './metric-series.js';
import { minuteMs } from './monitor-time.js';

/** What a criterion saw. */
export interface Sight {
  readonly criterion: Criterion;
  readonly value: number;
}

/** What the rule found for one target and one combination of dimensions. */
export interface Finding {
  /** Same for the same combination at each look. */
  readonly key: string;
  readonly targetId: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** All criteria are met. */
  readonly isBreached: boolean;
  readonly sights: readonly Sight[];
  readonly windowStart: string;
  readonly windowEnd: string;
}

/** Reads the series of a scope's metric that have come in. */
export type ReadMetric = (scope: string, metricName: string) => readonly Series[];

/**
 * Looks once. A combination of which nothing has come in within the window isn't judged: what is missing is neither a
 * breach nor health (documentation).
 */
export function evaluateRule(rule: MetricAlertRule, read: ReadMetric, nowMs: number): readonly Finding[] {
  const window = {
    windowStart: new Date(nowMs - rule.windowMs).toISOString(),
    windowEnd: new Date(nowMs).toISOString(),
  };
  return rule.scopes.flatMap((targetId) =>
    combinations(rule, read, targetId).flatMap((dimensions) => {
      const sights = rule.criteria.map((criterion) => {
        const found = seriesFor(criterion, read, targetId, dimensions);
        return { criterion, value: valueIn(criterion, found, nowMs - rule.windowMs, nowMs) };
      });
      const seen = sights.flatMap(({ criterion, value }) =>
        value === undefined ? [] : [{ criterion, value }],
      );
      if (seen.length < sights.length) return [];
      const isBreached = seen.every(({ criterion, value }) =>
        compares(value, criterion.operator, criterion.threshold),
      );
      const key = JSON.stringify([targetId.toLowerCase(), dimensions]);
      return [{ key, targetId, dimensions, isBreached, sights: seen, ...window }];
    }),
  );
}

/** Each combination of values that the first criterion's dimensions have, which is what an alert is about. */
function combinations(
  { criteria: [first] }: MetricAlertRule,
  read: ReadMetric,
  targetId: string,
): readonly Readonly<Record<string, string>>[] {
  if (first === undefined) return [];
  const names = first.dimensions.map(({ name }) => name);
  const accepted = accept(first, read(targetId, first.metricName));
  return splitBy(accepted, names).map(({ dimensions }) => dimensions);
}

function seriesFor(
  criterion: Criterion,
  read: ReadMetric,
  targetId: string,
  dimensions: Readonly<Record<string, string>>,
): readonly Series[] {
  const shared = criterion.dimensions.map(({ name }) => name).filter((name) => name in dimensions);
  return accept(criterion, read(targetId, criterion.metricName)).filter((series) =>
    shared.every((name) => series.dimensions[name] === dimensions[name]),
  );
}

function accept(criterion: Criterion, all: readonly Series[]): readonly Series[] {
  return all.filter((series) =>
    criterion.dimensions.every((wanted) => accepts(wanted, series.dimensions[wanted.name] ?? '')),
  );
}

function accepts({ isExcluding, values }: RuleDimension, value: string): boolean {
  const isNamed = values.includes('*') || values.includes(value);
  return isExcluding ? !isNamed : isNamed;
}

function valueIn(
  { timeAggregation }: Criterion,
  all: readonly Series[],
  startMs: number,
  endMs: number,
): number | undefined {
  const buckets = all.flatMap(({ minutes }) =>
    [...minutes]
      .filter(([minute]) => minute * minuteMs >= startMs && minute * minuteMs < endMs)
      .map(([, bucket]) => bucket),
  );
  const bucket = merged(buckets);
  return bucket === undefined ? undefined : aggregated(bucket, timeAggregation);
}

function compares(value: number, operator: Operator, threshold: number): boolean {
  switch (operator) {
    case 'Equals':
      return value === threshold;
    case 'GreaterThan':
      return value > threshold;
    case 'GreaterThanOrEqual':
      return value >= threshold;
    case 'LessThan':
      return value < threshold;
    case 'LessThanOrEqual':
      return value <= threshold;
  }
}

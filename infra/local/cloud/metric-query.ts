/** What does a query of metrics ask, and what is answered? Alike for one resource and for a batch. */
import type { Fault } from './faults.js';
import type { MetricDefinition } from './metric-definitions.js';
import { readFilter, type Conditions } from './metric-filter.js';
import {
  aggregated,
  aggregations,
  merged,
  splitBy,
  type Aggregation,
  type Bucket,
  type Minutes,
  type Series,
} from './metric-series.js';
import { durationMs, minuteMs, readSpan, type Span } from './monitor-time.js';
import type { Json } from './json.js';

/** A query that was read. */
export interface MetricQuery {
  readonly metrics: readonly MetricDefinition[];
  readonly span: Span;
  /** As sent, such as `PT1M`. */
  readonly interval: string;
  readonly intervalMs: number;
  readonly aggregations: readonly Aggregation[];
  readonly conditions: Conditions;
  /** Most series that are answered. */
  readonly top: number;
}

/** What metrics can be made to look like. */
export type MetricsShape = Extract<Fault, { kind: 'metrics' }>['shape'];

/** Query parameters; Monitor doesn't tell their names apart by case. */
type Parameters = (name: string) => string | undefined;

/** Grains of a platform metric (documentation). */
const intervals = ['PT1M', 'PT5M', 'PT15M', 'PT30M', 'PT1H', 'PT6H', 'PT12H', 'P1D'];

/** How many series a filter answers unless told (documentation). */
const standardTop = 10;

/** What a span is unless told, as on Azure (documentation). */
const standardSpan = 'PT1H';

/** How far ahead of time the metrics of a faulty day are. */
const futureMs = 60 * minuteMs;

/** What is wrong with a query; the caller knows in which envelope its API says so. */
export class BadQuery extends Error {}

/** Reads a query about a type of resource that has these metrics. Texts but those of unknown metrics and dimensions are inferred. */
export function readQuery(
  type: string,
  definitions: readonly MetricDefinition[],
  parameters: Parameters,
  nowMs: number,
): MetricQuery {
  const start = parameters('starttime');
  const end = parameters('endtime') ?? new Date(nowMs).toISOString();
  const asked = parameters('timespan') ?? (start === undefined ? standardSpan : `${start}/${end}`);
  const span = readSpan(asked, nowMs);
  if (span === undefined) throw new BadQuery(`Invalid time span: ${asked}.`);
  const interval = parameters('interval') ?? 'PT1M';
  const intervalMs = interval === 'FULL' ? span.endMs - span.startMs : durationMs(interval);
  if (intervalMs === undefined || (interval !== 'FULL' && !intervals.includes(interval)))
    throw new BadQuery(`Invalid time grain: ${interval}. Supported ones are: ${intervals.join(',')}.`);
  const metrics = readNames(type, definitions, parameters('metricnames') ?? '');
  const conditions = readConditions(metrics, parameters('$filter') ?? parameters('filter'));
  return {
    metrics,
    span,
    interval,
    intervalMs,
    aggregations: readAggregations(parameters('aggregation') ?? 'Average'),
    conditions,
    top: conditions.length === 0 ? 1 : Number(parameters('top') ?? standardTop),
  };
}

function readNames(
  type: string,
  definitions: readonly MetricDefinition[],
  names: string,
): readonly MetricDefinition[] {
  return names.split(',').map((name) => {
    const found = definitions.find((one) => one.name.toLowerCase() === name.trim().toLowerCase());
    if (found !== undefined) return found;
    const [provider = '', kind = ''] = type.split('/');
    const valid = definitions.map((one) => one.name);
    throw new BadQuery(
      `Failed to find metric configuration for provider: ${provider}, resource Type: ${kind}, metric: ${name}, Valid metrics: ${valid.join(',')}`,
    );
  });
}

function readAggregations(text: string): readonly Aggregation[] {
  return text.split(',').map((name) => {
    const found = aggregations.find((one) => one.toLowerCase() === name.trim().toLowerCase());
    if (found === undefined) throw new BadQuery(`Invalid aggregation type: ${name}.`);
    return found;
  });
}

function readConditions(metrics: readonly MetricDefinition[], filter: string | undefined): Conditions {
  if (filter === undefined || filter === '') return [];
  const conditions = readFilter(filter);
  if (conditions === undefined) throw new BadQuery(`Invalid filter: ${filter}.`);
  for (const { name, dimensions } of metrics) {
    const unknown = conditions.filter((one) => nameIn(dimensions, one.dimension) === undefined);
    if (unknown.length > 0)
      throw new BadQuery(
        `Metric: ${name} does not support requested dimension combination: ` +
          `${unknown.map(({ dimension }) => dimension).join(',')}, supported ones are: ${dimensions.join(',')}`,
      );
  }
  return conditions;
}

function nameIn(dimensions: readonly string[], name: string): string | undefined {
  return dimensions.find((one) => one.toLowerCase() === name.toLowerCase());
}

/** The `value` of an answer for one metric of a resource. */
export function metricAnswer(
  resourceId: string,
  definition: MetricDefinition,
  all: readonly Series[],
  query: MetricQuery,
  shape: MetricsShape | undefined,
): Json {
  const { name, localizedName, description, unit } = definition;
  return {
    id: `${resourceId}/providers/Microsoft.Insights/metrics/${name}`,
    type: 'Microsoft.Insights/metrics',
    name: { value: name, localizedValue: localizedName },
    displayDescription: description,
    unit,
    timeseries: shape === 'none' ? [] : timeseries(definition, all, query, shape),
    errorCode: 'Success',
  };
}

function timeseries(
  { dimensions }: MetricDefinition,
  all: readonly Series[],
  query: MetricQuery,
  shape: MetricsShape | undefined,
): readonly Json[] {
  const wanted = query.conditions.map(({ dimension }) => nameIn(dimensions, dimension) ?? dimension);
  const matching = all.filter((series) =>
    query.conditions.every((one, index) => one.accepts(series.dimensions[wanted[index] ?? ''] ?? '')),
  );
  return splitBy(matching, wanted)
    .map((series) => ({ series, points: pointsOf(series.minutes, query) }))
    .filter(({ points }) => points.some(({ bucket }) => bucket !== undefined))
    .slice(0, query.top)
    .map(({ series, points }) => ({
      // Monitor writes the names of dimensions in lower case here, whatever their definition says.
      metadatavalues: Object.entries(series.dimensions).map(([name, value]) => ({
        name: { value: name.toLowerCase(), localizedValue: name.toLowerCase() },
        value,
      })),
      data: points.map((point, index) => dataPoint(point, index, query.aggregations, shape)),
    }));
}

interface Point {
  readonly startMs: number;
  readonly bucket: Bucket | undefined;
}

/** A point for each interval of the span, also for those of which nothing is known. */
function pointsOf(minutes: Minutes, { span, interval, intervalMs }: MetricQuery): readonly Point[] {
  const grainMs = interval === 'FULL' ? minuteMs : intervalMs;
  const first = Math.floor(span.startMs / grainMs) * grainMs;
  const points: Point[] = [];
  for (let startMs = first; startMs < span.endMs; startMs += intervalMs) {
    const isWithin = (minute: number) =>
      minute * minuteMs >= startMs && minute * minuteMs < startMs + intervalMs;
    const buckets = [...minutes].filter(([minute]) => isWithin(minute)).map(([, bucket]) => bucket);
    points.push({ startMs, bucket: merged(buckets) });
  }
  return points;
}

function dataPoint(
  { startMs, bucket }: Point,
  index: number,
  by: readonly Aggregation[],
  shape: MetricsShape | undefined,
): Json {
  const timeStamp = new Date(shape === 'future' ? startMs + futureMs : startMs).toISOString();
  if (bucket === undefined || (shape === 'gaps' && index % 2 === 0)) return { timeStamp };
  const values = by.map((one): readonly [string, number | 'NaN'] => [
    one.toLowerCase(),
    shape === 'nan' ? 'NaN' : aggregated(bucket, one),
  ]);
  return { timeStamp, ...Object.fromEntries(values) };
}

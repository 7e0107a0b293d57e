/** How are metrics asked for over the wire? For one resource at ARM, for up to 50 at the region's own endpoint. */
import { parseResourcePath } from './arm-id.js';
import type { CustomMetrics } from './custom-metrics.js';
import type { Faults } from './faults.js';
import { asList, asText } from './json.js';
import { metricsOf } from './metric-definitions.js';
import { BadQuery, metricAnswer, readQuery, type MetricQuery } from './metric-query.js';
import type { Metrics } from './metrics.js';
import type { Resource, Resources } from './resources.js';
import { Refusal, refusal, type WireAnswer, type WireRequest } from './wire.js';

/** What queries stand on. */
export interface MetricsGround {
  readonly metrics: Metrics;
  readonly custom: CustomMetrics;
  readonly resources: Resources;
  readonly faults: Faults;
  readonly place: { readonly subscriptionId: string; readonly region: string };
}

/** Most resources of a batch (documentation). */
const maxBatch = 50;

const batchPath = /^\/subscriptions\/([^/]+)\/metrics:getBatch$/i;

/** Answers `GET {resource}/providers/Microsoft.Insights/metrics` for a resource that is there. */
export function answerMetrics(ground: MetricsGround, resource: Resource, { query }: WireRequest): WireAnswer {
  const read = reading((message) => new Refusal({ status: 400, body: { code: 'BadRequest', message } }));
  const parameter = parametersOf(query);
  const namespace = parameter('metricnamespace') ?? resource.type;
  const isCustom = namespace.toLowerCase() !== resource.type.toLowerCase();
  const definitions = isCustom ? ground.custom.definitions(resource.id, namespace) : metricsOf(resource.type);
  const asked = read(() => readQuery(resource.type, definitions, parameter, Date.now()));
  const value = valuesOf(ground, resource.id, resource.type, asked);
  const timespan = `${iso(asked.span.startMs)}/${iso(asked.span.endMs)}`;
  return {
    status: 200,
    body: {
      cost: Math.max(0, Math.round((asked.span.endMs - asked.span.startMs) / 60_000) - 1),
      timespan,
      interval: asked.interval,
      value,
      namespace,
      resourceregion: ground.place.region,
    },
  };
}

/** Answers `POST /subscriptions/{s}/metrics:getBatch`, which knows no custom namespaces (documentation); the texts of its refusals are inferred. */
export function answerMetricsBatch(ground: MetricsGround, request: WireRequest): WireAnswer {
  const { place, faults } = ground;
  if (request.headers['authorization'] === undefined)
    throw refusal(401, 'AuthenticationFailed', 'Authentication failed.');
  const [, subscriptionId] = batchPath.exec(request.path) ?? [];
  if (request.method !== 'POST' || subscriptionId === undefined)
    throw refusal(404, 'NotFound', `Nothing is known of ${request.path}.`);
  faults.checkAny(place.subscriptionId);
  const bad = (message: string) => refusal(400, 'BadRequest', message);
  const parameter = parametersOf(request.query);
  const ids = asList(request.body?.['resourceids']).map(asText);
  const type = batchType(subscriptionId, ids, bad);
  const namespace = parameter('metricnamespace') ?? '';
  if (namespace.toLowerCase() !== type.toLowerCase())
    throw bad(`The metric namespace '${namespace}' is not that of the resources, '${type}'.`);
  const asked = reading(bad)(() => readQuery(type, metricsOf(type), parameter, Date.now()));
  return {
    status: 200,
    body: {
      values: ids.map((id) => ({
        starttime: iso(asked.span.startMs),
        endtime: iso(asked.span.endMs),
        interval: asked.interval,
        namespace,
        resourceregion: place.region,
        resourceid: id,
        value: valuesOf(ground, id, type, asked),
      })),
    },
  };
}

/** One subscription, one type, at most 50 (documentation); one region, as there is no other. */
function batchType(
  subscriptionId: string,
  ids: readonly string[],
  bad: (message: string) => Refusal,
): string {
  if (ids.length === 0 || ids.length > maxBatch)
    throw bad(`The number of resource ids must be from 1 to ${maxBatch}; it is ${ids.length}.`);
  const types = new Map<string, string>();
  for (const id of ids) {
    const parsed = parseResourcePath(id);
    if (parsed === undefined || parsed.isList) throw bad(`The resource id '${id}' is invalid.`);
    if (parsed.subscriptionId.toLowerCase() !== subscriptionId.toLowerCase())
      throw bad(`The resource '${id}' is not in the subscription '${subscriptionId}'.`);
    types.set(parsed.type.toLowerCase(), parsed.type);
  }
  if (types.size > 1)
    throw bad(`All resources must be of one type; these are of ${[...types.values()].join(', ')}.`);
  return [...types.values()][0] ?? '';
}

/** A resource of a batch that isn't there has no series (inferred). */
function valuesOf(
  { metrics, faults, resources }: MetricsGround,
  resourceId: string,
  type: string,
  query: MetricQuery,
) {
  const now = Date.now();
  const isThere = resources.get(resourceId)?.type.toLowerCase() === type.toLowerCase();
  return query.metrics.map((metric) =>
    metricAnswer(
      resourceId,
      metric,
      isThere ? metrics.read(resourceId, metric, now) : [],
      query,
      faults.metricsShape(),
    ),
  );
}

function reading(bad: (message: string) => Refusal) {
  return (read: () => MetricQuery): MetricQuery => {
    try {
      return read();
    } catch (error) {
      throw error instanceof BadQuery ? bad(error.message) : error;
    }
  };
}

/** Monitor doesn't tell names of parameters apart by case. */
function parametersOf(query: URLSearchParams): (name: string) => string | undefined {
  const all = new Map([...query].map(([name, value]) => [name.toLowerCase(), value]));
  return (name) => all.get(name);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

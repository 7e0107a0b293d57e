/** What do machines tell Monitor of themselves? Custom metrics, taken at the region's own endpoint. */
import { idKey } from './arm-id.js';
import { hasRole } from './identity-access.js';
import { asList, asRecord, asText, type Json } from './json.js';
import type { ManagedIdentities } from './managed-identities.js';
import type { MetricDefinition } from './metric-definitions.js';
import type { Bucket } from './metric-series.js';
import type { Metrics } from './metrics.js';
import { minuteMs } from './monitor-time.js';
import type { Resources } from './resources.js';
import { Refusal, type WireAnswer, type WireRequest } from './wire.js';
import type { World } from './world.js';

/** What they stand on. */
export interface CustomGround {
  readonly metrics: Metrics;
  readonly resources: Resources;
  readonly identities: ManagedIdentities;
  readonly world: World;
}

/** A metric as it was told first; `namespace` is what it was told in. */
type CustomDefinition = MetricDefinition & { readonly namespace: string };

/** How old and how far ahead a value may be, and how many dimensions it may have (documentation). */
const oldestMs = 20 * minuteMs;
const furthestMs = 5 * minuteMs;
const maxDimensions = 10;

const path = /^(\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/[^/]+\/[^/]+\/[^/]+)\/metrics$/i;

/** Custom metrics of all resources. */
export class CustomMetrics {
  /** By resource and namespace in lower case. */
  readonly #known = new Map<string, CustomDefinition[]>();

  constructor(private readonly ground: CustomGround) {}

  /** The metrics of a namespace that a resource was told to have. */
  definitions(resourceId: string, namespace: string): readonly MetricDefinition[] {
    return this.#known.get(keyOf(resourceId, namespace)) ?? [];
  }

  /** Answers what comes to the region's endpoint. Throws a refusal; its texts are inferred, its form is described. */
  answer(request: WireRequest): WireAnswer {
    const { resources, identities, world } = this.ground;
    const authorization = request.headers['authorization'];
    if (authorization === undefined) throw refused(401, 'MissingAuthorizationToken', 'No token was sent.');
    const resource = resources.get(path.exec(request.path)?.[1] ?? '');
    if (request.method !== 'POST' || resource === undefined)
      throw refused(404, 'ResourceNotFound', `There is no resource at ${request.path}.`);
    const token = identities.tokenOf(authorization);
    if (token !== undefined && !hasRole(token, 'Monitoring Metrics Publisher', resource.id, world)) {
      const { principalId } = token.identity;
      throw refused(
        403,
        'AuthorizationFailed',
        `The principal '${principalId}' may not write metrics of '${resource.id}'; it needs the role Monitoring Metrics Publisher.`,
      );
    }
    this.#take(resource.id, request.body ?? {});
    return { status: 200, body: { statusCode: 200 } };
  }

  #take(resourceId: string, body: Json): void {
    const at = Date.parse(asText(body['time']));
    const age = Date.now() - at;
    if (Number.isNaN(at)) throw bad('The time must be in ISO 8601.');
    if (age > oldestMs || age < -furthestMs)
      throw bad('The time must be within 20 minutes in the past and 5 minutes in the future.');
    const { metric, namespace, dimNames, series } = asRecord(asRecord(body['data'])['baseData']);
    const names = asList(dimNames).map(asText);
    if (asText(metric) === '' || asText(namespace) === '') throw bad('A metric and a namespace are needed.');
    if (names.length > maxDimensions) throw bad(`A metric has at most ${maxDimensions} dimensions.`);
    const told = asList(series).map((one) => readSeries(asRecord(one), names));
    if (told.length === 0) throw bad('At least one series is needed.');
    const definition = this.#define(resourceId, asText(namespace), asText(metric), names);
    const minute = Math.floor(at / minuteMs);
    for (const { dimensions, bucket } of told)
      this.ground.metrics.add(resourceId, definition, dimensions, minute, bucket);
  }

  #define(
    resourceId: string,
    namespace: string,
    name: string,
    dimensions: readonly string[],
  ): CustomDefinition {
    const key = keyOf(resourceId, namespace);
    const all = this.#known.get(key) ?? [];
    this.#known.set(key, all);
    const known = all.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (known !== undefined) return known;
    const made: CustomDefinition = {
      ...{ name, namespace, dimensions, localizedName: name, description: '' },
      unit: 'Unspecified',
      delay: 'monitor.metricIngestionDelay',
    };
    all.push(made);
    return made;
  }
}

function readSeries(
  { dimValues, min, max, sum, count }: Json,
  names: readonly string[],
): { readonly dimensions: Readonly<Record<string, string>>; readonly bucket: Bucket } {
  const values = asList(dimValues).map(asText);
  if (values.length !== names.length) throw bad('Each series needs a value for each dimension.');
  const numbers = [min, max, sum, count].map((value) => (typeof value === 'number' ? value : Number.NaN));
  const [minimum = 0, maximum = 0, total = 0, counted = 0] = numbers;
  if (numbers.some(Number.isNaN) || counted < 1) throw bad('Each series needs min, max, sum and count.');
  return {
    dimensions: Object.fromEntries(names.map((name, index) => [name, values[index] ?? ''])),
    bucket: { minimum, maximum, total, count: counted },
  };
}

function keyOf(resourceId: string, namespace: string): string {
  return `${idKey(resourceId)} ${namespace.toLowerCase()}`;
}

function bad(message: string): Refusal {
  return refused(400, 'BadRequest', message);
}

function refused(statusCode: number, code: string, message: string): Refusal {
  return new Refusal({
    status: statusCode,
    body: { statusCode, apiFailureResponse: { error: { code, message } } },
  });
}

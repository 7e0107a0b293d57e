/** How do metric alert rules behave on the wire, and what does one say? When they fire is alert-evaluation.ts. */
import { parseResourcePath } from './arm-id.js';
import { asList, asRecord, asText, propertiesOf, type Json } from './json.js';
import { metricOf } from './metric-definitions.js';
import { aggregations, type Aggregation } from './metric-series.js';
import { monitorRefusal, type MonitorKind } from './monitor-resources.js';
import { durationMs } from './monitor-time.js';
import type { Resource, Resources } from './resources.js';

/** How a number is compared. */
export type Operator = (typeof operators)[number];

/** What a dimension must be, and that the rule looks at each of its values apart. */
export interface RuleDimension {
  readonly name: string;
  readonly isExcluding: boolean;
  readonly values: readonly string[];
}

/** One condition of a rule. */
export interface Criterion {
  readonly name: string;
  readonly metricName: string;
  readonly timeAggregation: Aggregation;
  readonly operator: Operator;
  readonly threshold: number;
  readonly dimensions: readonly RuleDimension[];
}

/** A rule that was read. */
export interface MetricAlertRule {
  readonly isEnabled: boolean;
  readonly severity: number;
  readonly description: string;
  readonly scopes: readonly string[];
  readonly frequencyMs: number;
  readonly windowMs: number;
  readonly windowSize: string;
  readonly conditionType: string;
  readonly criteria: readonly Criterion[];
  readonly isMitigated: boolean;
  readonly actions: readonly { readonly actionGroupId: string; readonly properties: Json | null }[];
}

const operators = ['Equals', 'GreaterThan', 'GreaterThanOrEqual', 'LessThan', 'LessThanOrEqual'] as const;
const frequencies = ['PT1M', 'PT5M', 'PT15M', 'PT30M', 'PT1H'];
const windows = ['PT1M', 'PT5M', 'PT15M', 'PT30M', 'PT1H', 'PT6H', 'PT12H', 'P1D'];

const single = 'SingleResourceMultipleMetricCriteria';
const multiple = 'MultipleResourceMultipleMetricCriteria';
const namespacePrefix = 'Microsoft.Azure.Monitor.';

/** Metric alert rules: 200 also when made, no long-running operation (recorded). */
export function metricAlertRules(resources: Resources): MonitorKind {
  return {
    type: 'Microsoft.Insights/metricAlerts',
    shownType: 'Microsoft.Insights/metricAlerts',
    idProvider: 'Microsoft.Insights',
    createdStatus: 200,
    complete(body) {
      if (asText(body['location']).toLowerCase() !== 'global')
        throw monitorRefusal('The location of a metric alert must be global.');
      const completed = {
        location: 'global',
        tags: body['tags'] ?? {},
        properties: { autoMitigate: true, actions: [], ...propertiesOf(body) },
      };
      checkScopes(readRule(completed), resources);
      return completed;
    },
  };
}

/** Reads a rule's body. Throws a refusal; its texts are inferred, its form and code were recorded. */
export function readRule(body: Json): MetricAlertRule {
  const sent = propertiesOf(body);
  const criteria = asRecord(sent['criteria']);
  const conditionType = asText(criteria['odata.type']).replace(namespacePrefix, '');
  if (conditionType !== single && conditionType !== multiple)
    throw monitorRefusal(`The criteria type '${asText(criteria['odata.type'])}' is not supported.`);
  const { severity, enabled } = sent;
  if (!Number.isInteger(severity) || Number(severity) < 0 || Number(severity) > 4)
    throw monitorRefusal('The severity must be a number from 0 to 4.');
  if (typeof enabled !== 'boolean') throw monitorRefusal('The property enabled is required.');
  const frequencyMs = oneOf('evaluationFrequency', sent, frequencies);
  const windowMs = oneOf('windowSize', sent, windows);
  if (windowMs < frequencyMs)
    throw monitorRefusal('The windowSize must not be shorter than the evaluationFrequency.');
  const scopes = asList(sent['scopes']).map(asText);
  if (scopes.length === 0 || (conditionType === single && scopes.length > 1))
    throw monitorRefusal(`Criteria of ${conditionType} can't have ${scopes.length} scopes.`);
  const all = asList(criteria['allOf']).map((one) => readCriterion(asRecord(one)));
  if (all.length === 0) throw monitorRefusal('The criteria must have at least one condition.');
  return {
    isEnabled: enabled,
    severity: Number(severity),
    description: asText(sent['description']),
    scopes,
    frequencyMs,
    windowMs,
    windowSize: asText(sent['windowSize']),
    conditionType,
    criteria: all,
    isMitigated: sent['autoMitigate'] !== false,
    actions: asList(sent['actions']).map((action) => {
      const { actionGroupId, webHookProperties } = asRecord(action);
      const properties = webHookProperties === undefined ? null : asRecord(webHookProperties);
      return { actionGroupId: asText(actionGroupId), properties };
    }),
  };
}

function oneOf(name: string, sent: Json, allowed: readonly string[]): number {
  const text = asText(sent[name]);
  const ms = allowed.includes(text) ? durationMs(text) : undefined;
  if (ms === undefined)
    throw monitorRefusal(`The ${name} '${text}' is invalid; allowed are ${allowed.join(', ')}.`);
  return ms;
}

function readCriterion(sent: Json): Criterion {
  const name = asText(sent['name']);
  if (asText(sent['criterionType'] ?? 'StaticThresholdCriterion') !== 'StaticThresholdCriterion')
    throw monitorRefusal(`The criterion '${name}' is of a type that is not served here.`);
  const operator = operators.find((one) => one === sent['operator']);
  const timeAggregation = aggregations.find((one) => one === sent['timeAggregation']);
  const { threshold } = sent;
  if (operator === undefined || timeAggregation === undefined || typeof threshold !== 'number')
    throw monitorRefusal(`The criterion '${name}' needs an operator, a threshold and a timeAggregation.`);
  const dimensions = asList(sent['dimensions']).map((one) => {
    const dimension = asRecord(one);
    const values = asList(dimension['values']).map(asText);
    return { name: asText(dimension['name']), isExcluding: dimension['operator'] === 'Exclude', values };
  });
  return { name, metricName: asText(sent['metricName']), operator, timeAggregation, threshold, dimensions };
}

function checkScopes({ scopes, criteria }: MetricAlertRule, resources: Resources): void {
  for (const scope of scopes) {
    const target: Resource | undefined = resources.get(scope);
    if (target === undefined) throw monitorRefusal(`The scope '${scope}' was not found.`);
    const type = parseResourcePath(scope)?.type ?? target.type;
    for (const { metricName, dimensions } of criteria) {
      const metric = metricOf(type, metricName);
      if (metric === undefined)
        throw monitorRefusal(`Couldn't find a metric named ${metricName}. Make sure the name is correct.`);
      const unknown = dimensions.find(({ name }) => !metric.dimensions.includes(name));
      if (unknown !== undefined)
        throw monitorRefusal(`The metric ${metricName} has no dimension ${unknown.name}.`);
    }
  }
}

/** What does an alert rule find in the minutes that have come in? */
import { expect, test } from '@jest/globals';
import { evaluateRule } from '../../../../infra/local/cloud/alert-evaluation.js';
import { readRule } from '../../../../infra/local/cloud/metric-alert-rules.js';
import { sampled, type Series } from '../../../../infra/local/cloud/metric-series.js';

const now = Date.parse('2026-02-03T12:00:00Z');
const thisMinute = now / 60_000;
const scope = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/loadBalancers/lb-hq';

/** A backend's minutes, newest last; the newest ended just now. */
function backend(address: string, ...values: readonly (number | undefined)[]): Series {
  const minutes = values.map((value, index) => [thisMinute - values.length + index, value] as const);
  return {
    dimensions: { BackendIPAddress: address },
    minutes: new Map(
      minutes.flatMap(([minute, value]) => (value === undefined ? [] : [[minute, sampled(value)] as const])),
    ),
  };
}

function aRule(criterion: object = {}, more: object = {}) {
  return readRule({
    properties: {
      ...{ severity: 1, enabled: true, scopes: [scope], evaluationFrequency: 'PT1M', windowSize: 'PT5M' },
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria',
        allOf: [
          {
            ...{ criterionType: 'StaticThresholdCriterion', name: 'health', metricName: 'DipAvailability' },
            ...{ operator: 'LessThan', threshold: 100, timeAggregation: 'Average' },
            ...criterion,
          },
        ],
      },
      ...more,
    },
  });
}

const each = { dimensions: [{ name: 'BackendIPAddress', operator: 'Include', values: ['*'] }] };

test.each([
  { when: 'all are healthy', values: [100, 100, 100, 100, 100], isBreached: false },
  { when: 'one minute was not', values: [100, 100, 0, 100, 100], isBreached: true },
  {
    when: 'the bad minute is older than the window',
    values: [0, 100, 100, 100, 100, 100],
    isBreached: false,
  },
  { when: 'the bad minute is the oldest of the window', values: [0, 100, 100, 100, 100], isBreached: true },
  {
    when: 'most minutes have not come in',
    values: [0, undefined, undefined, undefined, undefined],
    isBreached: true,
  },
])('a rule finds $isBreached when $when', ({ values, isBreached }) => {
  const findings = evaluateRule(aRule(), () => [backend('10.1.4.6', ...values)], now);
  expect(findings.map((one) => one.isBreached)).toEqual([isBreached]);
});

test('a rule finds nothing when no minute of the window has come in', () => {
  const silent = backend('10.1.4.6', 0, undefined, undefined, undefined, undefined, undefined);
  expect(evaluateRule(aRule(), () => [silent], now)).toEqual([]);
  expect(evaluateRule(aRule(), () => [], now)).toEqual([]);
});

test.each([
  { operator: 'LessThan', threshold: 50, isBreached: false },
  { operator: 'LessThanOrEqual', threshold: 50, isBreached: true },
  { operator: 'Equals', threshold: 50, isBreached: true },
  { operator: 'GreaterThanOrEqual', threshold: 50, isBreached: true },
  { operator: 'GreaterThan', threshold: 50, isBreached: false },
  { operator: 'GreaterThan', threshold: 49, isBreached: true },
])('a rule compares 50 by $operator with $threshold', ({ isBreached, ...criterion }) => {
  const findings = evaluateRule(aRule(criterion), () => [backend('10.1.4.6', 50)], now);
  expect(findings.map((one) => one.isBreached)).toEqual([isBreached]);
});

test.each([
  { timeAggregation: 'Average', value: 60 },
  { timeAggregation: 'Minimum', value: 20 },
  { timeAggregation: 'Maximum', value: 100 },
  { timeAggregation: 'Total', value: 120 },
  { timeAggregation: 'Count', value: 2 },
])('a rule makes $value of 20 and 100 by $timeAggregation', ({ timeAggregation, value }) => {
  const [finding] = evaluateRule(aRule({ timeAggregation }), () => [backend('10.1.4.6', 20, 100)], now);
  expect(finding?.sights.map((sight) => sight.value)).toEqual([value]);
});

const three = [backend('10.1.4.6', 0), backend('10.1.4.7', 100), backend('10.1.4.8', 0)];

test.each([
  { when: 'no dimension is named', criterion: {}, breached: [{}] },
  {
    when: 'each value is looked at',
    criterion: each,
    breached: [{ BackendIPAddress: '10.1.4.6' }, { BackendIPAddress: '10.1.4.8' }],
  },
  {
    when: 'one value is included',
    criterion: { dimensions: [{ name: 'BackendIPAddress', operator: 'Include', values: ['10.1.4.8'] }] },
    breached: [{ BackendIPAddress: '10.1.4.8' }],
  },
  {
    when: 'one value is excluded',
    criterion: { dimensions: [{ name: 'BackendIPAddress', operator: 'Exclude', values: ['10.1.4.8'] }] },
    breached: [{ BackendIPAddress: '10.1.4.6' }],
  },
])('a rule finds what is ill apart when $when', ({ criterion, breached }) => {
  const findings = evaluateRule(aRule(criterion), () => three, now);
  expect(findings.filter((one) => one.isBreached).map(({ dimensions }) => dimensions)).toEqual(breached);
});

test('a rule with two criteria is met by a backend that meets both', () => {
  const { criteria } = aRule(each);
  const both = {
    ...aRule(each),
    criteria: criteria.flatMap((one) => [one, { ...one, metricName: 'Other' }]),
  };
  const read = (_: string, metric: string) =>
    metric === 'Other' ? [backend('10.1.4.6', 100), backend('10.1.4.8', 0)] : three;
  const findings = evaluateRule(both, read, now);
  expect(findings.filter((one) => one.isBreached).map(({ dimensions }) => dimensions)).toEqual([
    { BackendIPAddress: '10.1.4.8' },
  ]);
});

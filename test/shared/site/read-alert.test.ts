/** Which bodies are alerts, and what is said of the others? */
import { expect, test } from '@jest/globals';
import { readAlert } from '../../../shared/site/read-alert.js';
import { anAlert } from './helpers/signals.js';
import { atSeconds, noon } from './helpers/builders.js';

const day = 24 * 3600;
const read = (body: unknown) => readAlert(body, noon, day);

test('readAlert reads what fired, with each target once', () => {
  expect(read(anAlert({ alertTargetIDs: ['/a', '/a', '/b'] }))).toEqual({
    ok: true,
    value: {
      id: '/subscriptions/s/providers/Microsoft.AlertsManagement/alerts/1',
      condition: 'Fired',
      at: noon.toISOString(),
      targets: ['/a', '/b'],
      isStale: false,
    },
  });
});

test.each([
  { when: 'it is told', resolvedDateTime: atSeconds(-5).toISOString(), at: atSeconds(-5).toISOString() },
  { when: 'it is not', resolvedDateTime: undefined, at: noon.toISOString() },
])('readAlert takes a resolved one at the time of its resolution when $when', ({ resolvedDateTime, at }) => {
  expect(read(anAlert({ monitorCondition: 'Resolved', resolvedDateTime }))).toMatchObject({
    value: { condition: 'Resolved', at },
  });
});

test('readAlert reads the seven digits of a second that Azure writes', () => {
  expect(read(anAlert({ firedDateTime: '2026-03-02T11:58:24.3713213Z' }))).toMatchObject({
    value: { at: '2026-03-02T11:58:24.371Z' },
  });
});

test.each([
  { seconds: -day, isStale: false },
  { seconds: -day - 1, isStale: true },
])('readAlert calls one from $seconds s stale: $isStale', ({ seconds, isStale }) => {
  expect(read(anAlert({ firedDateTime: atSeconds(seconds).toISOString() }))).toMatchObject({
    value: { isStale },
  });
});

const essentials = 'data.essentials';

test.each([
  { when: 'it is nothing', body: null, field: undefined },
  { when: 'it is a list', body: [anAlert()], field: undefined },
  { when: 'it is text', body: 'Fired', field: undefined },
  {
    when: 'the schema is the old one',
    body: { schemaId: 'AzureMonitorMetricAlert', data: {} },
    field: 'schemaId',
  },
  {
    when: 'it is of the activity log',
    body: { schemaId: 'Microsoft.Insights/activityLogs' },
    field: 'schemaId',
  },
  { when: 'there is no schema', body: { data: {} }, field: 'schemaId' },
  { when: 'there is no data', body: { schemaId: 'azureMonitorCommonAlertSchema' }, field: 'data' },
  { when: 'there is no id', body: anAlert({ alertId: undefined }), field: `${essentials}.alertId` },
  { when: 'the id is empty', body: anAlert({ alertId: '' }), field: `${essentials}.alertId` },
  { when: 'the id is endless', body: anAlert({ alertId: 'x'.repeat(1001) }), field: `${essentials}.alertId` },
  {
    when: 'it is acknowledged',
    body: anAlert({ monitorCondition: 'Acknowledged' }),
    field: `${essentials}.monitorCondition`,
  },
  {
    when: 'the targets are one text',
    body: anAlert({ alertTargetIDs: '/a' }),
    field: `${essentials}.alertTargetIDs`,
  },
  {
    when: 'a target is a number',
    body: anAlert({ alertTargetIDs: [7] }),
    field: `${essentials}.alertTargetIDs.0`,
  },
  {
    when: 'there are too many targets',
    body: anAlert({ alertTargetIDs: Array.from({ length: 101 }, (_, index) => `/${index}`) }),
    field: `${essentials}.alertTargetIDs`,
  },
  {
    when: 'the time is none',
    body: anAlert({ firedDateTime: 'noon' }),
    field: `${essentials}.firedDateTime`,
  },
  { when: 'the time is a number', body: anAlert({ firedDateTime: 1 }), field: `${essentials}.firedDateTime` },
  {
    when: 'it is forged in the future',
    body: anAlert({ firedDateTime: atSeconds(601).toISOString() }),
    field: `${essentials}.firedDateTime`,
  },
])('readAlert refuses a body when $when, with what to do', ({ body, field }) => {
  const refused = read(body);
  expect(refused).toMatchObject({ ok: false, problem: { type: '/problems/invalid-alert', status: 422 } });
  if (refused.ok) return;
  expect(refused.problem.field).toBe(field);
  expect(refused.problem.mend).toBeTruthy();
  expect(JSON.stringify(refused).length).toBeLessThan(600);
});

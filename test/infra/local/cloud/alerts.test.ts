/** Do rules and action groups answer as on Azure, and is a failing backend told to a web hook, once, and its recovery? */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { asRecord, propertiesOf, type Json } from '../../../../infra/local/cloud/json.js';
import { makeSmallSite, type SmallSite } from './helpers/small-site.js';
import { TestCloud } from './helpers/test-cloud.js';

let cloud: TestCloud;
let site: SmallSite;
let hook: Server;
let hookUrl: string;
/** Statuses that the hook answers first; 200 after them. */
let hookAnswers: number[] = [];
const posted: Json[] = [];
let isIll = false;

beforeAll(async () => {
  hook = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      posted.push(asRecord(JSON.parse(Buffer.concat(pieces).toString())));
      response.writeHead(hookAnswers.shift() ?? 200).end();
    });
  }).listen(0, '127.0.0.1');
  await once(hook, 'listening');
  const { port } = hook.address() as AddressInfo; // a TCP server that listens has one
  hookUrl = `http://127.0.0.1:${port}/api/alerts?code=a-key`;
  cloud = await TestCloud.start(undefined, { clockSpeed: 300 });
  cloud.guests.probeStatus = ({ name }) => Promise.resolve(name === 'second' && isIll ? 503 : 200);
  site = await makeSmallSite(cloud, ['first', 'second']);
  const made = await cloud.arm('PUT', groupId(), aGroup());
  expect(made.status).toBe(201);
  // Machines that were being made failed their probes, which is in the metrics.
  await minutes(9);
}, 60_000);

afterAll(async () => {
  await cloud.close();
  hook.closeAllConnections();
  await new Promise((resolve) => hook.close(resolve));
});

afterEach(async () => {
  isIll = false;
  hookAnswers = [];
  cloud.cloud.faults.clear();
  for (const name of ['alert-hq', 'alert-off']) await cloud.arm('DELETE', ruleId(name));
});

const groupId = () => `${cloud.group}/microsoft.insights/actionGroups/ag-tunnelkeeper`;
const ruleId = (name = 'alert-hq') => `${cloud.group}/Microsoft.Insights/metricAlerts/${name}`;

function aGroup(more: object = {}) {
  const receiver = { name: 'app', serviceUri: hookUrl, useCommonAlertSchema: true };
  return {
    location: 'Global',
    properties: { groupShortName: 'tunnels', enabled: true, webhookReceivers: [receiver], ...more },
  };
}

function aRule(more: object = {}) {
  return {
    location: 'global',
    properties: {
      ...{ severity: 1, enabled: true, autoMitigate: true, scopes: [site.balancerId] },
      ...{ evaluationFrequency: 'PT1M', windowSize: 'PT5M', description: 'a backend is ill' },
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria',
        allOf: [
          {
            ...{
              criterionType: 'StaticThresholdCriterion',
              name: 'health',
              operator: 'LessThan',
              threshold: 100,
            },
            ...{ metricName: 'DipAvailability', timeAggregation: 'Average' },
            dimensions: [{ name: 'BackendIPAddress', operator: 'Include', values: ['*'] }],
          },
        ],
      },
      actions: [{ actionGroupId: groupId(), webHookProperties: { site: 'hq' } }],
      ...more,
    },
  };
}

/** Alerts of the rule as it is now; each test has a fresh one. */
function alertsSince(count: number) {
  return cloud.cloud.alerts().slice(count);
}

async function minutes(count: number): Promise<void> {
  const until = Date.now() + count * 60_000;
  await cloud.until(() => Date.now() > until);
}

test('a rule answers 200 when made, when changed and when deleted, then 204', async () => {
  const made = await cloud.arm('PUT', ruleId(), aRule());
  expect(made.status).toBe(200);
  expect(made.headers.get('azure-asyncoperation')).toBeNull();
  expect(made.body).toMatchObject({
    id: ruleId(),
    type: 'Microsoft.Insights/metricAlerts',
    location: 'global',
  });
  const changed = await cloud.arm('PATCH', ruleId(), { tags: { site: 'hq' }, properties: { severity: 3 } });
  expect(changed.body).toMatchObject({ tags: { site: 'hq' }, properties: { severity: 3, enabled: true } });
  for (const scope of [cloud.group.replace(/\/resourceGroups.*/, '/providers'), cloud.group]) {
    const listed = await cloud.arm('GET', `${scope}/Microsoft.Insights/metricAlerts`);
    expect(listed.body['value']).toMatchObject([{ name: 'alert-hq' }]);
  }
  expect((await cloud.arm('DELETE', ruleId())).status).toBe(200);
  expect((await cloud.arm('DELETE', ruleId())).status).toBe(204);
  expect((await cloud.arm('GET', ruleId())).status).toBe(404);
});

test('an action group answers 201 when made and 200 when changed, with its id in lower case', async () => {
  const id = `${cloud.group}/Microsoft.Insights/actionGroups/ag-other`;
  const made = await cloud.arm('PUT', id, aGroup());
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({
    id: id.replace('Microsoft.Insights', 'microsoft.insights'),
    ...{ type: 'Microsoft.Insights/ActionGroups', location: 'Global' },
    properties: { emailReceivers: [], webhookReceivers: [{ useAadAuth: false }] },
  });
  expect((await cloud.arm('PUT', id, aGroup())).status).toBe(200);
  expect((await cloud.arm('GET', id)).status).toBe(200);
  expect((await cloud.arm('DELETE', id)).status).toBe(200);
});

test.each([
  { when: 'it has no severity', more: { severity: undefined }, says: 'severity' },
  { when: 'its window is none', more: { windowSize: 'PT7M' }, says: 'windowSize' },
  { when: 'its window is shorter than its pace', more: { evaluationFrequency: 'PT15M' }, says: 'shorter' },
  { when: 'it has two scopes', more: { scopes: ['/a', '/b'] }, says: 'scopes' },
  { when: 'its target is not there', more: { scopes: ['/subscriptions/none'] }, says: 'not found' },
  {
    when: 'its criteria are of another kind',
    more: { criteria: { 'odata.type': 'x' } },
    says: 'criteria type',
  },
])('a rule is refused with capitals and no wrapper when $when', async ({ more, says }) => {
  const refused = await cloud.arm('PUT', ruleId(), aRule(more));
  expect(refused.status).toBe(400);
  expect(refused.body).toEqual({ Code: 'BadRequest', Message: expect.stringContaining(says) });
  expect((await cloud.arm('GET', ruleId())).status).toBe(404);
});

test('a rule fires once for the backend that is ill, and is resolved when that is well again', async () => {
  const before = cloud.cloud.alerts().length;
  const readBefore = posted.length;
  await cloud.made(ruleId(), aRule());
  await minutes(4);
  expect(alertsSince(before)).toEqual([]);
  isIll = true;
  await cloud.until(() => alertsSince(before).length > 0);
  await minutes(4);
  expect(alertsSince(before)).toMatchObject([
    { condition: 'Fired', dimensions: { BackendIPAddress: site.addresses[1] }, targetId: site.balancerId },
  ]);
  isIll = false;
  await cloud.until(() =>
    alertsSince(before).some(({ calls, condition }) => condition === 'Resolved' && calls.length > 0),
  );
  expect(alertsSince(before).map(({ condition }) => condition)).toEqual(['Fired', 'Resolved']);
  const [fired, ...others] = posted.slice(readBefore).map((body) => ({ body, data: asRecord(body['data']) }));
  const resolved = others.at(-1);
  expect(fired?.body).toMatchObject({
    schemaId: 'azureMonitorCommonAlertSchema',
    data: {
      essentials: {
        ...{ alertRule: 'alert-hq', severity: 'Sev1', signalType: 'Metric', monitorCondition: 'Fired' },
        ...{ monitoringService: 'Platform', alertTargetIDs: [site.balancerId.toLowerCase()] },
      },
      alertContext: {
        condition: {
          allOf: [
            {
              metricName: 'DipAvailability',
              dimensions: [{ name: 'BackendIPAddress', value: site.addresses[1] }],
            },
          ],
        },
      },
    },
    customProperties: { site: 'hq' },
  });
  const essentials = (one: typeof fired) => asRecord(one?.data['essentials']);
  expect(essentials(fired)).not.toHaveProperty('resolvedDateTime');
  expect(essentials(resolved)).toMatchObject({
    monitorCondition: 'Resolved',
    alertId: essentials(fired)['alertId'],
    firedDateTime: essentials(fired)['firedDateTime'],
    resolvedDateTime: expect.any(String),
  });
  expect(JSON.stringify(cloud.cloud.alerts())).not.toContain('a-key');
}, 60_000);

test('nothing is sent when a rule is disabled, and nothing when alerts get lost', async () => {
  const before = cloud.cloud.alerts().length;
  const readBefore = posted.length;
  cloud.cloud.faults.add({ kind: 'lose-alerts' });
  await cloud.made(ruleId('alert-off'), aRule({ enabled: false }));
  await cloud.made(ruleId(), aRule());
  isIll = true;
  await cloud.until(() => alertsSince(before).some(({ isLost }) => isLost));
  await minutes(3);
  expect(alertsSince(before).map(({ ruleId: id }) => id)).toEqual([ruleId()]);
  expect(posted.length).toBe(readBefore);
}, 60_000);

test('a call is tried again when the hook is not available, and not when it refuses', async () => {
  const before = cloud.cloud.alerts().length;
  hookAnswers = [503, 429, 400];
  await cloud.made(ruleId(), aRule());
  isIll = true;
  await cloud.until(() => alertsSince(before).some(({ calls }) => calls.length > 0));
  const [first] = alertsSince(before).flatMap(({ calls }) => calls);
  // A busy machine may let one of them time out, which is tried again as well; its answer comes too late.
  const tries = first?.tries ?? [];
  expect(tries).toEqual(
    [503, 429, 400].map((answer, index) => (tries[index] === 'timeout' ? 'timeout' : answer)),
  );
}, 60_000);

test('an action group that is disabled calls nobody', async () => {
  const before = cloud.cloud.alerts().length;
  const readBefore = posted.length;
  const { properties } = aGroup();
  await cloud.arm('PUT', groupId(), { ...aGroup(), properties: { ...properties, enabled: false } });
  expect(propertiesOf((await cloud.arm('GET', groupId())).body)['enabled']).toBe(false);
  await cloud.made(ruleId(), aRule());
  isIll = true;
  await cloud.until(() => alertsSince(before).length > 0);
  await minutes(5);
  expect(posted.length).toBe(readBefore);
}, 60_000);

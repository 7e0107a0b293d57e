/** Does Monitor answer the SDK as Azure does: split by dimension, late, with gaps, or not at all? */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import { MetricsClient, MetricsQueryClient, type Metric } from '@azure/monitor-query';
import type { Fault } from '../../../../infra/local/cloud/faults.js';
import { makeSmallSite, type SmallSite } from './helpers/small-site.js';
import { codeOf, messageOf, TestCloud } from './helpers/test-cloud.js';

let cloud: TestCloud;
let site: SmallSite;
let startedAt: Date;

/** Sends what is meant for any host to the cloud. */
const httpClient: HttpClient = {
  sendRequest(request) {
    const url = new URL(request.url);
    request.headers.set('x-forwarded-host', url.host);
    // As the SDK wrote it: the doubled slash and the escaped names of parameters are part of the test.
    request.url = `${cloud.cloud.url}${request.url.slice(url.origin.length)}`;
    request.allowInsecureConnection = true;
    return createDefaultHttpClient().sendRequest(request);
  },
};
const credential = {
  getToken: () => Promise.resolve({ token: 'local', expiresOnTimestamp: Date.now() + 3_600_000 }),
};
const options = { httpClient, retryOptions: { maxRetries: 0 } };
/* eslint-disable @typescript-eslint/no-deprecated -- the one package with single and batch queries that takes Node 20. */
const queries = new MetricsQueryClient(credential, options);
const batches = new MetricsClient('https://westeurope.metrics.monitor.azure.com', credential, options);
/* eslint-enable @typescript-eslint/no-deprecated */

beforeAll(async () => {
  cloud = await TestCloud.start(undefined, { clockSpeed: 300 });
  cloud.guests.probeStatus = ({ name }) => Promise.resolve(name === 'ill' ? 503 : 200);
  startedAt = new Date();
  site = await makeSmallSite(cloud, ['well', 'ill']);
  await cloud.makeInterface('nic-bare', {
    loadBalancerBackendAddressPools: [{ id: `${site.balancerId}/backendAddressPools/gateways` }],
  });
  const until = Date.now() + 6 * 60_000;
  await cloud.until(() => Date.now() > until);
}, 60_000);

afterAll(() => cloud.close());

afterEach(() => {
  cloud.cloud.faults.clear();
});

function probes(filter?: string, startTime = startedAt): Promise<readonly Metric[]> {
  return queries
    .queryResource(site.balancerId, ['DipAvailability'], {
      granularity: 'PT1M',
      aggregations: ['Average'],
      timespan: { startTime, endTime: new Date() },
      ...(filter === undefined ? {} : { filter }),
    })
    .then(({ metrics }) => metrics);
}

/** Values of all points that have one, rounded, each once. */
function valuesOf({ timeseries }: Metric): readonly (readonly number[])[] {
  return timeseries.map(({ data = [] }) => [
    ...new Set(data.flatMap(({ average }) => (average === undefined ? [] : [Math.round(average)]))),
  ]);
}

function only<T>(list: readonly T[]): T {
  const [first] = list;
  if (first === undefined || list.length !== 1) throw new Error(`${list.length} instead of one`);
  return first;
}

test('a filter splits the probes by backend, and who has no machine counts as failed', async () => {
  const metric = only(await probes("BackendIPAddress eq '*'"));
  const last = new Map(
    metric.timeseries.map(({ metadataValues, data = [] }) => [
      metadataValues?.map(({ name, value }) => `${String(name)}=${value ?? ''}`).join(),
      data.filter(({ average }) => average !== undefined).at(-1)?.average,
    ]),
  );
  expect(last.size).toBe(3);
  expect(last.get(`backendipaddress=${site.addresses[0] ?? ''}`)).toBe(100);
  expect(last.get(`backendipaddress=${site.addresses[1] ?? ''}`)).toBe(0);
  expect([...last.values()].filter((value) => value === 0)).toHaveLength(2);
});

test.each([
  {
    when: 'one backend is asked for',
    filter: () => `BackendIPAddress eq '${site.addresses[1] ?? ''}'`,
    series: 1,
  },
  { when: 'one is left out', filter: () => `BackendIPAddress ne '${site.addresses[1] ?? ''}'`, series: 2 },
  { when: 'nothing matches', filter: () => "BackendIPAddress eq '192.0.2.1'", series: 0 },
  {
    when: 'two dimensions are asked for',
    filter: () => "BackendIPAddress eq '*' and BackendPort eq '80'",
    series: 3,
  },
])('probes come as $series series when $when', async ({ filter, series }) => {
  expect(only(await probes(filter())).timeseries).toHaveLength(series);
});

test('all backends are one series when there is no filter', async () => {
  const { timeseries } = only(await probes());
  const last = only(timeseries)
    .data?.filter(({ average }) => average !== undefined)
    .at(-1);
  expect(Math.round(last?.average ?? 0)).toBe(33);
});

test('the newest minutes are points without a value, since they have not come in', async () => {
  const { data = [] } = only(only(await probes()).timeseries);
  expect(data.at(-1)?.timeStamp.getTime()).toBeGreaterThan(Date.now() - 60_000 * 2);
  expect(data.at(-1)).not.toHaveProperty('average', expect.any(Number));
  expect(data.some(({ average }) => average !== undefined)).toBe(true);
});

test('a balancer that stands is available', async () => {
  const { metrics } = await queries.queryResource(site.balancerId, ['VipAvailability']);
  expect(metrics.map(valuesOf)).toEqual([[[100]]]);
});

test.each([
  { state: 'Down', machine: 0, percent: 0 },
  { state: 'Up', machine: 1, percent: 100 },
])(
  'a backend that people set $state has $percent percent, whatever its probes find',
  async (row) => {
    const pool = `${site.balancerId}/backendAddressPools/gateways`;
    const id = cloud.network(
      `networkInterfaces/nic-${row.machine === 0 ? 'well' : 'ill'}/ipConfigurations/primary`,
    );
    const write = (adminState: string) =>
      cloud.made(pool, {
        properties: {
          loadBalancerBackendAddresses: [
            { name: 'one', properties: { networkInterfaceIPConfiguration: { id }, adminState } },
          ],
        },
      });
    await write(row.state);
    const from = new Date(Math.ceil(Date.now() / 60_000) * 60_000);
    const address = site.addresses[row.machine] ?? '';
    const read = async () => {
      const [series] = only(await probes(`BackendIPAddress eq '${address}'`, from)).timeseries;
      return series?.data?.flatMap(({ average }) => (average === undefined ? [] : [average])) ?? [];
    };
    const until = Date.now() + 6 * 60_000;
    await cloud.until(() => Date.now() > until);
    expect(new Set(await read())).toEqual(new Set([row.percent]));
    await write('None');
  },
  60_000,
);

test('a batch answers for each machine in one call', async () => {
  const answers = await batches.queryResources(
    [...site.machineIds],
    ['VmAvailabilityMetric'],
    'microsoft.compute/virtualMachines',
    { startTime: startedAt, endTime: new Date(), interval: 'PT1M', aggregation: 'Average' },
  );
  expect(answers.map(({ resourceId }) => resourceId)).toEqual(site.machineIds);
  for (const { metrics } of answers) expect(metrics.map(valuesOf)).toEqual([[[1]]]);
});

test('a batch splits by dimension, and has no series for a balancer that is not there', async () => {
  const absent = cloud.network('loadBalancers/lb-none');
  const [there, gone] = await batches.queryResources(
    [site.balancerId, absent],
    ['DipAvailability'],
    'Microsoft.Network/loadBalancers',
    { filter: "BackendIPAddress eq '*'", interval: 'PT1M', aggregation: 'Average' },
  );
  expect(only(there?.metrics ?? []).timeseries).toHaveLength(3);
  expect(only(gone?.metrics ?? []).timeseries).toEqual([]);
});

test.each<{ shape: Extract<Fault, { kind: 'metrics' }>['shape']; holds: (metric: Metric) => boolean }>([
  { shape: 'none', holds: ({ timeseries }) => timeseries.length === 0 },
  {
    shape: 'nan',
    holds: ({ timeseries }) => timeseries[0]?.data?.some(({ average }) => String(average) === 'NaN') === true,
  },
  {
    shape: 'future',
    holds: ({ timeseries }) =>
      timeseries[0]?.data?.some(({ timeStamp }) => timeStamp.getTime() > Date.now()) === true,
  },
  {
    shape: 'gaps',
    holds: ({ timeseries }) =>
      timeseries[0]?.data?.every(({ average }, index) => index % 2 === 1 || average === undefined) === true,
  },
])('metrics answer nonsense when the fault $shape is on', async ({ shape, holds }) => {
  expect(holds(only(await probes()))).toBe(false);
  cloud.cloud.faults.add({ kind: 'metrics', shape });
  expect(holds(only(await probes()))).toBe(true);
});

test.each([
  {
    when: 'the metric is unknown',
    query: 'metricnames=Sunshine',
    says: 'Valid metrics: DipAvailability,VipAvailability',
  },
  {
    when: 'the dimension is unknown',
    query: "metricnames=DipAvailability&$filter=Colour eq '*'",
    says: 'Metric: DipAvailability does not support requested dimension combination: Colour',
  },
  { when: 'the filter is none', query: 'metricnames=DipAvailability&$filter=what', says: 'Invalid filter' },
  {
    when: 'the grain is none',
    query: 'metricnames=DipAvailability&interval=PT7M',
    says: 'Invalid time grain',
  },
  {
    when: 'the span ends before it starts',
    query: 'metricnames=DipAvailability&timespan=2026-01-02T00:00:00Z/2026-01-01T00:00:00Z',
    says: 'Invalid time span',
  },
])('metrics are refused with code and message alone when $when', async ({ query, says }) => {
  const path = `${site.balancerId}/providers/Microsoft.Insights/metrics?${encodeURI(query)}`;
  const refused = await cloud.arm('GET', path);
  expect(refused.status).toBe(400);
  expect(refused.body).toEqual({ code: 'BadRequest', message: expect.stringContaining(says) });
});

test('metrics of a resource that is not there are 404', async () => {
  const path = `${cloud.network('loadBalancers/lb-none')}/providers/Microsoft.Insights/metrics?metricnames=DipAvailability`;
  expect(codeOf(await cloud.arm('GET', path))).toBe('ResourceNotFound');
});

test.each([
  {
    when: 'it has more than 50 resources',
    ids: () => Array.from({ length: 51 }, () => site.balancerId),
    says: '51',
  },
  { when: 'it has none', ids: () => [], says: 'from 1 to 50' },
  { when: 'its types differ', ids: () => [site.balancerId, ...site.machineIds], says: 'of one type' },
  { when: 'the namespace is another', ids: () => site.machineIds, says: 'metric namespace' },
  {
    when: 'the subscription is another',
    ids: () => [site.balancerId.replace(cloud.world.subscriptionId, 'other')],
    says: 'not in the subscription',
  },
])('a batch is refused when $when', async ({ ids, says }) => {
  const { world } = cloud;
  const query =
    'metricNamespace=Microsoft.Network/loadBalancers&metricnames=DipAvailability&api-version=2024-02-01';
  const refused = await cloud.send(
    'POST',
    `/subscriptions/${world.subscriptionId}/metrics:getBatch?${query}`,
    { resourceids: ids() },
    { 'x-forwarded-host': 'westeurope.metrics.monitor.azure.com', authorization: 'Bearer local' },
  );
  expect([refused.status, codeOf(refused)]).toEqual([400, 'BadRequest']);
  expect(messageOf(refused)).toContain(says);
});

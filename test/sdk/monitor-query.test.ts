/** Does @azure/monitor-query get along with the simulated Monitor as with Azure's? */
/* eslint-disable @typescript-eslint/no-deprecated -- the package that the product uses, see shared/azure/clients.ts */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { MetricsClient, MetricsQueryClient } from '@azure/monitor-query';
import { errorOf, SdkCloud } from './helpers/sdk-cloud.js';
import { anybody } from '../infra/local/cloud/helpers/sdk.js';
import { makeSmallSite, type SmallSite } from '../infra/local/cloud/helpers/small-site.js';

// An SDK takes a while to load on a machine that is busy.
jest.setTimeout(30_000);

let sdk: SdkCloud;
let site: SmallSite;
let single: MetricsQueryClient;
let batch: MetricsClient;

let startedAt: Date;

const audience = 'https://metrics.monitor.azure.com';
const namespace = 'Microsoft.Network/loadBalancers';

beforeAll(async () => {
  sdk = await SdkCloud.start({ clockSpeed: 600 });
  startedAt = new Date();
  site = await makeSmallSite(sdk.cloud, ['one', 'two']);
  const { options } = sdk;
  single = sdk.noted(new MetricsQueryClient(anybody, options));
  const url = 'https://westeurope.metrics.monitor.azure.com';
  batch = sdk.noted(new MetricsClient(url, anybody, { ...options, audience }));
  // Minutes of a balancer's probes come in late.
  const until = Date.now() + 8 * 60_000;
  await sdk.cloud.until(() => Date.now() > until);
}, 60_000);

afterAll(() => sdk.close('@azure/monitor-query'));

const asked = () => ({
  granularity: 'PT1M',
  aggregations: ['Average' as const],
  timespan: { startTime: startedAt, endTime: new Date() },
});

test('a resource’s metrics are read, in one and split by a dimension', async () => {
  const whole = await single.queryResource(site.balancerId, ['DipAvailability', 'VipAvailability'], asked());
  expect(whole.metrics.map(({ name, timeseries }) => [name, timeseries.length])).toEqual([
    ['DipAvailability', 1],
    ['VipAvailability', 1],
  ]);
  const filter = "BackendIPAddress eq '*'";
  const split = await single.queryResource(site.balancerId, ['DipAvailability'], { ...asked(), filter });
  const addresses = (split.metrics[0]?.timeseries ?? []).map(
    ({ metadataValues }) => metadataValues?.[0]?.value,
  );
  expect(addresses.sort()).toEqual([...site.addresses].sort());
  const points = split.getMetricByName('DipAvailability')?.timeseries[0]?.data ?? [];
  expect(points.some(({ average }) => average === 100)).toBe(true);
});

test('metrics of several resources are read at once', async () => {
  const ids = [site.balancerId, sdk.cloud.network('loadBalancers/none')];
  const options = {
    ...{ interval: 'PT1M', aggregation: 'average' },
    ...{ startTime: startedAt, endTime: new Date(), filter: "BackendIPAddress eq '*'" },
  };
  const found = await batch.queryResources(ids, ['DipAvailability'], namespace, options);
  expect(found.map(({ metrics }) => metrics[0]?.timeseries.length)).toEqual([2, 0]);
});

test('what isn’t measured, and a resource that isn’t there, is refused', async () => {
  expect(await errorOf(single.queryResource(site.balancerId, ['Sessions'], asked()))).toMatchObject({
    ...{ name: 'RestError', statusCode: 400, code: 'BadRequest' },
  });
  const none = sdk.cloud.network('loadBalancers/none');
  expect(await errorOf(single.queryResource(none, ['DipAvailability'], asked()))).toMatchObject({
    ...{ statusCode: 404, code: 'ResourceNotFound' },
  });
  expect(await errorOf(batch.queryResources([site.balancerId], ['Sessions'], namespace))).toMatchObject({
    ...{ statusCode: 400, code: 'BadRequest' },
  });
});

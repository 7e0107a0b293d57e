/** What becomes of the numbers that machines tell of themselves? */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { asList, asRecord, asText, type Json } from '../../../../infra/local/cloud/json.js';
import { TestCloud } from './helpers/test-cloud.js';

let cloud: TestCloud;
let machineId: string;
let token: string;

beforeAll(async () => {
  cloud = await TestCloud.start();
  await cloud.makeInterface('nic-told');
  machineId = cloud.machine('told');
  const id = `${cloud.group}/Microsoft.ManagedIdentity/userAssignedIdentities/id-gateways`;
  const identity = { type: 'UserAssigned', userAssignedIdentities: { [id]: {} } };
  await cloud.made(machineId, { ...cloud.machineBody('nic-told'), identity });
  token = await tokenFor('https://monitoring.azure.com/');
});

afterAll(() => cloud.close());

async function tokenFor(resource: string): Promise<string> {
  const query = new URLSearchParams({ 'api-version': '2018-02-01', resource }).toString();
  const target = `/metadata/identity/oauth2/token?${query}`;
  const [guest] = cloud.guests.booted;
  const answer = await guest?.machine.host.metadata({ method: 'GET', target, headers: { metadata: 'true' } });
  return asText(asRecord(answer?.body)['access_token']);
}

interface Telling {
  readonly ageMinutes?: number;
  readonly data?: object;
  readonly authorization?: string | undefined;
  readonly to?: string;
}

const sessions = {
  metric: 'Sessions',
  namespace: 'Gateway',
  dimNames: ['tunnel'],
  series: [
    { dimValues: ['primary'], min: 1, max: 5, sum: 6, count: 2 },
    { dimValues: ['secondary'], min: 0, max: 0, sum: 0, count: 2 },
  ],
};

function tell({ ageMinutes = 0, data = sessions, to = machineId, ...more }: Telling = {}) {
  const authorization = 'authorization' in more ? more.authorization : `Bearer ${token}`;
  return cloud.send(
    'POST',
    `${to}/metrics`,
    { time: new Date(Date.now() - ageMinutes * 60_000).toISOString(), data: { baseData: data } },
    {
      'x-forwarded-host': 'westeurope.monitoring.azure.com',
      'content-type': 'application/json',
      ...(authorization === undefined ? {} : { authorization }),
    },
  );
}

async function read(query: Readonly<Record<string, string>>) {
  const asked = new URLSearchParams({ aggregation: 'average,maximum,count', timespan: 'PT30M', ...query });
  return cloud.arm('GET', `${machineId}/providers/Microsoft.Insights/metrics?${asked.toString()}`);
}

/** Points that hold something. */
function pointsOf(body: Json): readonly Json[] {
  const [metric] = asList(body['value']).map(asRecord);
  return asList(metric?.['timeseries'])
    .flatMap((series) => asList(asRecord(series)['data']))
    .map(asRecord)
    .filter((point) => 'count' in point);
}

test('what a machine tells by its identity can be read of it, split by its dimensions', async () => {
  expect((await tell({ ageMinutes: 15 })).status).toBe(200);
  const whole = await read({ metricnamespace: 'gateway', metricnames: 'sessions' });
  expect(whole.body).toMatchObject({
    namespace: 'gateway',
    value: [{ unit: 'Unspecified', name: { value: 'Sessions' } }],
  });
  expect(pointsOf(whole.body)).toEqual([expect.objectContaining({ average: 1.5, maximum: 5, count: 4 })]);
  const split = await read({
    metricnamespace: 'Gateway',
    metricnames: 'Sessions',
    $filter: "tunnel eq 'primary'",
  });
  expect(pointsOf(split.body)).toEqual([expect.objectContaining({ average: 3, maximum: 5, count: 2 })]);
});

test('what is told now can’t be read yet', async () => {
  const data = { ...sessions, metric: 'Fresh' };
  expect((await tell({ data })).status).toBe(200);
  const { status, body } = await read({ metricnamespace: 'Gateway', metricnames: 'Fresh' });
  expect([status, pointsOf(body)]).toEqual([200, []]);
});

test('custom metrics are in no batch, and in no other namespace', async () => {
  await tell({ ageMinutes: 15 });
  const asked = 'metricnames=Sessions&aggregation=average&interval=PT1M&metricnamespace=Gateway';
  const batch = await cloud.send(
    'POST',
    `/subscriptions/${cloud.world.subscriptionId}/metrics:getBatch?${asked}`,
    { resourceids: [machineId] },
    {
      ...{ 'x-forwarded-host': 'westeurope.metrics.monitor.azure.com', authorization: 'Bearer x' },
      'content-type': 'application/json',
    },
  );
  expect(batch.status).toBe(400);
  expect((await read({ metricnames: 'Sessions' })).status).toBe(400);
  expect((await read({ metricnamespace: 'Others', metricnames: 'Sessions' })).status).toBe(400);
});

test.each([
  { when: 'no token comes with it', telling: { authorization: undefined }, status: 401 },
  { when: 'the value is just within 20 min', telling: { ageMinutes: 19.9 }, status: 200 },
  { when: 'the value is older than 20 min', telling: { ageMinutes: 20.1 }, status: 400 },
  { when: 'the value is just within 5 min ahead', telling: { ageMinutes: -4.9 }, status: 200 },
  { when: 'the value is more than 5 min ahead', telling: { ageMinutes: -5.1 }, status: 400 },
  { when: 'it names no namespace', telling: { data: { ...sessions, namespace: '' } }, status: 400 },
  { when: 'it has no series', telling: { data: { ...sessions, series: [] } }, status: 400 },
  {
    when: 'a dimension has no value',
    telling: { data: { ...sessions, dimNames: ['tunnel', 'edge'] } },
    status: 400,
  },
  {
    when: 'it has 11 dimensions',
    telling: { data: { ...sessions, dimNames: Array.from({ length: 11 }, (_, n) => `d${n}`) } },
    status: 400,
  },
  {
    when: 'the resource isn’t there',
    telling: { to: '/subscriptions/s/resourceGroups/g/providers/M.C/v/none' },
    status: 404,
  },
])('Monitor answers $status when $when', async ({ telling, status }) => {
  const answer = await tell(telling);
  expect(answer.status).toBe(status);
  expect(answer.body['statusCode']).toBe(status);
});

test('an identity needs a token for Monitor, and its role', async () => {
  const other = await tokenFor('https://management.azure.com/');
  expect((await tell({ authorization: `Bearer ${other}` })).status).toBe(401);
  const unmanned = await TestCloud.start((world) => ({ ...world, identityRoles: [] }));
  const kept = cloud;
  try {
    cloud = unmanned;
    await cloud.makeInterface('nic-told');
    const id = `${cloud.group}/Microsoft.ManagedIdentity/userAssignedIdentities/id-gateways`;
    const identity = { type: 'UserAssigned', userAssignedIdentities: { [id]: {} } };
    await cloud.made(machineId, { ...cloud.machineBody('nic-told'), identity });
    const own = await tokenFor('https://monitoring.azure.com/');
    expect(await tell({ authorization: `Bearer ${own}` })).toMatchObject({ status: 403 });
  } finally {
    cloud = kept;
    await unmanned.close();
  }
});

/** Which minutes of which members are believed? */
import { expect, test } from '@jest/globals';
import { readMemberHealth } from '../../../shared/azure/backend-health.js';
import { atSeconds, noon, policy } from '../site/helpers/builders.js';
import { wire } from './helpers/started-wire.js';

const balancer = `/subscriptions/${policy.subscriptionId}/resourceGroups/rg-gateways/providers/Microsoft.Network/loadBalancers/lb-hq`;
const batch = `POST /subscriptions/${policy.subscriptionId}/metrics:getBatch`;
const point = (seconds: number, average?: unknown) => ({
  timeStamp: atSeconds(seconds).toISOString(),
  ...(average === undefined ? {} : { average }),
});

const series = (address: string | undefined, ...data: readonly object[]) => ({
  metadatavalues: address === undefined ? [] : [{ name: { value: 'backendipaddress' }, value: address }],
  data,
});

async function read(...timeseries: readonly object[]) {
  const name = { value: 'DipAvailability', localizedValue: 'Health Probe Status' };
  const metric = {
    id: '',
    type: 'Microsoft.Insights/metrics',
    name,
    unit: 'Count',
    errorCode: 'Success',
    timeseries,
  };
  const value = {
    starttime: '',
    endtime: '',
    interval: 'PT1M',
    namespace: '',
    resourceregion: '',
    resourceid: balancer,
  };
  wire.answers = { [batch]: { body: { values: [{ ...value, value: [metric] }] } } };
  return readMemberHealth('westeurope', balancer, noon);
}

test('readMemberHealth tells the members apart by their address', async () => {
  await expect(
    read(series('10.0.1.11', point(-120, 100)), series('10.0.1.21', point(-120, 40))),
  ).resolves.toEqual({
    ok: true,
    value: [
      { privateIp: '10.0.1.11', at: atSeconds(-120).toISOString(), percent: 100 },
      { privateIp: '10.0.1.21', at: atSeconds(-120).toISOString(), percent: 40 },
    ],
  });
});

test.each([
  { what: 'a minute without a value', points: [point(-120)] },
  { what: 'a value that is no number', points: [point(-120, 'NaN')] },
  { what: 'a value above 100', points: [point(-120, 100.1)] },
  { what: 'a value below 0', points: [point(-120, -1)] },
  { what: 'a minute of the future', points: [point(61, 0)] },
  { what: 'a minute before the window', points: [point(-361, 0)] },
])('readMemberHealth does not believe $what', async ({ points }) => {
  await expect(read(series('10.0.1.11', ...points))).resolves.toEqual({ ok: true, value: [] });
});

test.each([{ seconds: 60 }, { seconds: -360 }])('but a minute at $seconds s', async ({ seconds }) => {
  await expect(read(series('10.0.1.11', point(seconds, 0)))).resolves.toMatchObject({
    value: [{ at: atSeconds(seconds).toISOString(), percent: 0 }],
  });
});

test('readMemberHealth leaves gaps out, brings the rest in order, and takes no series without an address', async () => {
  const points = [point(-60, 0), point(-120), point(-180, 100)];
  await expect(read(series('10.0.1.11', ...points), series(undefined, point(-60, 0)))).resolves.toMatchObject(
    {
      value: [{ percent: 100 }, { percent: 0 }],
    },
  );
});

test('readMemberHealth is a problem when the metrics can’t be read, not a healthy pool', async () => {
  wire.answers = {
    [batch]: { status: 403, body: { error: { code: 'AuthorizationFailed', message: 'No.' } } },
  };
  await expect(readMemberHealth('westeurope', balancer, noon)).resolves.toMatchObject({
    ok: false,
    problem: { type: '/problems/permission-denied' },
  });
});

/** What is seen of a fleet from far away, what does it cost, and what becomes of parts that fail? */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { soundSamples } from '../../../shared/azure/backend-health.js';
import { readFleetSignals, type FleetBalancer } from '../../../shared/azure/fleet-signals.js';
import { atSeconds, noon, policy } from '../site/helpers/builders.js';
import { balancerId, machineId } from '../site/helpers/signals.js';
import { startFleetCloud, type FleetCloud } from './helpers/fleet-cloud.js';

let cloud: FleetCloud;

beforeAll(async () => {
  cloud = await startFleetCloud();
});

afterAll(() => cloud.stop());

const point = (seconds: number, average: unknown) => ({
  timeStamp: atSeconds(seconds).toISOString(),
  average,
});

beforeEach(() => {
  cloud.reset();
  cloud.machines = {};
  cloud.pointsOf = () => [point(-120, 100)];
});

const aBalancer = (site: string, changes: Partial<FleetBalancer> = {}): FleetBalancer => ({
  subscriptionId: policy.subscriptionId,
  region: 'westeurope',
  id: balancerId(site),
  ...changes,
});

/** A fleet of so many sites with two gateways each. */
function aFleet(sites: number): readonly FleetBalancer[] {
  const names = Array.from({ length: sites }, (_, index) => `s${index}`);
  cloud.machines = Object.fromEntries(
    names.flatMap((name) => [1, 2].map((zone) => [machineId(`vm-${name}-z${zone}-1-g1`), 'running'])),
  );
  return names.map((name) => aBalancer(name));
}

test.each([
  { sites: 100, calls: 4 },
  { sites: 1000, calls: 40 },
])('readFleetSignals looks at $sites sites of two gateways by $calls calls', async ({ sites, calls }) => {
  const seen = await readFleetSignals(aFleet(sites), noon);
  expect(seen).toMatchObject({ calls, problems: [] });
  expect(cloud.asked()).toHaveLength(calls);
  expect(seen.health.size).toBe(sites);
  expect(seen.machines.get(policy.subscriptionId)).toMatchObject({ isComplete: true });
  expect(seen.machines.get(policy.subscriptionId)?.power.size).toBe(2 * sites);
});

test('readFleetSignals asks the region’s own endpoint, for minutes, averages and five minutes', async () => {
  await readFleetSignals([aBalancer('hq')], noon);
  const asked = cloud.asked().find((line) => line.startsWith('POST'));
  expect(asked).toMatch(
    /^POST westeurope\.metrics\.monitor\.azure\.com\/subscriptions\/[^/]+\/metrics:getBatch\?/,
  );
  for (const part of [
    'starttime=2026-03-02T11:55:00.000Z',
    'endtime=2026-03-02T12:00:00.000Z',
    'interval=PT1M',
    'metricnames=DipAvailability',
    'metricnamespace=Microsoft.Network/loadBalancers',
    'aggregation=average',
  ])
    expect(asked).toContain(part);
});

test('readFleetSignals asks each subscription and each region on its own', async () => {
  const other = '99999999-2222-4333-8444-555555555555';
  await readFleetSignals(
    [
      aBalancer('a'),
      aBalancer('b', { region: 'northeurope' }),
      aBalancer('c', { subscriptionId: other, id: balancerId('c').replace(policy.subscriptionId, other) }),
    ],
    noon,
  );
  const hosts = cloud
    .asked()
    .map((line) => /^\w+ (\w+)\.[^/]+\/subscriptions\/(\w+)/.exec(line)?.slice(1).join(' '));
  expect(hosts.sort()).toEqual([
    'management 11111111',
    'management 99999999',
    'northeurope 11111111',
    'westeurope 11111111',
    'westeurope 99999999',
  ]);
});

test('readFleetSignals reads powers, also of a machine that has none', async () => {
  cloud.machines = { [machineId('vm-a')]: 'deallocated', [machineId('vm-b')]: undefined };
  const { machines } = await readFleetSignals([aBalancer('hq')], noon);
  expect([...(machines.get(policy.subscriptionId)?.power.values() ?? [])]).toEqual([
    'deallocated',
    'unknown',
  ]);
});

test('readFleetSignals sees the other batches when one fails', async () => {
  const fleet = aFleet(120);
  cloud.failures = { 'lb-s60"': 400 };
  const { health, problems } = await readFleetSignals(fleet, noon);
  expect(health.size).toBe(70);
  expect(problems).toMatchObject([
    { detail: expect.stringContaining('50 balancers in westeurope') as unknown },
  ]);
});

test.each([
  { when: 'the first page fails', part: 'statusOnly' },
  { when: 'a later page fails', part: 'skiptoken=100' },
])('readFleetSignals takes no machine for missing when $when', async ({ part }) => {
  const fleet = aFleet(120);
  cloud.failures = { [part]: 400 };
  const { machines, health, problems } = await readFleetSignals(fleet, noon);
  expect({ machines: machines.size, health: health.size, problems: problems.length }).toEqual({
    machines: 0,
    health: 120,
    problems: 1,
  });
});

test('readFleetSignals calls a list incomplete that has more pages than are read', async () => {
  cloud.machines = Object.fromEntries(
    Array.from({ length: 10_050 }, (_, index) => [machineId(`web-${index}`), 'running']),
  );
  const { machines } = await readFleetSignals([aBalancer('hq')], noon);
  expect(machines.get(policy.subscriptionId)).toMatchObject({ isComplete: false, calls: 100 });
});

test('readFleetSignals of no site asks nothing', async () => {
  expect(await readFleetSignals([], noon)).toMatchObject({ calls: 0, problems: [] });
  expect(cloud.asked()).toEqual([]);
});

describe('samples on the wire', () => {
  test.each([
    { when: 'they are sound', points: [point(-180, 100), point(-120, 50)], percents: [100, 50] },
    { when: 'they come newest first', points: [point(-120, 50), point(-180, 100)], percents: [100, 50] },
    {
      when: 'a minute has a gap',
      points: [point(-180, 100), { timeStamp: atSeconds(-120).toISOString() }],
      percents: [100],
    },
    { when: 'one is NaN', points: [point(-180, 'NaN'), point(-120, 100)], percents: [100] },
    { when: 'one is null', points: [point(-180, null), point(-120, 100)], percents: [100] },
    { when: 'one is below 0', points: [point(-120, -1)], percents: undefined },
    { when: 'one is above 100', points: [point(-120, 100.1)], percents: undefined },
    { when: 'one is from the future', points: [point(61, 0)], percents: undefined },
    { when: 'a clock runs a little ahead', points: [point(59, 0)], percents: [0] },
    { when: 'one is older than was asked for', points: [point(-361, 0)], percents: undefined },
    { when: 'a time can’t be read', points: [{ timeStamp: 'noon', average: 0 }], percents: undefined },
    { when: 'there are none', points: [], percents: undefined },
    { when: 'the balancer isn’t known', points: undefined, percents: undefined },
  ])('are read as $percents when $when', async ({ points, percents }) => {
    cloud.pointsOf = () => points;
    const { health, problems } = await readFleetSignals([aBalancer('HQ')], noon);
    expect(problems).toEqual([]);
    expect(health.get(balancerId('hq').toLowerCase())?.map(({ percent }) => percent)).toEqual(percents);
  });
});

test('soundSamples takes no number that JSON can’t carry', () => {
  const data = [Number.NaN, Number.POSITIVE_INFINITY].map((average) => ({ timeStamp: noon, average }));
  const metric = {
    id: '',
    type: '',
    name: 'DipAvailability',
    unit: 'Count' as const,
    timeseries: [{ data }],
  };
  expect(soundSamples({ metrics: [metric] }, noon)).toEqual([]);
});

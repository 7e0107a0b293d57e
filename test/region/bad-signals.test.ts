/** What do signals that lie, or come by the thousand, do to a site? In a region, nothing replaced. */
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import type { Fault } from '../../infra/local/cloud/faults.js';
import type { Resource } from '../../infra/local/cloud/resources.js';
import type { TimelineLine } from '../../infra/local/region/site-api.js';
import { siteSpec, TestRegion } from './start-region.js';

jest.setTimeout(120_000);

let region: TestRegion;
let balancerId: string;

beforeAll(async () => {
  region = await TestRegion.start({ seed: 6 });
  await region.api.request(siteSpec('hq', { zones: ['1', '2'], farSide: 'zia' }));
  await region.until('hq', ({ phase }) => phase === 'serving');
  balancerId = (await resources()).find(({ name }) => name === 'lb-hq')?.id ?? '';
}, 60_000);

afterAll(() => region.close());

afterEach(() => region.call('region.cloud.faults.clear'));

const now = () => region.call<number>('now');
const resources = () => region.call<readonly Resource[]>('region.cloud.resources');
const activities = () => region.call<readonly string[]>('activities');

/** Looks at the site since so many activities. */
const looksSince = async (begun: number) =>
  (await activities()).slice(begun).filter((name) => name === 'lookAtResources').length;

const machines = async () =>
  (await resources())
    .filter(({ type }) => type.endsWith('/virtualMachines'))
    .map(({ name }) => name)
    .sort();

async function linesSince(at: number): Promise<readonly TimelineLine[]> {
  return (await region.api.timeline('hq')).filter((line) => Date.parse(line.at) >= at);
}

function sendAlert(alertId: string, firedAt: number): Promise<Response> {
  const essentials = {
    alertId,
    monitorCondition: 'Fired',
    alertTargetIDs: [balancerId],
    firedDateTime: new Date(firedAt).toISOString(),
  };
  return fetch(`${region.api.base}/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ schemaId: 'azureMonitorCommonAlertSchema', data: { essentials } }),
  });
}

test('a thousand alerts at once for one site are all answered, and cost few looks', async () => {
  const begun = (await activities()).length;
  const [firedAt, before] = [await now(), await machines()];
  const answers = await Promise.all(
    Array.from({ length: 1000 }, (_, index) => sendAlert(`/alerts/${index}`, firedAt)),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  await region.pass(120);
  const looks = await looksSince(begun);
  expect(looks).toBeGreaterThan(0);
  expect(looks).toBeLessThan(100);
  expect(await machines()).toEqual(before);
});

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');

test('messages that are no events go, and the event behind them still starts a look', async () => {
  const stranger = { subject: balancerId.replace('lb-hq', 'lb-nobody'), data: {} };
  const eventType = 'Microsoft.Resources.ResourceWriteSuccess';
  const bad = ['not base64!', Buffer.from('{"id":').toString('base64'), base64(7), base64([[], null, {}])];
  const others = [base64({ id: 'e-1', eventType, ...stranger }), base64({ id: 'e-2', data: { psk: 'x' } })];
  for (const text of [...bad, ...others]) await region.call('putMessage', text);
  await region.pass(300);
  const begun = (await activities()).length;
  const event = { id: 'e-3', eventType, subject: balancerId, data: { claims: { appid: 'a-person' } } };
  await region.call('putMessage', base64(event));
  const end = (await now()) + 300_000;
  while ((await looksSince(begun)) === 0 && (await now()) < end) await region.pass(5);
  expect(await looksSince(begun)).toBeGreaterThan(0);
  expect((await region.api.site('hq')).phase).toBe('serving');
});

const shapes = ['nan', 'gaps', 'future', 'none'] as const satisfies readonly Extract<
  Fault,
  { kind: 'metrics' }
>['shape'][];

const reasonsSince = async (at: number) => (await linesSince(at)).map(({ reason }) => reason);

test.each(shapes)('no gateway is touched for ten minutes of metrics that are %s', async (shape) => {
  const [since, before] = [await now(), await machines()];
  await region.call('region.cloud.faults.add', { kind: 'metrics', shape });
  await region.pass(600);
  // Asked itself a machine may be, which touches nothing.
  const touches = ['mends', 'drains', 'phase-changed'];
  expect((await reasonsSince(since)).filter((reason) => touches.includes(reason))).toEqual([]);
  expect(await machines()).toEqual(before);
  expect((await region.api.site('hq')).serving).toBe('2 of 2');
});

test.each([
  { shape: 'nan', fault: 'machine-stopped' },
  { shape: 'future', fault: 'machine-deleted' },
] as const)('$fault is mended by other signals while metrics are $shape', async ({ shape, fault }) => {
  const since = await now();
  await region.call('region.cloud.faults.add', { kind: 'metrics', shape });
  await region.call('applyFault', { fault, gateway: 'hq-z1-1' });
  const isMended = async () => (await reasonsSince(since)).includes('gateway-mended');
  await region.until('hq', isMended, 6000);
  await region.until('hq', ({ phase }) => phase === 'serving', 6000);
});

test('what only metrics can tell is found without them by asking the machine', async () => {
  const since = await now();
  await region.call('region.cloud.faults.add', { kind: 'metrics', shape: 'none' });
  await region.call('applyFault', { fault: 'ipsec-stopped', gateway: 'hq-z2-1' });
  const isMended = async () => (await reasonsSince(since)).includes('gateway-mended');
  await region.until('hq', isMended, 6000);
});

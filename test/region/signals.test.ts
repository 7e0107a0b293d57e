/** Do events and alerts reach the app and start a look by themselves? A region whose app has no sweep. */
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import type { SentAlert } from '../../infra/local/cloud/alert-notifications.js';
import type { Resource } from '../../infra/local/cloud/resources.js';
import type { TimelineLine } from '../../infra/local/region/site-api.js';
import { compiledModule } from '../compiled-code.js';
import { siteSpec, TestRegion } from './start-region.js';

jest.setTimeout(60_000);

/** Region's seconds after which every event has come: the latest delivery, the queue's longest pause, and a margin. */
const allHaveComeSeconds = 5 * 60;

let region: TestRegion;

beforeAll(async () => {
  const appFile = await compiledModule('test/region/run-without-sweep');
  region = await TestRegion.start({ seed: 5, appFile });
  await region.api.request(siteSpec('hq', { zones: ['1', '2'] }));
  await region.until('hq', ({ phase }) => phase === 'serving');
  await region.pass(600);
  // The alert rule is made when all have served for a while, by a look that nothing here starts by itself.
  await fetch(`${region.api.base}/sites/hq/look`, { method: 'POST' });
  await quiet();
}, 60_000);

afterAll(() => region.close());

afterEach(() => region.call('region.cloud.faults.clear'));

const now = () => region.call<number>('now');
const activities = () => region.call<readonly string[]>('activities').then(({ length }) => length);

/** Waits until something is so, and for so many of the region's seconds at most; says whether it is. */
async function within(seconds: number, isSo: () => Promise<boolean>): Promise<boolean> {
  const end = (await now()) + seconds * 1000;
  for (;;) {
    if (await isSo()) return true;
    if ((await now()) > end) return false;
    await region.pass(5);
  }
}

/** Waits until nothing is begun for as long as an event may take: then none is on its way. */
async function quiet(): Promise<void> {
  for (let before = await activities(); await anythingBeginsAfter(before); before = await activities());
}

const anythingBeginsAfter = (before: number) =>
  within(allHaveComeSeconds, async () => (await activities()) > before);

/** Waits until every alert so far is resolved, and told or lost. */
async function alertsAreOver(): Promise<void> {
  const areOver = async () => {
    const alerts = await region.call<readonly SentAlert[]>('region.cloud.alerts');
    const isTold = alerts.every(({ isLost, calls }) => isLost || calls.length > 0);
    return isTold && alerts.at(-1)?.condition !== 'Fired';
  };
  expect(await within(60 * 60, areOver)).toBe(true);
}

async function mendOf(gateway: string, since: number): Promise<TimelineLine | undefined> {
  return (await region.api.timeline('hq')).find(
    (line) => line.reason === 'mends' && line.gateway === gateway && Date.parse(line.at) >= since,
  );
}

/** Writes the site's security group as it is, with a token of the app's or of somebody else's. */
async function writeAsIs(token: 'local' | 'a-person'): Promise<void> {
  const resources = await region.call<readonly Resource[]>('region.cloud.resources');
  const group = resources.find(({ name }) => name === 'nsg-hq');
  if (group === undefined) throw new Error('There is no nsg-hq.');
  const answer = await fetch(`${region.cloudUrl}${group.id}?api-version=2024-05-01`, {
    method: 'PUT',
    headers: {
      'x-forwarded-host': 'management.azure.com',
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(group.body),
  });
  expect(answer.status).toBe(200);
}

test('an event of somebody else’s write starts a look, one of the app’s own write starts none', async () => {
  await region.call('region.cloud.faults.add', { kind: 'lose-alerts' });
  const before = await activities();
  await writeAsIs('local');
  expect(await anythingBeginsAfter(before)).toBe(false);
  await writeAsIs('a-person');
  expect(await anythingBeginsAfter(before)).toBe(true);
  await quiet();
});

test('a machine that somebody deallocates is started again by the event alone', async () => {
  await region.call('region.cloud.faults.add', { kind: 'lose-alerts' });
  const since = await now();
  await region.call('applyFault', { fault: 'machine-stopped', gateway: 'hq-z1-1' });
  const isMended = async () => (await mendOf('hq-z1-1', since)) !== undefined;
  expect(await within(allHaveComeSeconds, isMended)).toBe(true);
  await region.until('hq', ({ phase }) => phase === 'serving');
  expect((await region.api.timeline('hq')).map(({ sentence }) => sentence).join('\n')).toMatch(/deallocated/);
  await quiet();
});

test('a tunnel that is down is mended by the alert alone, which the app has answered 202', async () => {
  await alertsAreOver();
  await quiet();
  const since = await now();
  await region.call('applyFault', { fault: 'ipsec-stopped', gateway: 'hq-z2-1' });
  const isMended = async () => (await mendOf('hq-z2-1', since)) !== undefined;
  expect(await within(30 * 60, isMended)).toBe(true);
  const alerts = await region.call<readonly SentAlert[]>('region.cloud.alerts');
  const fired = alerts.filter(({ condition, foundAt }) => condition === 'Fired' && foundAt >= since);
  expect(fired[0]?.calls).toEqual([{ receiver: 'app', tries: [202] }]);
  await region.until('hq', ({ phase }) => phase === 'serving');
});

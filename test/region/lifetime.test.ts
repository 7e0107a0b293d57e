/** Does a site come up, serve and go again, with nothing of others touched? A whole region, in virtual time. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { ClientCounts } from '../../infra/local/clients/counts.js';
import type { Call } from '../../infra/local/cloud/call-log.js';
import type { Resource } from '../../infra/local/cloud/resources.js';
import { siteSpec, TestRegion } from './start-region.js';

jest.setTimeout(60_000);

let region: TestRegion;
let before: readonly Resource[];
let armCalls: readonly Call[];

const resources = () => region.call<readonly Resource[]>('region.cloud.resources');
const spec = siteSpec('hq', { tags: { costCentre: '4711' } });

/** A resource as its owner sees it: what Azure counts up by itself is left out. */
const asOwned = ({ id, body }: Resource) => ({ id, body });

beforeAll(async () => {
  region = await TestRegion.start({ seed: 7 });
  before = await resources();
  await region.api.request(spec);
  await region.until('hq', ({ phase }) => phase === 'serving');
  armCalls = (await region.call<readonly Call[]>('region.cloud.calls')).filter(({ host }) =>
    host.startsWith('management'),
  );
}, 60_000);

afterAll(() => region.close());

test('a site with every default has a gateway in each zone, each with its address', async () => {
  const { observed } = await region.api.site('hq');
  expect(observed.gateways.map(({ slot, zone, doing }) => ({ slot, zone, doing }))).toEqual(
    ['1', '2', '3'].map((zone) => ({ slot: `hq-z${zone}-1`, zone, doing: 'serving' })),
  );
  expect(new Set(observed.gateways.map(({ publicIp }) => publicIp)).size).toBe(3);
});

test('the build takes at most 15 reads of ARM a gateway', () => {
  expect(armCalls.filter(({ method }) => method === 'GET').length).toBeLessThanOrEqual(3 * 15);
});

test('clients are served, and none was handed to a gateway that was not ready', async () => {
  const counts = () => region.call<ClientCounts>('region.clientCounts');
  while ((await counts()).answered < 20) await region.pass(2);
  const { lost, byEdge } = await counts();
  expect(lost).toBe(0);
  expect(Object.keys(byEdge)).toEqual(['fra4']);
  expect(await region.call('region.guests.leaks')).toBe(0);
  expect(await region.call('region.guests.gaps')).toEqual([]);
});

test('the timeline tells the build in its order', async () => {
  const reasons = (await region.api.timeline('hq')).map(({ reason }) => reason);
  expect(reasons[0]).toBe('site-requested');
  expect(reasons.at(-1)).toBe('phase-changed');
  expect(reasons.filter((reason) => reason === 'gateway-serves')).toHaveLength(3);
});

test('proxy.pac names the balancer and never goes direct', async () => {
  const { observed } = await region.api.site('hq');
  const pac = await region.api.pac('hq');
  expect(pac).toContain(`PROXY ${observed.frontendIp ?? 'none'}:9400`);
  expect(pac).not.toContain('DIRECT');
});

test('the same request again is answered 200, and builds nothing', async () => {
  const writes = armCalls.filter(({ method }) => method !== 'GET').length;
  expect((await region.api.request(spec)).status).toBe(200);
  const calls = await region.call<readonly Call[]>('region.cloud.calls');
  expect(calls.filter(({ host, method }) => host.startsWith('management') && method !== 'GET')).toHaveLength(
    writes,
  );
});

test('another spec under the name is answered 409, with what differs', async () => {
  const { status, text } = await region.api.request(siteSpec('hq', { gatewaysPerZone: 2 }));
  expect(status).toBe(409);
  expect(text).toContain('gatewaysPerZone');
});

test('the owner’s tags stand on what is made', async () => {
  const ours = (await resources()).filter(({ type, body }) => {
    const { tags = {} } = body as { tags?: Record<string, string> }; // ARM's shape
    return tags['tunnelkeeper-site'] === 'hq' && !type.endsWith('runCommands');
  });
  expect(ours.length).toBeGreaterThanOrEqual(11);
  for (const { body } of ours) expect(body['tags']).toMatchObject({ costCentre: '4711' });
});

test('a deleted site leaves nothing of ours and all of theirs, and is gone the second time', async () => {
  const answer = await fetch(`${region.api.base}/sites/hq`, { method: 'DELETE' });
  expect(answer.status).toBe(202);
  await region.untilGone('hq');
  expect((await resources()).map(asOwned)).toEqual(before.map(asOwned));
  expect((await fetch(`${region.api.base}/sites/hq`, { method: 'DELETE' })).status).toBe(404);
});

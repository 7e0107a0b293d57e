/** Is what somebody deletes made again, and does the rest go on serving? */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Resource } from '../../infra/local/cloud/resources.js';
import { siteSpec, TestRegion } from './start-region.js';

jest.setTimeout(60_000);

let region: TestRegion;
const spec = siteSpec('hq', { zones: ['1', '2'] });

/** Deletes a resource as a person would in the portal, and waits until it is gone. */
async function deleteByHand(name: string): Promise<void> {
  const resources = () => region.call<readonly Resource[]>('region.cloud.resources');
  const found = (await resources()).find((resource) => resource.name === name);
  if (found === undefined) throw new Error(`There is no ${name}.`);
  const answer = await fetch(`${region.cloudUrl}${found.id}?api-version=2024-07-01`, {
    method: 'DELETE',
    headers: { 'x-forwarded-host': 'management.azure.com', authorization: 'Bearer a-person' },
  });
  expect(answer.status).toBe(202);
  // Another of the same name may stand there a moment later.
  while ((await resources()).some(({ number }) => number === found.number)) await region.pass(1);
}

beforeAll(async () => {
  region = await TestRegion.start({ seed: 4 });
  await region.api.request(spec);
  await region.until('hq', ({ phase }) => phase === 'serving');
}, 60_000);

afterAll(() => region.close());

test('a machine that is gone is made again, with its address; the other gateway serves meanwhile', async () => {
  const before = await region.api.site('hq');
  await deleteByHand('vm-hq-z2-1-g1');
  await region.api.request(spec); // the same request again is a nudge
  const without = await region.until('hq', ({ phase }) => phase === 'degraded');
  expect(without.observed.gateways.map(({ doing }) => doing === 'serving')).toEqual([true, false]);
  const after = await region.until('hq', ({ phase }) => phase === 'serving');
  expect(after.observed.gateways.map(({ publicIp }) => publicIp)).toEqual(
    before.observed.gateways.map(({ publicIp }) => publicIp),
  );
  const names = (await region.call<readonly Resource[]>('region.cloud.resources')).map(({ name }) => name);
  expect(names).toContain('vm-hq-z2-1-g2');
});

test('a balancer that is gone is made again at its address, with every gateway in its pool', async () => {
  const before = await region.api.site('hq');
  await deleteByHand('lb-hq');
  await region.api.request(spec);
  await region.until('hq', ({ phase }) => phase !== 'serving');
  const after = await region.until('hq', ({ phase }) => phase === 'serving');
  expect(after.observed.frontendIp).toBe(before.observed.frontendIp);
});

test('nothing left in the clear', async () => {
  expect(await region.call('region.guests.leaks')).toBe(0);
});

/** What does the status say of what is wrong, and does a site come up by itself once the cause is gone? */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Call } from '../../infra/local/cloud/call-log.js';
import { siteSpec, TestRegion } from './start-region.js';

jest.setTimeout(90_000);

let region: TestRegion;

const edge = (name: string) => ({ tunnel: { edges: { primary: `${name}-vpn.zscaler.net` } } });

beforeAll(async () => {
  region = await TestRegion.start({ seed: 11 });
  await region.call('region.edges.trouble', 'fra4', { wrongPsk: true });
  await region.call('region.edges.trouble', 'ams2-2', { down: true });
  await region.call('region.cloud.offers.setLimit', 'standardFSv2Family', 2);
  for (const name of ['wrong', 'silent', 'many', 'zonal']) {
    await region.call('region.cloud.vault.set', `psk-${name}`, 'abcdefgh12345678');
  }
  await region.api.request(siteSpec('wrong', { zones: ['1'], ...edge('fra4') }));
  await region.api.request(siteSpec('silent', { zones: ['1'], ...edge('ams2-2') }));
  await region.api.request(siteSpec('many', { gateway: { size: 'Standard_F2s_v2' } }));
}, 60_000);

afterAll(() => region.close());

test('a PSK that the far side doesn’t hold is told as such, and the site serves once it does', async () => {
  // Before that, Azure may say of a write that another operation is in progress: no trouble, and the site builds on.
  const site = await region.until('wrong', ({ phase }) => phase !== 'accepted' && phase !== 'building');
  expect(site.phase).toBe('down');
  expect(site.problem).toMatchObject({ type: '/problems/credential-refused' });
  expect(`${site.problem?.detail ?? ''} ${site.problem?.mend ?? ''}`).toMatch(/PSK/);
  await region.call('region.edges.trouble', 'fra4', { wrongPsk: false });
  expect((await region.until('wrong', ({ phase }) => phase === 'serving', 6000)).problem).toBeUndefined();
});

test('an edge that is silent is told as such, and the site serves once it answers', async () => {
  const site = await region.until('silent', ({ problem }) => problem !== undefined);
  expect(site.phase).toBe('down');
  expect(site.problem?.detail).toMatch(/silent|answer/i);
  await region.call('region.edges.trouble', 'ams2-2', { down: false });
  await region.until('silent', ({ phase }) => phase === 'serving', 6000);
});

test('a quota is told with its numbers, and the site is built once it has been raised', async () => {
  const site = await region.until('many', ({ phase }) => phase === 'refused');
  expect(site.problem).toMatchObject({ type: '/problems/quota-exceeded' });
  await region.call('region.cloud.offers.setLimit', 'standardFSv2Family', 20);
  await region.until('many', ({ phase }) => phase === 'serving', 6000);
});

test('a zone without capacity leaves the other zones serving, and is told in Azure’s own words', async () => {
  await region.call('region.cloud.faults.add', { kind: 'no-capacity', zone: '2' });
  await region.api.request(siteSpec('zonal', edge('fra4')));
  const site = await region.until('zonal', ({ phase }) => phase === 'degraded', 6000);
  expect(site.observed.gateways.filter(({ doing }) => doing === 'serving').map(({ zone }) => zone)).toEqual([
    '1',
    '3',
  ]);
  expect(site.problem?.detail).toContain(
    'We do not have sufficient capacity for the requested VM size in this zone.',
  );
  await region.call('region.cloud.faults.clear', 'no-capacity');
  await region.until('zonal', ({ phase }) => phase === 'serving', 6000);
});

test('a name that somebody else’s resource has is told, and their resource is never written', async () => {
  await region.call('region.cloud.vault.set', 'psk-warehouse', 'abcdefgh12345678');
  await region.api.request(siteSpec('warehouse', { zones: ['1'] }));
  const site = await region.until('warehouse', ({ problem }) => problem !== undefined);
  expect(site.problem).toMatchObject({ type: '/problems/name-taken' });
  expect(site.problem?.detail).toContain('nsg-warehouse');
  const calls = await region.call<readonly Call[]>('region.cloud.calls');
  const writes = calls.filter(({ method, path }) => method !== 'GET' && path.endsWith('/nsg-warehouse'));
  expect(writes).toEqual([]);
});

test('no connection of a client left in the clear through any of it', async () => {
  expect(await region.call('region.guests.leaks')).toBe(0);
});

/** Does a planned change or replacement lose a client's request? Not with two gateways. */
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import type { ClientCounts } from '../../infra/local/clients/counts.js';
import type { Resource } from '../../infra/local/cloud/resources.js';
import type { Call } from '../../infra/local/cloud/call-log.js';
import { siteSpec, TestRegion } from './start-region.js';

jest.setTimeout(200_000);

let region: TestRegion;
let seen = 0;

const spec = (more: Readonly<Record<string, unknown>> = {}) =>
  siteSpec('hq', { zones: ['1', '2'], farSide: 'zia', ...more });
const counts = () => region.call<ClientCounts>('region.clientCounts');
const machines = async () =>
  (await region.call<readonly Resource[]>('region.cloud.resources'))
    .filter(({ type }) => type.endsWith('/virtualMachines'))
    .map(({ name }) => name)
    .sort();
const address = async (slot: string) =>
  (await region.api.site('hq')).observed.gateways.find((gateway) => gateway.slot === slot)?.publicIp;

async function put(body: string): Promise<void> {
  const got = await fetch(`${region.api.base}/sites/hq`);
  const answer = await fetch(`${region.api.base}/sites/hq`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', 'if-match': got.headers.get('etag') ?? '' },
    body,
  });
  expect(answer.status).toBe(202);
}

/** Waits until so many gateways were taken out and came back. */
async function backInService(count: number): Promise<void> {
  await region.until(
    'hq',
    async () => {
      const lines = (await region.api.timeline('hq')).slice(seen);
      return lines.filter(({ sentence }) => sentence.includes('is back in service')).length >= count;
    },
    6000,
  );
}

beforeAll(async () => {
  region = await TestRegion.start({ seed: 5 });
  await region.api.request(spec());
  await region.until('hq', ({ phase }) => phase === 'serving');
  await region.until('hq', async () => (await counts()).answered > 20);
}, 60_000);

beforeEach(async () => {
  seen = (await region.api.timeline('hq')).length;
  await region.call('region.countAnew');
});

afterAll(() => region.close());

test('another proxy port reaches one gateway after the other, without a machine made or a request lost', async () => {
  const before = await machines();
  await put(spec({ proxy: { ports: [9400, 9480] } }));
  await backInService(2);
  expect(await machines()).toEqual(before);
  expect(await counts()).toMatchObject({ lost: 0, nobody: 0 });
});

test('a port is exchanged for another without a request lost', async () => {
  await put(spec({ proxy: { ports: [9443] } }));
  await backInService(4); // both learn the new port, then both forget the old ones
  await region.until('hq', ({ phase }) => phase === 'serving');
  expect(await counts()).toMatchObject({ lost: 0, nobody: 0 });
});

test('a machine is replaced in place on an operator’s order: same address, no request lost', async () => {
  const before = await address('hq-z1-1');
  const path = `${region.api.base}/sites/hq/gateways/hq-z1-1/replace`;
  expect((await fetch(path, { method: 'POST' })).status).toBe(202);
  await backInService(1);
  expect(await machines()).toContain('vm-hq-z1-1-g2');
  expect(await machines()).not.toContain('vm-hq-z1-1-g1');
  expect(await address('hq-z1-1')).toBe(before);
  expect(await counts()).toMatchObject({ lost: 0, nobody: 0 });
});

test('another size replaces one machine after the other', async () => {
  await put(spec({ proxy: { ports: [9443] }, gateway: { size: 'Standard_D4s_v5' } }));
  await backInService(2);
  expect(await machines()).toEqual(['vm-hq-z1-1-g3', 'vm-hq-z2-1-g2']);
  expect(await counts()).toMatchObject({ lost: 0, nobody: 0 });
});

test('a site grows, and shrinks again, and what has no place any more goes whole', async () => {
  const size = { proxy: { ports: [9443] }, gateway: { size: 'Standard_D4s_v5' } };
  await put(spec({ ...size, zones: ['1', '2', '3'] }));
  await region.until('hq', ({ serving }) => serving === '3 of 3', 15_000);
  await put(spec({ ...size, zones: ['1', '2'] }));
  await region.until(
    'hq',
    ({ serving, observed }) => serving === '2 of 2' && observed.gateways.length === 2,
    6000,
  );
  const left = await region.call<readonly Resource[]>('region.cloud.resources');
  expect(left.filter(({ name }) => name.includes('hq-z3-1'))).toEqual([]);
  expect(await counts()).toMatchObject({ lost: 0, nobody: 0 });
});

test('PSKs rotate on demand: proved by new IKE SAs, the old version disabled, no request lost', async () => {
  const before = await region.call<readonly { enabled: boolean }[]>('region.cloud.vault.versions', 'psk-hq');
  const answer = await fetch(`${region.api.base}/sites/hq/rotate-psk`, { method: 'POST' });
  expect(answer.status).toBe(202);
  await region.until(
    'hq',
    async () => {
      const lines = (await region.api.timeline('hq')).slice(seen);
      return lines.some(({ reason }) => reason === 'rotation-done');
    },
    6000,
  );
  const versions = await region.call<readonly { enabled: boolean }[]>(
    'region.cloud.vault.versions',
    'psk-hq',
  );
  expect(versions.map(({ enabled }) => enabled)).toEqual([...before.map(() => false), true]);
  for (const slot of ['hq-z1-1', 'hq-z2-1']) {
    const proofs = await region.call<readonly { credentialVersion: number }[]>(
      'region.edges.authentications',
      (await address(slot)) ?? '',
    );
    expect(proofs.at(-1)?.credentialVersion).toBe(before.length + 1);
  }
  expect(await counts()).toMatchObject({ lost: 0, nobody: 0 });
});

test('replacing the last gateway that serves is refused, and nothing is begun', async () => {
  await fetch(`${region.api.base}/sites/hq/gateways/hq-z2-1/drain`, { method: 'POST' });
  await region.until(
    'hq',
    ({ observed }) => observed.gateways.some(({ doing }) => doing === 'drained'),
    3000,
  );
  const writes = async () =>
    (await region.call<readonly Call[]>('region.cloud.calls')).filter(({ method }) => method === 'DELETE')
      .length;
  const before = await writes();
  const answer = await fetch(`${region.api.base}/sites/hq/gateways/hq-z1-1/replace`, { method: 'POST' });
  expect(answer.status).toBe(409);
  expect(await answer.text()).toContain('last-healthy-gateway');
  expect(await writes()).toBe(before);
  await fetch(`${region.api.base}/sites/hq/gateways/hq-z2-1/undrain`, { method: 'POST' });
  await region.until('hq', ({ phase }) => phase === 'serving', 3000);
});

test('nothing left in the clear', async () => {
  expect(await region.call('region.guests.leaks')).toBe(0);
});

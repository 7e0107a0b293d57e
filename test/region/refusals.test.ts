/** What does a site say when Azure refuses, and does it go on by itself once nothing stands against it? */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Fault } from '../../infra/local/cloud/faults.js';
import { siteSpec, TestRegion } from './start-region.js';

jest.setTimeout(60_000);

let region: TestRegion;

const add = (fault: Fault) => region.call('region.cloud.faults.add', fault);
const clear = () => region.call('region.cloud.faults.clear');
const remove = (name: string) => fetch(`${region.api.base}/sites/${name}`, { method: 'DELETE' });

/** Requests a site of one gateway, under which a fault shows. */
async function request(name: string): Promise<void> {
  await region.call('region.cloud.vault.set', `psk-${name}`, 'abcdefgh12345678');
  expect((await region.api.request(siteSpec(name, { zones: ['1'] }))).status).toBe(202);
}

beforeAll(async () => {
  region = await TestRegion.start({ seed: 8 });
}, 60_000);

afterAll(() => region.close());

test('a policy is named, with what to do', async () => {
  await add({
    kind: 'policy',
    type: 'Microsoft.Network/publicIPAddresses',
    reason: 'No public addresses in spokes',
  });
  await request('policed');
  const { problem } = await region.until('policed', (site) => site.problem !== undefined);
  expect(problem).toMatchObject({ type: '/problems/policy-denied' });
  expect(problem?.detail).toContain('No public addresses in spokes');
  expect(problem?.mend).toMatch(/[Ee]xempt/);
  await clear();
  await region.until('policed', ({ phase }) => phase === 'serving');
});

test('an action that the app lacks is named', async () => {
  await add({ kind: 'permission', action: 'Microsoft.Compute/virtualMachines/write' });
  await request('powerless');
  const { problem } = await region.until('powerless', (site) => site.problem !== undefined);
  expect(problem).toMatchObject({ type: '/problems/permission-denied' });
  expect(problem?.detail).toContain('Microsoft.Compute/virtualMachines/write');
  await clear();
  await region.until('powerless', ({ phase }) => phase === 'serving');
});

test('a lock holds up a deletion, and is named', async () => {
  await add({ kind: 'lock', level: 'CanNotDelete' });
  await remove('policed');
  const { phase, problem } = await region.until('policed', (site) => site.problem !== undefined);
  expect(phase).toBe('deleting');
  expect(problem).toMatchObject({ type: '/problems/locked' });
  expect(problem?.detail).toContain('/resourceGroups/rg-spoke');
  await clear();
  await region.untilGone('policed');
});

test('a size without capacity at once is told in Azure’s words', async () => {
  await add({ kind: 'size-not-available', size: 'Standard_D2s_v5' });
  await request('sizeless');
  const { problem } = await region.until('sizeless', (site) => site.problem !== undefined);
  expect(problem).toMatchObject({ type: '/problems/capacity-lacking', code: 'SkuNotAvailable' });
  await clear();
  await region.until('sizeless', ({ phase }) => phase === 'serving');
});

test('a third of all requests refused for their number, and a tenth timed out inside Azure, only delay it', async () => {
  await add({ kind: 'throttle', share: 0.3, retryAfterSeconds: 5 });
  await add({ kind: 'server-timeout', share: 0.1 });
  await request('patient');
  await region.until('patient', ({ phase }) => phase === 'serving', 5000);
  await remove('patient');
  await region.untilGone('patient', 5000);
});

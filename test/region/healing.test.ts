/** Is what breaks mended, by the lowest rung that can, with nothing leaked and no machine touched needlessly? */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { FaultName } from '../../infra/local/region/faults.js';
import type { TimelineLine } from '../../infra/local/region/site-api.js';
import { siteSpec, TestRegion } from './start-region.js';

jest.setTimeout(200_000);

let region: TestRegion;

/** Lines of the timeline since the last look at it. */
async function since(seen: number): Promise<readonly TimelineLine[]> {
  return (await region.api.timeline('hq')).slice(seen);
}

beforeAll(async () => {
  region = await TestRegion.start({ seed: 4 });
  await region.api.request(siteSpec('hq', { zones: ['1', '2'], farSide: 'zia' }));
  await region.until('hq', ({ phase }) => phase === 'serving');
}, 60_000);

afterAll(() => region.close());

const mends: readonly { readonly fault: FaultName; readonly helps: string; readonly never: RegExp }[] = [
  { fault: 'ipsec-stopped', helps: 'ipsec-restart helped', never: /redeploy|Replaces|tunnel up/ },
  { fault: 'agent-dead', helps: 'configure helped', never: /redeploy|Replaces/ },
  { fault: 'configuration-edited', helps: 'configure helped', never: /redeploy|Replaces/ },
  { fault: 'machine-stopped', helps: 'start helped', never: /redeploy|Replaces/ },
  { fault: 'machine-deleted', helps: 'replace helped', never: /redeploy/ },
  { fault: 'psk-changed', helps: 'tunnel-up helped', never: /redeploy|Replaces/ },
  { fault: 'wedged-until-reboot', helps: 'redeploy helped', never: /Replaces/ },
];

test.each(mends)('$fault is mended: $helps', async ({ fault, helps, never }) => {
  const seen = (await region.api.timeline('hq')).length;
  await region.call('applyFault', { fault, gateway: 'hq-z1-1' });
  await region.until('hq', ({ phase }) => phase !== 'serving', 3000);
  const during = await region.api.site('hq');
  expect(during.observed.gateways.find(({ slot }) => slot === 'hq-z2-1')?.doing).toBe('serving');
  await region.until('hq', ({ phase, rotation }) => phase === 'serving' && rotation === undefined, 15_000);
  const lines = await since(seen);
  expect(lines.find(({ reason }) => reason === 'gateway-mended')?.sentence).toContain(helps);
  const done = lines.filter(({ reason }) => reason === 'mends').map(({ sentence }) => sentence);
  expect(done.join('\n')).not.toMatch(never);
});

test.each<{ fault: FaultName; seconds: number }>([
  { fault: 'tunnel-stuck', seconds: 30 },
  { fault: 'pluto-wedged', seconds: 90 },
])(
  '$fault is mended by the gateway itself, and the control plane touches nothing',
  async ({ fault, seconds }) => {
    const seen = (await region.api.timeline('hq')).length;
    await region.call('applyFault', { fault, gateway: 'hq-z1-1' });
    await region.pass(seconds);
    await region.until('hq', ({ phase }) => phase === 'serving', 3000);
    await region.pass(900);
    const lines = await since(seen);
    expect(lines.filter(({ reason }) => reason === 'mends' || reason === 'gateway-mended')).toEqual([]);
  },
);

test.each([
  {
    body: { fault: 'coffee-spilled', gateway: 'hq-z1-1' },
    detail: /"fault" is "coffee-spilled"; give one of /,
  },
  { body: { fault: 'edge-down' }, detail: /"edge" is missing/ },
  { body: { fault: 'ipsec-stopped' }, detail: /"gateway" is missing/ },
  {
    body: { fault: 'ipsec-stopped', gateway: 'hq-z9-1' },
    detail: /no machine of hq-z9-1/,
    status: 422,
  },
])('POST /faults refuses $body', async ({ body, detail, status = 400 }) => {
  const answer = await fetch(`${region.cloudUrl}/faults`, { method: 'POST', body: JSON.stringify(body) });
  expect(answer.status).toBe(status);
  expect(((await answer.json()) as { detail: string }).detail).toMatch(detail);
});

test('POST /faults breaks what it is told, and GET names what can be broken', async () => {
  const named = await fetch(`${region.cloudUrl}/faults`);
  const { faults } = (await named.json()) as { faults: readonly { fault: string }[] }; // fault-api.ts
  expect(faults.map(({ fault }) => fault)).toContain('machine-hangs');
  const body = JSON.stringify({ fault: 'ipsec-stopped', gateway: 'hq-z2-1' });
  expect((await fetch(`${region.cloudUrl}/faults`, { method: 'POST', body })).status).toBe(200);
  await region.until('hq', ({ phase }) => phase !== 'serving', 3000);
  await region.until('hq', ({ phase }) => phase === 'serving', 6000);
});

test('an edge that is down is waited for, told, and no machine is touched', async () => {
  const seen = (await region.api.timeline('hq')).length;
  await region.call('applyFault', { fault: 'edge-down', edge: 'fra4' });
  await region.until('hq', ({ phase }) => phase === 'down', 3000);
  const site = await region.until(
    'hq',
    ({ problem }) => problem?.type === '/problems/service-edge-down',
    3000,
  );
  expect(site.problem?.mend).toMatch(/secondary/);
  await region.call('applyFault', { fault: 'edge-up', edge: 'fra4' });
  await region.until('hq', ({ phase }) => phase === 'serving', 15_000);
  const sentences = (await since(seen)).map(({ sentence }) => sentence).join('\n');
  expect(sentences).not.toMatch(/redeploy|Replaces|Starts the machine|Creates vm/);
  expect(sentences).toContain('no machine is touched for that');
});

test('nothing left in the clear, and the model knew all that was asked of it', async () => {
  expect(await region.call('region.guests.leaks')).toBe(0);
  expect(await region.call('region.guests.gaps')).toEqual([]);
});

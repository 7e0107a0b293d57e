/** What is left undone, and is that told? Advice alone, half a fleet that fails at once, two machines that didn't help. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { FaultName } from '../../infra/local/region/faults.js';
import type { SiteView, TimelineLine } from '../../infra/local/region/site-api.js';
import { siteSpec, TestRegion } from './start-region.js';

jest.setTimeout(200_000);

let region: TestRegion;
const sites = ['hq', 'branch'] as const;
type SiteName = (typeof sites)[number];
const seen = new Map<SiteName, number>();

beforeAll(async () => {
  region = await TestRegion.start({ seed: 6 });
  for (const site of sites) await region.api.request(spec(site));
  for (const site of sites) await serves(site);
}, 60_000);

afterAll(() => region.close());

const spec = (site: SiteName, more: Readonly<Record<string, unknown>> = {}) =>
  siteSpec(site, { zones: ['1', '2'], ...more });
const breakIt = (fault: FaultName, gateway: string) => region.call('applyFault', { fault, gateway });
const isServing = ({ phase }: SiteView) => phase === 'serving';
const serves = (site: SiteName) => region.until(site, isServing, 9000);

/** Lines of a site's timeline since the mark. */
async function told(site: SiteName): Promise<readonly TimelineLine[]> {
  return (await region.api.timeline(site)).slice(seen.get(site) ?? 0);
}

async function mark(): Promise<void> {
  for (const site of sites) seen.set(site, (await region.api.timeline(site)).length);
}

async function tells(site: SiteName, reason: string, gateway?: string): Promise<TimelineLine> {
  const isIt = (line: TimelineLine) =>
    line.reason === reason && (gateway === undefined || line.gateway === gateway);
  await region.until(site, async () => (await told(site)).some(isIt), 12_000);
  const found = (await told(site)).find(isIt);
  if (found === undefined) throw new Error('It was just there.');
  return found;
}

async function put(site: SiteName, body: string): Promise<void> {
  const got = await fetch(`${region.api.base}/sites/${site}`);
  const headers = { 'content-type': 'application/json', 'if-match': got.headers.get('etag') ?? '' };
  const answer = await fetch(`${region.api.base}/sites/${site}`, { method: 'PUT', headers, body });
  expect(answer.status).toBe(202);
}

async function order(site: SiteName, gateway: string, verb: 'replace'): Promise<void> {
  const path = `${region.api.base}/sites/${site}/gateways/${gateway}/${verb}`;
  expect((await fetch(path, { method: 'POST' })).status).toBe(202);
}

/** Lets the region's time go by. */
async function pass(seconds: number): Promise<void> {
  const end = (await region.call<number>('now')) + seconds * 1000;
  await region.until('hq', async () => (await region.call<number>('now')) > end, 6000);
}

const reasons = async (site: SiteName) => (await told(site)).map(({ reason }) => reason);

test('a site that wants advice is told what would be done, and nothing is done', async () => {
  await put('branch', spec('branch', { remediation: { mode: 'advise' } }));
  await mark();
  await breakIt('ipsec-stopped', 'branch-z1-1');
  const { sentence } = await tells('branch', 'advised');
  expect(sentence).toMatch(
    /^Would do: Restarts ipsec on vm-branch-z1-1-g1: On branch-z1-1 ipsec does not run\./,
  );
  await pass(15 * 60);
  expect(await reasons('branch')).not.toContain('mends');
  await put('branch', spec('branch'));
  await serves('branch');
  expect(await reasons('branch')).toContain('mends');
});

test('while more than a quarter of the fleet fails nothing is mended, but what a person orders', async () => {
  await mark();
  await Promise.all(
    ['hq-z1-1', 'hq-z2-1', 'branch-z1-1'].map((gateway) => breakIt('wedged-until-reboot', gateway)),
  );
  const { sentence } = await tells('hq', 'fleet-frozen');
  expect(sentence).toMatch(
    /^3 of 4 gateways of the fleet fail, more than \d+ %: what they have in common comes first/,
  );
  await tells('branch', 'fleet-frozen');
  await pass(15 * 60);
  expect(await reasons('branch')).not.toContain('mends');
  await order('branch', 'branch-z1-1', 'replace');
  await serves('branch');
  await serves('hq');
  expect((await told('hq')).filter(({ reason }) => reason === 'gateway-mended')).toHaveLength(2);
});

test('a gateway whose two next machines don’t help either is suspended, told, and replaced on order', async () => {
  await mark();
  await region.call('region.cloud.faults.add', { kind: 'hang', machine: 'vm-hq-z1-1' });
  await breakIt('machine-hangs', 'hq-z1-1');
  const { sentence } = await tells('hq', 'suspended', 'hq-z1-1');
  expect(sentence).toMatch(/redeploy, replace, replace did not help/);
  const site = await region.until('hq', ({ phase }) => phase === 'degraded', 3000);
  expect(site.problem).toMatchObject({ type: '/problems/remediation-suspended' });
  expect(site.observed.gateways.find(({ slot }) => slot === 'hq-z2-1')?.doing).toBe('serving');
  const { length } = await told('hq');
  await pass(15 * 60);
  expect((await told('hq')).slice(length).map(({ reason }) => reason)).not.toContain('mends');
  await region.call('region.cloud.faults.clear', 'hang');
  await order('hq', 'hq-z1-1', 'replace');
  await serves('hq');
});

test('nothing left in the clear', async () => {
  expect(await region.call('region.guests.leaks')).toBe(0);
});

/** Does a site in a landing zone come up, or is it refused before anything is built, with the one setting to change? */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { SiteView } from '../../infra/local/region/site-api.js';
import { LandingZone, subscription } from './landing-zone.js';
import { siteSpec, subnetOf, TestRegion } from './start-region.js';

jest.setTimeout(120_000);

/** Seconds that a site may take. */
const patienceSeconds = 9000;

interface ResourceView {
  readonly id: string;
  readonly type: string;
  readonly body: { readonly tags?: Readonly<Record<string, string>> };
}

let region: TestRegion;
let zone: LandingZone;

const group = (name: string) => `${subscription}/resourceGroups/rg-${name}`;
const isServing = ({ phase }: SiteView) => phase === 'serving';
const assignment = (name: string, policy: string) =>
  `${group(name)}/providers/Microsoft.Authorization/policyAssignments/${policy}`;

/** A site by what surrounds it. */
interface Surrounded {
  readonly name: string;
  /** What the landing zone's team has done to its group. */
  readonly govern: (scope: string) => Promise<unknown>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

const comesUp: readonly (Surrounded & { readonly tags: Readonly<Record<string, string>> })[] = [
  {
    name: 'tagged',
    govern: (scope) => zone.assign('add-tag', scope, { tagName: 'cost', tagValue: '42' }),
    // Two, so that one can be replaced.
    spec: { zones: ['1', '2'], tags: { cost: 'mine' } },
    tags: { cost: '42' },
  },
  {
    name: 'owned',
    govern: (scope) => zone.assign('require-tag', scope, { tagName: 'owner' }),
    spec: { tags: { owner: 'network-team' } },
    tags: { owner: 'network-team' },
  },
  {
    name: 'exempted',
    govern: async (scope) => zone.exempt(scope, await zone.assign('no-public-ips', scope)),
    tags: {},
  },
];

interface Refused extends Surrounded {
  readonly code: string;
  readonly field: string;
  readonly detail: string;
  readonly mend: string;
  /** Changes the one setting that was named. */
  readonly change: () => Promise<unknown>;
}

const isRefused: readonly Refused[] = [
  {
    name: 'ownerless',
    govern: (scope) => zone.assign('require-tag', scope, { tagName: 'owner' }),
    code: 'policy-denied',
    field: 'tags',
    detail: `Policy assignment require-tag of ${group('ownerless')} denies network security groups, load balancers, public IP addresses, network interfaces, virtual machines, disks, run commands, metric alert rules for tags[owner].`,
    mend: 'Give the site this tag: tags: {"owner":"<value>"}.',
    change: () => replace('ownerless', { tags: { owner: 'network-team' } }),
  },
  {
    name: 'private',
    govern: (scope) => zone.assign('no-public-ips', scope),
    code: 'policy-denied',
    field: 'resourceGroup',
    detail: `Policy assignment no-public-ips of ${group('private')} denies network interfaces for Microsoft.Network/networkInterfaces/ipconfigurations[*].publicIpAddress.id. A gateway’s has a public IP address`,
    mend: 'Exempt rg-private from this assignment (az policy exemption create',
    change: () => zone.exempt(group('private'), assignment('private', 'no-public-ips')),
  },
  {
    name: 'unforwarded',
    govern: (scope) => zone.assign('no-forwarding', scope),
    code: 'policy-denied',
    field: 'resourceGroup',
    detail: 'denies network interfaces for Microsoft.Network/networkInterfaces/enableIpForwarding.',
    mend: `--policy-assignment ${assignment('unforwarded', 'no-forwarding')}`,
    change: () => zone.exempt(group('unforwarded'), assignment('unforwarded', 'no-forwarding')),
  },
  {
    name: 'locked',
    govern: (scope) => zone.lock(scope, 'keep'),
    code: 'locked',
    field: 'resourceGroup',
    detail: `Lock keep (CanNotDelete) of ${group('locked')} forbids deletions`,
    mend: 'az lock delete --name keep --resource-group rg-locked',
    change: () => zone.unlock(group('locked'), 'keep'),
  },
  {
    name: 'captured',
    govern: () => Promise.resolve(),
    spec: { network: { subnetId: subnetOf('workloads') } },
    code: 'default-route-captured',
    field: 'network.subnetId',
    detail: 'HV_hub-westeurope, whose hub may announce 0.0.0.0/0',
    mend: 'route table with 0.0.0.0/0 to next hop Internet',
    change: () => zone.routeToInternet(subnetOf('workloads')),
  },
];

const bodyOf = ({ name, spec = {} }: Surrounded) =>
  siteSpec(name, { zones: ['1'], resourceGroup: `rg-${name}`, ...spec });

/** What became of each site, for whoever reads the run. */
const story: string[] = [];

/** Writes a site's spec anew. */
async function replace(name: string, spec: Readonly<Record<string, unknown>>): Promise<void> {
  const url = `${region.api.base}/sites/${name}`;
  const etag = (await fetch(url)).headers.get('etag') ?? '';
  const headers = { 'content-type': 'application/json', 'if-match': etag };
  const body = siteSpec(name, { zones: ['1'], resourceGroup: `rg-${name}`, ...spec });
  const answer = await fetch(url, { method: 'PUT', headers, body });
  expect([answer.status, answer.status === 202 ? '' : await answer.text()]).toEqual([202, '']);
}

async function resourcesOf(name: string): Promise<readonly ResourceView[]> {
  const all = await region.call<readonly ResourceView[]>('region.cloud.resources');
  return all.filter(({ id }) => id.toLowerCase().startsWith(`${group(name).toLowerCase()}/providers/`));
}

/** Everything of a site bears these tags. */
async function expectTags(name: string, tags: Readonly<Record<string, string>>): Promise<void> {
  const all = await resourcesOf(name);
  const types = new Set(all.map(({ type }) => type.split('/').slice(1).join('/')));
  expect([...types].sort()).toEqual([
    'disks',
    'loadBalancers',
    'metricAlerts',
    'networkInterfaces',
    'networkSecurityGroups',
    'publicIPAddresses',
    'virtualMachines',
    'virtualMachines/runCommands',
  ]);
  const bare = all.filter(({ body }) =>
    Object.entries(tags).some(([tag, value]) => body.tags?.[tag] !== value),
  );
  expect(bare.map(({ id, body }) => [id, body.tags])).toEqual([]);
}

beforeAll(async () => {
  region = await TestRegion.start({ seed: 11 });
  zone = new LandingZone(region.cloudUrl);
  for (const site of [...comesUp, ...isRefused]) {
    await zone.makeGroup(group(site.name));
    await site.govern(group(site.name));
    await region.call('region.cloud.vault.set', `psk-${site.name}`, 'abcdefgh12345678');
    expect((await region.api.request(bodyOf(site))).status).toBe(202);
  }
}, 60_000);

afterAll(() => {
  process.stdout.write(`${story.join('\n')}\n`);
  return region.close();
});

describe('a site comes up', () => {
  test.each(comesUp)('$name, with the tags that policies want', async ({ name, tags }) => {
    const { problem } = await region.until(name, isServing, patienceSeconds);
    expect(problem).toBeUndefined();
    await region.pass(1200); // the alert rule is made when all have served for a while
    story.push(`${name}: serves, with tags ${JSON.stringify(tags)} on everything.`);
    await expectTags(name, tags);
  });
});

describe('a site is refused before anything is built', () => {
  test.each(isRefused)('$name: $field', async ({ name, code, field, detail, mend }) => {
    const { problem } = await region.until(name, ({ phase }) => phase === 'refused', patienceSeconds);
    expect(problem).toMatchObject({ type: `/problems/${code}`, field });
    story.push(`${name}: refused. ${problem?.detail ?? ''} ${field}: ${problem?.mend ?? ''}`);
    expect(problem?.detail).toContain(detail);
    expect(problem?.mend).toContain(mend);
    expect((problem as { readonly errors?: unknown } | undefined)?.errors).toBeUndefined(); // one setting, no more
    expect(await resourcesOf(name)).toEqual([]);
    const calls =
      await region.call<readonly { readonly method: string; readonly path: string }[]>('region.cloud.calls');
    const writes = calls.filter(
      ({ method, path }) =>
        method !== 'GET' &&
        path.startsWith(`${group(name)}/providers/`) &&
        !/Microsoft\.(Authorization|PolicyInsights)\//.test(path),
    );
    expect(writes).toEqual([]);
  });
});

describe('a refused site comes up once the one setting is changed', () => {
  test.each(isRefused)('$name: $field', async ({ name, change }) => {
    await change();
    await region.until(name, isServing, patienceSeconds);
    story.push(`${name}: serves, once that was changed.`);
  });
});

test('the policy’s tags are on all of a site after a replacement too', async () => {
  const before = await resourcesOf('tagged');
  const url = `${region.api.base}/sites/tagged/gateways/tagged-z1-1/replace`;
  expect((await fetch(url, { method: 'POST' })).status).toBe(202);
  const isReplaced = async () =>
    (await resourcesOf('tagged')).some(({ id }) => id.endsWith('/vm-tagged-z1-1-g2'));
  await region.until('tagged', async (site) => isServing(site) && (await isReplaced()), patienceSeconds);
  const after = await resourcesOf('tagged');
  expect(before.length).toBe(after.length);
  await expectTags('tagged', { cost: '42' });
});

test('none failed halfway: no write was denied, and nothing that was begun failed', async () => {
  const calls =
    await region.call<readonly { readonly method: string; readonly path: string; readonly status: number }[]>(
      'region.cloud.calls',
    );
  const refused = calls.filter(({ method, status }) => method !== 'GET' && [403, 409].includes(status));
  expect(refused).toEqual([]);
  const operations = await region.call<readonly { readonly status: string }[]>('region.cloud.operations');
  expect(operations.filter(({ status }) => status === 'Failed')).toEqual([]);
});

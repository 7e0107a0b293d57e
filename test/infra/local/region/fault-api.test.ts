/** What can be broken over HTTP, how is a wrong word told, and is what was broken as somebody in the portal would leave it? */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { propertiesOf } from '../../../../infra/local/cloud/json.js';
import { seededRandom } from '../../../../infra/local/cloud/random.js';
import { modelledGuests } from '../../../../infra/local/gateways/modelled-guests.js';
import { ServiceEdges } from '../../../../infra/local/gateways/service-edges.js';
import { answerFaults } from '../../../../infra/local/region/fault-api.js';
import { faultNames } from '../../../../infra/local/region/fault-table.js';
import { startFarSide } from '../../../../infra/local/region/far-side.js';
import type { Breakable } from '../../../../infra/local/region/faults.js';
import { codeOf, TestCloud } from '../cloud/helpers/test-cloud.js';

let cloud: TestCloud;
let region: Breakable;
let close: () => Promise<void>;

beforeAll(async () => {
  cloud = await TestCloud.start();
  const edges = new ServiceEdges([{ name: 'fra4', address: '198.51.101.10' }]);
  const guests = modelledGuests({ edges, random: seededRandom(1), log: () => undefined });
  const { zscaler } = await startFarSide(edges, cloud.cloud.vault, seededRandom(2));
  region = { cloud: cloud.cloud, edges, guests, zscaler };
  close = () => zscaler.close();
  await makeGateway();
});

afterEach(() => answer('DELETE'));

afterAll(async () => {
  await close();
  await cloud.close();
});

/** A gateway as the product names its parts. */
async function makeGateway(): Promise<void> {
  await cloud.made(cloud.network('networkSecurityGroups/nsg-hq'), {
    location: 'westeurope',
    properties: { securityRules: [] },
  });
  const publicIPAddress = { id: cloud.network('publicIPAddresses/pip-hq-z1-1') };
  await cloud.made(publicIPAddress.id, { location: 'westeurope', sku: { name: 'Standard' }, properties: {} });
  const balancer = cloud.network('loadBalancers/lb-hq');
  await cloud.made(balancer, {
    location: 'westeurope',
    properties: { backendAddressPools: [{ name: 'gateways' }] },
  });
  const loadBalancerBackendAddressPools = [{ id: `${balancer}/backendAddressPools/gateways` }];
  await cloud.makeInterface('nic-hq-z1-1', { publicIPAddress, loadBalancerBackendAddressPools });
  await cloud.made(cloud.machine('vm-hq-z1-1-g1'), cloud.machineBody('nic-hq-z1-1'));
}

async function answer(method: string, body: Readonly<Record<string, unknown>> = {}, query = '') {
  const answered = await answerFaults(region, { method, body, query: new URLSearchParams(query) });
  await cloud.atRest();
  return { status: answered.status, body: answered.body as { readonly detail?: string } }; // fault-api.ts
}

const read = async (path: string) => (await cloud.arm('GET', path)).body;

test('GET tells every fault with what it needs and may be told, and which are on', async () => {
  await answer('POST', { fault: 'no-capacity', zone: '2', forSeconds: 1200 });
  const { body } = await answer('GET');
  expect(body).toMatchObject({ on: [{ kind: 'no-capacity', zone: '2', forSeconds: 1200 }] });
  const { faults } = body as unknown as { readonly faults: readonly { readonly fault: string }[] }; // as above
  expect(faults.map(({ fault }) => fault)).toEqual(faultNames);
  expect(faults).toContainEqual({
    fault: 'edge-down',
    does: 'a service edge answers nothing',
    needs: { edge: 'fra4 or ams2-2' },
    may: {},
  });
});

test.each([
  { body: {}, detail: /^"fault" is undefined; give one of tunnel-stuck, / },
  { body: { fault: 'coffee-spilled' }, detail: /^"fault" is "coffee-spilled"; give one of / },
  { body: { fault: 'ipsec-stopped' }, detail: /^"gateway" is missing; give a slot such as hq-z1-1\.$/ },
  { body: { fault: 'ipsec-stopped', gateway: '' }, detail: /^"gateway" is ""; give a slot/ },
  { body: { fault: 'edge-down', edge: 4 }, detail: /^"edge" is 4; give fra4 or ams2-2\.$/ },
  {
    body: { fault: 'failing-calls', share: 5 },
    detail: /^"share" is 5; give a number above 0, 1 at most\.$/,
  },
  {
    body: { fault: 'failing-calls', share: 0.1, shapes: ['melts'] },
    detail: /^"shapes" is \["melts"\]; give a list of some of internal-error, /,
  },
  {
    body: { fault: 'no-capacity', zone: '4' },
    detail: /^"zone" is "4"; give one of 1, 2, 3\.$/,
  },
  {
    body: { fault: 'no-capacity', forSeconds: 0.5 },
    detail: /^"forSeconds" is 0\.5; give a whole number from 1 to 86400\.$/,
  },
  {
    body: { fault: 'no-capacity', gateway: 'hq-z1-1' },
    detail:
      /^"gateway" is nothing that no-capacity takes; leave it out\. It takes zone, because, forSeconds\.$/,
  },
  { body: { fault: 'quota-set', quota: 'cores' }, detail: /^"limit" is missing; give a whole number/ },
])('POST answers 400 and names the field and the mend for $body', async ({ body, detail }) => {
  const refused = await answer('POST', body);
  expect(refused.status).toBe(400);
  expect(refused.body.detail).toMatch(detail);
});

test.each([
  { body: { fault: 'machine-hangs', gateway: 'hq-z9-1' }, detail: 'There is no machine of hq-z9-1.' },
  { body: { fault: 'edge-down', edge: 'lon3' }, detail: 'There is no edge lon3.' },
  { body: { fault: 'secret-deleted', secret: 'psk-none' }, detail: 'There is no secret psk-none.' },
  { body: { fault: 'rule-edited', site: 'none' }, detail: 'There is no nsg-none.' },
])('POST answers 422 when what $body.fault is about is not there', async ({ body, detail }) => {
  expect(await answer('POST', body)).toEqual({ status: 422, body: { detail } });
});

test('DELETE ends one fault by its name, or all, and names those that are on for a wrong one', async () => {
  await answer('POST', { fault: 'lose-alerts' });
  await answer('POST', { fault: 'lose-events' });
  await answer('POST', { fault: 'edge-down', edge: 'fra4' });
  expect((await answer('DELETE', {}, 'fault=alerts')).body.detail).toMatch(
    /"alerts"; give one that is on: lose-alerts, lose-events/,
  );
  expect(await answer('DELETE', {}, 'fault=machine-deleted')).toMatchObject({ status: 400 });
  expect((await answer('DELETE', {}, 'fault=lose-alerts')).status).toBe(204);
  expect(cloud.cloud.faults.all()).toEqual([{ kind: 'lose-events' }]);
  expect(region.edges.troubleOf('fra4').down).toBe(true);
  await answer('DELETE');
  expect(cloud.cloud.faults.all()).toEqual([]);
  expect(region.edges.troubleOf('fra4').down).toBe(false);
});

test('what was edited in the portal leaves the rest as it was', async () => {
  const nic = cloud.network('networkInterfaces/nic-hq-z1-1');
  const group = cloud.network('networkSecurityGroups/nsg-hq');
  expect(await answer('POST', { fault: 'tags-edited', gateway: 'hq-z1-1' })).toMatchObject({ status: 200 });
  expect(await read(nic)).toMatchObject({ tags: { 'edited-by': 'somebody' } });
  expect(await read(cloud.machine('vm-hq-z1-1-g1'))).toMatchObject({ tags: { 'edited-by': 'somebody' } });
  await answer('POST', { fault: 'rule-edited', site: 'hq' });
  expect(JSON.stringify(propertiesOf(await read(group))['securityRules'])).toContain('somebody-lets-all-in');
  await answer('POST', { fault: 'rule-removed', site: 'hq' });
  expect(propertiesOf(await read(group))['securityRules']).toEqual([]);
  await answer('POST', { fault: 'pool-member-removed', gateway: 'hq-z1-1' });
  const text = JSON.stringify(await read(nic));
  expect(text).not.toContain('loadBalancerBackendAddressPools');
  expect(text).toContain('pip-hq-z1-1');
});

test.each([
  { fault: 'machine-powered-off', power: 'PowerState/stopped' },
  { fault: 'machine-stopped', power: 'PowerState/deallocated' },
])('$fault leaves the machine at $power', async ({ fault, power }) => {
  expect((await answer('POST', { fault, gateway: 'hq-z1-1' })).status).toBe(200);
  const { body } = await cloud.arm('GET', `${cloud.machine('vm-hq-z1-1-g1')}?$expand=instanceView`);
  expect(JSON.stringify(body)).toContain(power);
});

test('a secret is disabled, enabled, deleted and recovered', async () => {
  cloud.cloud.vault.set('psk-hq', 'abcdefgh12345678');
  const status = async () =>
    (
      await cloud.send('GET', '/secrets/psk-hq?api-version=7.5', undefined, {
        'x-forwarded-host': cloud.world.vaultHost,
        authorization: 'Bearer x',
      })
    ).status;
  const after = async (fault: string) => {
    await answer('POST', { fault, secret: 'psk-hq' });
    return status();
  };
  expect(await after('secret-disabled')).toBe(403);
  expect(await after('secret-enabled')).toBe(200);
  expect(await after('secret-deleted')).toBe(404);
  const refused = await answer('POST', { fault: 'secret-changed', secret: 'psk-hq' });
  expect(refused).toMatchObject({ status: 422 });
  expect(refused.body.detail).toContain('can only be recovered or purged');
  expect(await after('secret-recovered')).toBe(200);
  const versions = cloud.cloud.vault.versions('psk-hq').length;
  await answer('POST', { fault: 'secret-changed', secret: 'psk-hq' });
  expect(cloud.cloud.vault.versions('psk-hq')).toHaveLength(versions + 1);
});

test('a role that was given applies once it has propagated; until then the app is refused', async () => {
  const asApp = { authorization: 'Bearer local' };
  const id = cloud.network('networkSecurityGroups/nsg-hq');
  await answer('POST', { fault: 'role-given', actions: ['Microsoft.Compute/*'] });
  await cloud.until(() => Date.now() > 0);
  let refused = await cloud.arm('GET', id, undefined, asApp);
  while (refused.status === 200) refused = await cloud.arm('GET', id, undefined, asApp);
  expect([refused.status, codeOf(refused)]).toEqual([403, 'AuthorizationFailed']);
  cloud.holdFrom(1);
  await answer('POST', { fault: 'role-given', actions: ['*'] });
  expect((await cloud.arm('GET', id, undefined, asApp)).status).toBe(403);
  cloud.release();
  while ((await cloud.arm('GET', id, undefined, asApp)).status === 403);
});

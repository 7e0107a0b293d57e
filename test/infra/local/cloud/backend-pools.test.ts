/** Can a balancer's pool be read and written alone, and are its members' admin states kept? */
import { NetworkManagementClient } from '@azure/arm-network';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { codeOf, operationOf, TestCloud, type Answer } from './helpers/test-cloud.js';
import { anybody, clientOf } from './helpers/sdk.js';

let cloud: TestCloud;
let turn = 0;
/** Names of the balancer and of the interfaces of a test. */
let balancer = '';
let nic = '';

beforeAll(async () => {
  cloud = await TestCloud.start();
});

beforeEach(async () => {
  turn += 1;
  balancer = `lb-${turn}`;
  nic = `nic-${turn}`;
  await cloud.made(cloud.network(`loadBalancers/${balancer}`), balancerBody());
  await cloud.makeInterface(nic, member());
});

afterEach(() => {
  cloud.release();
});

afterAll(() => cloud.close());

const pool = () => cloud.network(`loadBalancers/${balancer}/backendAddressPools/gateways`);
const configuration = (name = nic) => cloud.network(`networkInterfaces/${name}/ipConfigurations/primary`);
const member = () => ({ loadBalancerBackendAddressPools: [{ id: pool() }] });
const entry = (adminState?: string) => ({
  name: 'as-somebody-calls-it',
  properties: {
    networkInterfaceIPConfiguration: { id: configuration() },
    ...(adminState === undefined ? {} : { adminState }),
  },
});
const poolBody = (...loadBalancerBackendAddresses: object[]) => ({
  properties: { loadBalancerBackendAddresses },
});
const balancerBody = (pools: object = {}) => ({
  location: 'westeurope',
  properties: {
    frontendIPConfigurations: [{ name: 'frontend', properties: { subnet: cloud.subnet('gateways') } }],
    backendAddressPools: [{ name: 'gateways', ...pools }],
  },
});

/** Admin states of a pool's members by their configuration's id. */
async function statesOf(answer: Promise<Answer> | Answer): Promise<Record<string, unknown>> {
  const { properties } = (await answer).body as unknown as Pool; // ARM's envelope
  return Object.fromEntries(
    properties.loadBalancerBackendAddresses.map(({ properties: one }) => [
      one.networkInterfaceIPConfiguration.id,
      one.adminState,
    ]),
  );
}

interface Pool {
  readonly properties: {
    readonly loadBalancerBackendAddresses: readonly {
      readonly name: string;
      readonly properties: {
        readonly networkInterfaceIPConfiguration: { readonly id: string };
        readonly adminState: string;
      };
    }[];
  };
}

test('a pool shows its members, with the ETag of its balancer; the balancer shows them too', async () => {
  const shown = await cloud.arm('GET', pool());
  const whole = await cloud.arm('GET', cloud.network(`loadBalancers/${balancer}`));
  expect(shown.headers.get('etag')).toBe(whole.headers.get('etag'));
  expect(shown.body).toMatchObject({
    id: pool(),
    name: 'gateways',
    type: 'Microsoft.Network/loadBalancers/backendAddressPools',
    etag: whole.body['etag'],
    properties: {
      provisioningState: 'Succeeded',
      backendIPConfigurations: [{ id: configuration() }],
      loadBalancerBackendAddresses: [
        {
          name: `rg-spoke_${nic}primary`,
          properties: { networkInterfaceIPConfiguration: { id: configuration() }, adminState: 'None' },
        },
      ],
    },
  });
  expect(whole.body).toMatchObject({ properties: { backendAddressPools: [shown.body] } });
});

test('a write of the pool answers Updating with its operation, and blocks the balancer until it is over', async () => {
  cloud.holdFrom(2);
  const written = await cloud.arm('PUT', pool(), poolBody(entry('Down')));
  expect(written.status).toBe(200);
  expect(written.headers.get('retry-after')).toBe('10');
  expect(written.body).toMatchObject({ properties: { provisioningState: 'Updating' } });
  expect(await statesOf(written)).toEqual({ [configuration()]: 'Down' });
  const again = await cloud.arm('PUT', pool(), poolBody());
  const whole = await cloud.arm('PUT', cloud.network(`loadBalancers/${balancer}`), balancerBody());
  for (const refused of [again, whole]) {
    expect([refused.status, codeOf(refused)]).toEqual([409, 'AnotherOperationInProgress']);
  }
  await expect(cloud.makeInterface(`${nic}-more`, member())).rejects.toThrow('RetryableError');
  cloud.release();
  await cloud.atRest();
  expect((await cloud.arm('GET', operationOf(written))).body).toEqual({ status: 'Succeeded' });
});

test('a write of the pool is refused while its balancer is written', async () => {
  cloud.holdFrom(2);
  await cloud.arm('PUT', cloud.network(`loadBalancers/${balancer}`), balancerBody());
  const refused = await cloud.arm('PUT', pool(), poolBody());
  expect([refused.status, codeOf(refused)]).toEqual([409, 'AnotherOperationInProgress']);
  cloud.release();
  await cloud.atRest();
});

test.each([
  { what: 'a pool without the list', path: 'pool', body: { properties: {} }, then: 'Down' },
  { what: 'a pool with an empty list', path: 'pool', body: poolBody(), then: 'None' },
  { what: 'a balancer without the list', path: 'balancer', pools: {}, then: 'Down' },
  { what: 'a balancer with the list', path: 'balancer', pools: 'Up', then: 'Up' },
])('an admin state is $then after a write of $what', async ({ path, body, pools, then }) => {
  await cloud.made(pool(), poolBody(entry('Down')));
  if (path === 'pool') await cloud.made(pool(), body);
  else {
    const sent = pools === 'Up' ? poolBody(entry('Up')) : {};
    await cloud.made(cloud.network(`loadBalancers/${balancer}`), balancerBody(sent));
  }
  expect(await statesOf(cloud.arm('GET', pool()))).toEqual({ [configuration()]: then });
});

test('a member that comes back after it has left is at None', async () => {
  await cloud.made(pool(), poolBody(entry('Down')));
  await cloud.makeInterface(nic, member());
  expect(await statesOf(cloud.arm('GET', pool()))).toEqual({ [configuration()]: 'Down' });
  await cloud.makeInterface(nic);
  expect(await statesOf(cloud.arm('GET', pool()))).toEqual({});
  await cloud.makeInterface(nic, member());
  expect(await statesOf(cloud.arm('GET', pool()))).toEqual({ [configuration()]: 'None' });
});

test('a stale ETag is refused with 412, the present one taken', async () => {
  const { headers } = await cloud.arm('GET', pool());
  const etag = headers.get('etag') ?? '';
  await cloud.made(cloud.network(`loadBalancers/${balancer}`), balancerBody());
  const stale = await cloud.arm('PUT', pool(), poolBody(), { 'if-match': etag });
  expect([stale.status, codeOf(stale)]).toEqual([412, 'PreconditionFailed']);
  const present = (await cloud.arm('GET', pool())).headers.get('etag') ?? '';
  expect((await cloud.arm('PUT', pool(), poolBody(), { 'if-match': present })).status).toBe(200);
  await cloud.atRest();
});

test.each([
  { when: 'the admin state is another', properties: { adminState: 'Drain' } },
  { when: 'it names an address', properties: { ipAddress: '10.1.4.9' } },
])('a pool is refused with 400 when $when', async ({ properties }) => {
  const refused = await cloud.arm('PUT', pool(), poolBody({ name: 'x', properties }));
  expect(refused.status).toBe(400);
});

test('an absent pool is the provider’s 404, one of an absent balancer ARM’s, and a new one is made with 201', async () => {
  const other = pool().replace('gateways', 'other');
  const absent = await cloud.arm('GET', other);
  expect([absent.status, codeOf(absent)]).toEqual([404, 'NotFound']);
  const orphan = await cloud.arm('GET', pool().replace(balancer, 'lb-none'));
  expect([orphan.status, codeOf(orphan)]).toEqual([404, 'ParentResourceNotFound']);
  expect((await cloud.made(other, poolBody())).status).toBe(201);
  const listed = await cloud.arm('GET', pool().replace('/gateways', ''));
  expect(listed.body).toMatchObject({ value: [{ name: 'gateways' }, { name: 'other' }] });
  expect((await cloud.arm('DELETE', other)).status).toBe(405);
});

test('the SDK reads members with their admin states and writes them back', async () => {
  const sent: { readonly method: string; readonly body: unknown }[] = [];
  const { subscriptionId } = cloud.world;
  const { loadBalancerBackendAddressPools: pools } = new NetworkManagementClient(
    anybody,
    subscriptionId,
    clientOf(cloud.cloud.url, sent),
  );
  const [first, ...others] =
    (await pools.get('rg-spoke', balancer, 'gateways')).loadBalancerBackendAddresses ?? [];
  expect(others).toEqual([]);
  expect(first).toMatchObject({
    adminState: 'None',
    networkInterfaceIPConfiguration: { id: configuration() },
  });
  const poller = await pools.beginCreateOrUpdate('rg-spoke', balancer, 'gateways', {
    loadBalancerBackendAddresses: [{ ...first, adminState: 'Down' }],
  });
  await poller.pollUntilDone();
  expect(sent.find(({ method }) => method === 'PUT')?.body).toMatchObject({
    properties: {
      loadBalancerBackendAddresses: [
        { properties: { adminState: 'Down', networkInterfaceIPConfiguration: { id: configuration() } } },
      ],
    },
  });
  const after = await pools.get('rg-spoke', balancer, 'gateways');
  expect(after.loadBalancerBackendAddresses).toMatchObject([{ adminState: 'Down' }]);
});

test('a member is known by its name when its reference is left out', async () => {
  const named = { name: `rg-spoke_${nic}primary`, properties: { adminState: 'Down' } };
  await cloud.made(pool(), poolBody(named));
  expect(await statesOf(cloud.arm('GET', pool()))).toEqual({ [configuration()]: 'Down' });
});

/** Where do packets go, as route tables, subnets, peerings and effective routes say? */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { codeOf, messageOf, operationOf, TestCloud } from './helpers/test-cloud.js';

let cloud: TestCloud;

beforeAll(async () => {
  cloud = await TestCloud.start();
});

afterAll(() => cloud.close());

const spoke = (path = '') => cloud.network(`virtualNetworks/vnet-spoke${path}`);
const table = (name: string) => cloud.network(`routeTables/${name}`);
const toFirewall = {
  name: 'all',
  properties: { addressPrefix: '0.0.0.0/0', nextHopType: 'VirtualAppliance', nextHopIpAddress: '10.1.0.4' },
};

function putTable(name: string, routes: readonly object[], more: object = {}) {
  return cloud.arm('PUT', table(name), { location: 'westeurope', properties: { routes, ...more } });
}

/** Routes for 0.0.0.0/0 of an interface, as its Location answers them at the end. */
async function defaultRoutes(networkInterface: string): Promise<unknown> {
  const asked = await cloud.arm(
    'POST',
    cloud.network(`networkInterfaces/${networkInterface}/effectiveRouteTable`),
  );
  expect([asked.status, asked.body]).toEqual([202, {}]);
  expect(operationOf(asked)).toBe('');
  await cloud.atRest();
  const { status, body } = await cloud.arm('GET', asked.headers.get('location') ?? '');
  expect(status).toBe(200);
  const routes = body['value'] as readonly { readonly addressPrefix: readonly string[] }[]; // as described
  return routes.filter(({ addressPrefix }) => addressPrefix[0] === '0.0.0.0/0');
}

describe('effective routes', () => {
  test('are those of the route table where it has one for the prefix', async () => {
    await cloud.makeMachine('routed');
    expect(await defaultRoutes('nic-routed')).toEqual([
      {
        source: 'VirtualNetworkGateway',
        state: 'Invalid',
        addressPrefix: ['0.0.0.0/0'],
        nextHopType: 'VirtualNetworkGateway',
        nextHopIpAddress: [],
      },
      {
        source: 'Default',
        state: 'Invalid',
        addressPrefix: ['0.0.0.0/0'],
        nextHopType: 'Internet',
        nextHopIpAddress: [],
      },
      {
        name: 'to-internet',
        source: 'User',
        state: 'Active',
        addressPrefix: ['0.0.0.0/0'],
        nextHopType: 'Internet',
        nextHopIpAddress: [],
      },
    ]);
  });

  test('are the hub’s where it announces the prefix and no table says otherwise', async () => {
    await cloud.makeMachine('captured', { subnet: cloud.subnet('workloads') });
    expect(await defaultRoutes('nic-captured')).toMatchObject([
      { source: 'VirtualNetworkGateway', state: 'Active' },
      { source: 'Default', state: 'Invalid' },
    ]);
  });

  test('hold up no change of the interface while they are asked', async () => {
    const asked = await cloud.arm('POST', cloud.network('networkInterfaces/nic-routed/effectiveRouteTable'));
    const pending = await cloud.arm('GET', asked.headers.get('location') ?? '');
    expect([202, 200]).toContain(pending.status);
    const patched = await cloud.arm('PATCH', cloud.network('networkInterfaces/nic-routed'), {
      tags: { a: 'b' },
    });
    expect(patched.status).toBe(200);
    await cloud.atRest();
  });

  test.each([
    { when: 'the interface has no machine', make: () => cloud.makeInterface('nic-alone'), name: 'nic-alone' },
    {
      when: 'its machine is off',
      make: async () => {
        await cloud.arm('POST', `${await cloud.makeMachine('off')}/deallocate`);
        await cloud.atRest();
      },
      name: 'nic-off',
    },
  ])('are refused with 400 when $when', async ({ make, name }) => {
    await make();
    const answer = await cloud.arm('POST', cloud.network(`networkInterfaces/${name}/effectiveRouteTable`));
    expect([answer.status, codeOf(answer)]).toEqual([
      400,
      'NicMustBeAttachedToRunningVmToGetEffectiveRoutes',
    ]);
  });

  test('of an interface that isn’t there are 404, and by GET 405', async () => {
    const path = cloud.network('networkInterfaces/none/effectiveRouteTable');
    expect((await cloud.arm('POST', path)).status).toBe(404);
    expect((await cloud.arm('GET', path)).status).toBe(405);
  });
});

describe('a route table', () => {
  test('is made in an operation, and shows its routes as children', async () => {
    const made = await putTable('rt-own', [toFirewall]);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      properties: { provisioningState: 'Updating', disableBgpRoutePropagation: false },
    });
    expect(operationOf(made)).not.toBe('');
    await cloud.atRest();
    const shown = await cloud.arm('GET', table('rt-own'));
    expect(shown.body).toMatchObject({
      properties: {
        provisioningState: 'Succeeded',
        routes: [{ id: `${table('rt-own')}/routes/all`, properties: { nextHopIpAddress: '10.1.0.4' } }],
      },
    });
  });

  test('is refused with a next hop that is none', async () => {
    const odd = { name: 'odd', properties: { addressPrefix: '0.0.0.0/0', nextHopType: 'Moon' } };
    const half = {
      name: 'half',
      properties: { addressPrefix: '0.0.0.0/0', nextHopType: 'VirtualAppliance' },
    };
    for (const route of [odd, half]) expect((await putTable('rt-odd', [route])).status).toBe(400);
  });

  test('that a subnet uses stays', async () => {
    const answer = await cloud.arm('DELETE', table('rt-gateways'));
    expect([answer.status, codeOf(answer)]).toEqual([400, 'InUseRouteTableCannotBeDeleted']);
    expect(messageOf(answer)).toContain(spoke('/subnets/gateways'));
  });

  test('that no subnet uses goes', async () => {
    expect((await cloud.arm('DELETE', table('rt-own'))).status).toBe(202);
    await cloud.atRest();
    expect((await cloud.arm('GET', table('rt-own'))).status).toBe(404);
  });
});

describe('a subnet', () => {
  const body = (addressPrefix: string, more: object = {}) => ({ properties: { addressPrefix, ...more } });

  test('is read alone and in a list, with its network’s ETag', async () => {
    const { status, body: shown, headers } = await cloud.arm('GET', spoke('/subnets/gateways'));
    expect(status).toBe(200);
    expect(shown).toMatchObject({ name: 'gateways', properties: { addressPrefix: '10.1.4.0/24' } });
    expect(headers.get('etag')).toBe((await cloud.arm('GET', spoke())).headers.get('etag'));
    expect((await cloud.arm('GET', spoke('/subnets'))).body['value']).toHaveLength(3);
    const absent = await cloud.arm('GET', spoke('/subnets/none'));
    expect([absent.status, codeOf(absent)]).toEqual([404, 'NotFound']);
  });

  test('gets a route table, by which effective routes change', async () => {
    await putTable('rt-late', [
      { name: 'all', properties: { addressPrefix: '0.0.0.0/0', nextHopType: 'Internet' } },
    ]);
    await cloud.atRest();
    const routeTable = { id: table('rt-late') };
    const written = await cloud.arm('PUT', spoke('/subnets/workloads'), body('10.1.5.0/24', { routeTable }));
    expect(written.status).toBe(200);
    expect(written.body).toMatchObject({ properties: { provisioningState: 'Updating', routeTable } });
    await cloud.atRest();
    expect(await defaultRoutes('nic-captured')).toMatchObject([
      { state: 'Invalid' },
      { state: 'Invalid' },
      { source: 'User', state: 'Active', name: 'all' },
    ]);
  });

  test('is made and deleted while nothing is in it', async () => {
    const made = await cloud.arm('PUT', spoke('/subnets/spare'), body('10.1.8.0/28'));
    expect(made.status).toBe(201);
    await cloud.atRest();
    const networkInterface = cloud.network('networkInterfaces/nic-spare');
    const inside = { name: 'one', properties: { subnet: { id: spoke('/subnets/spare') } } };
    await cloud.made(networkInterface, {
      location: 'westeurope',
      properties: { ipConfigurations: [inside] },
    });
    const moved = await cloud.arm('PUT', spoke('/subnets/spare'), body('10.1.9.0/28'));
    expect([moved.status, codeOf(moved)]).toEqual([400, 'InUsePrefixCannotBeDeleted']);
    for (const path of [spoke('/subnets/spare'), spoke()]) {
      const answer = await cloud.arm('DELETE', path);
      expect([answer.status, codeOf(answer)]).toEqual([400, 'InUseSubnetCannotBeDeleted']);
    }
    await cloud.arm('DELETE', networkInterface);
    await cloud.atRest();
    // No deletion of a subnet takes less than five seconds.
    cloud.holdFrom(5);
    expect((await cloud.arm('DELETE', spoke('/subnets/spare'))).status).toBe(202);
    const busy = await cloud.arm('PUT', spoke('/subnets/other'), body('10.1.7.0/24'));
    expect([busy.status, codeOf(busy)]).toEqual([409, 'AnotherOperationInProgress']);
    cloud.release();
    await cloud.atRest();
    expect((await cloud.arm('GET', spoke('/subnets/spare'))).status).toBe(404);
    expect((await cloud.arm('DELETE', spoke('/subnets/spare'))).status).toBe(204);
  });

  test.each([
    {
      what: 'a table that isn’t there',
      sent: { addressPrefix: '10.1.5.0/24', routeTable: { id: '/none' } },
      code: 'InvalidResourceReference',
    },
    { what: 'no prefix', sent: {}, code: 'NoAddressPrefixOrPoolProvided' },
    {
      what: 'two prefixes, which no subnet has here',
      sent: { addressPrefixes: ['10.1.5.0/24', '10.1.50.0/24'] },
      code: 'AddressPrefixesNotServed',
    },
  ])('is refused with $what', async ({ sent, code }) => {
    const answer = await cloud.arm('PUT', spoke('/subnets/workloads'), { properties: sent });
    expect([answer.status, codeOf(answer)]).toEqual([400, code]);
  });

  test('takes a list of one prefix as that prefix, and gives addresses of it', async () => {
    const listed = { properties: { addressPrefixes: ['10.1.60.0/24'] } };
    await cloud.made(spoke('/subnets/listed'), listed);
    expect((await cloud.made(spoke('/subnets/listed'), listed)).status).toBe(200);
    const properties = { subnet: { id: spoke('/subnets/listed') } };
    const made = await cloud.made(cloud.network('networkInterfaces/nic-listed'), {
      location: 'westeurope',
      properties: { ipConfigurations: [{ name: 'a', properties }] },
    });
    expect(JSON.stringify(made.body)).toContain('"privateIPAddress":"10.1.60.4"');
  });

  test('is refused with 412 when its network has changed', async () => {
    const headers = { 'if-match': 'W/"other"' };
    const answer = await cloud.arm('PUT', spoke('/subnets/workloads'), body('10.1.5.0/24'), headers);
    expect(answer.status).toBe(412);
  });
});

test('peerings are read alone and in a list', async () => {
  const list = await cloud.arm('GET', spoke('/virtualNetworkPeerings'));
  expect(list.body['value']).toMatchObject([{ name: 'RemoteVnetToHubPeering' }]);
  const one = await cloud.arm('GET', spoke('/virtualNetworkPeerings/RemoteVnetToHubPeering'));
  expect(one.body).toMatchObject({ properties: { useRemoteGateways: true } });
  expect((await cloud.arm('GET', spoke('/virtualNetworkPeerings/none'))).status).toBe(404);
});

test('a network is made with its subnets, keeps its peerings and goes', async () => {
  const id = cloud.network('virtualNetworks/vnet-new');
  const properties = {
    addressSpace: { addressPrefixes: ['10.2.0.0/16'] },
    subnets: [{ name: 'one', properties: { addressPrefix: '10.2.1.0/24' } }],
  };
  await cloud.made(id, { location: 'westeurope', properties });
  expect((await cloud.arm('GET', id)).body).toMatchObject({
    properties: { subnets: [{ id: `${id}/subnets/one`, properties: { addressPrefix: '10.2.1.0/24' } }] },
  });
  const tagged = await cloud.arm('PATCH', spoke(), { tags: { owner: 'network-team', a: 'b' } });
  expect(tagged.body).toMatchObject({
    properties: { virtualNetworkPeerings: [{ name: 'RemoteVnetToHubPeering' }] },
  });
  expect((await cloud.arm('DELETE', id)).status).toBe(202);
  await cloud.atRest();
  expect((await cloud.arm('GET', id)).status).toBe(404);
});

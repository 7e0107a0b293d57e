/** Does @azure/arm-network get along with the simulated cloud as with Azure? Its pollers, iterators, errors, ETags. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { NetworkManagementClient, type NetworkInterface } from '@azure/arm-network';
import { all, errorOf, group, SdkCloud } from './helpers/sdk-cloud.js';

jest.setTimeout(30_000);

let sdk: SdkCloud;
let network: NetworkManagementClient;

const location = 'westeurope';

beforeAll(async () => {
  sdk = await SdkCloud.start();
  network = sdk.noted(new NetworkManagementClient(...sdk.subscription));
});

afterAll(() => sdk.close('@azure/arm-network'));

const anInterface = (more: Partial<NetworkInterface> = {}): NetworkInterface => ({
  location,
  ipConfigurations: [{ name: 'primary', subnet: sdk.cloud.subnet('gateways') }],
  ...more,
});

const aBalancer = () => {
  const id = sdk.cloud.network('loadBalancers/lb');
  return {
    location,
    sku: { name: 'Standard' },
    frontendIPConfigurations: [{ name: 'frontend', subnet: sdk.cloud.subnet('gateways') }],
    backendAddressPools: [{ name: 'pool' }],
    probes: [
      {
        name: 'health',
        protocol: 'Http',
        port: 8080,
        requestPath: '/',
        intervalInSeconds: 5,
        probeThreshold: 2,
      },
    ],
    loadBalancingRules: [
      {
        name: 'proxy',
        protocol: 'Tcp',
        frontendPort: 80,
        backendPort: 80,
        frontendIPConfiguration: { id: `${id}/frontendIPConfigurations/frontend` },
        backendAddressPool: { id: `${id}/backendAddressPools/pool` },
        probe: { id: `${id}/probes/health` },
      },
    ],
  };
};

test('an address is written, read, tagged, listed and deleted', async () => {
  const { publicIPAddresses } = network;
  const body = { location, sku: { name: 'Standard' }, publicIPAllocationMethod: 'Static', zones: ['1'] };
  const made = await publicIPAddresses.beginCreateOrUpdateAndWait(group, 'pip', body);
  // The poller ends with a read, which has what the first answer hadn't.
  expect(made).toMatchObject({ name: 'pip', provisioningState: 'Succeeded', zones: ['1'] });
  expect(made.ipAddress).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
  expect(await publicIPAddresses.updateTags(group, 'pip', { tags: { site: 'hq' } })).toMatchObject({
    tags: { site: 'hq' },
  });
  const listed = await all(publicIPAddresses.list(group));
  expect(listed.map(({ name }) => name)).toEqual(['pip-warehouse', 'pip']);
  await publicIPAddresses.beginDeleteAndWait(group, 'pip');
  expect(await errorOf(publicIPAddresses.get(group, 'pip'))).toMatchObject({
    ...{ name: 'RestError', code: 'ResourceNotFound', statusCode: 404 },
  });
});

test('a group is written with rules, read and deleted', async () => {
  const { networkSecurityGroups } = network;
  const rule = {
    ...{ name: 'probe', priority: 100, access: 'Allow', direction: 'Inbound', protocol: 'Tcp' },
    ...{ sourceAddressPrefix: 'AzureLoadBalancer', sourcePortRange: '*' },
    ...{ destinationAddressPrefix: '*', destinationPortRange: '8080' },
  };
  const made = await networkSecurityGroups.beginCreateOrUpdateAndWait(group, 'nsg', {
    location,
    securityRules: [rule],
  });
  expect(made.securityRules).toMatchObject([{ name: 'probe', destinationPortRange: '8080' }]);
  expect(made.defaultSecurityRules).toHaveLength(6);
  expect(await networkSecurityGroups.updateTags(group, 'nsg', { tags: { a: 'b' } })).toMatchObject({
    tags: { a: 'b' },
  });
  expect(await all(networkSecurityGroups.list(group))).toHaveLength(2);
  await networkSecurityGroups.beginDeleteAndWait(group, 'nsg');
  expect((await errorOf(networkSecurityGroups.get(group, 'nsg'))).statusCode).toBe(404);
});

test('a balancer and its pool are written, members set down, and all is deleted', async () => {
  const { loadBalancers, loadBalancerBackendAddressPools: pools, networkInterfaces } = network;
  const made = await loadBalancers.beginCreateOrUpdateAndWait(group, 'lb', aBalancer());
  expect(made.frontendIPConfigurations?.[0]?.privateIPAddress).toMatch(/^10\.1\.4\./);
  const [pool] = await all(pools.list(group, 'lb'));
  const primary = {
    ...{ name: 'primary', subnet: sdk.cloud.subnet('gateways') },
    loadBalancerBackendAddressPools: [{ id: pool?.id ?? '' }],
  };
  await networkInterfaces.beginCreateOrUpdateAndWait(
    group,
    'nic-pooled',
    anInterface({ ipConfigurations: [primary] }),
  );
  const read = await pools.get(group, 'lb', 'pool');
  const addresses = (read.loadBalancerBackendAddresses ?? []).map((address) => ({
    ...address,
    adminState: 'Down',
  }));
  const written = await pools.beginCreateOrUpdateAndWait(group, 'lb', 'pool', {
    loadBalancerBackendAddresses: addresses,
  });
  expect(written.loadBalancerBackendAddresses).toMatchObject([{ adminState: 'Down' }]);
  expect(await loadBalancers.updateTags(group, 'lb', { tags: { a: 'b' } })).toMatchObject({
    tags: { a: 'b' },
  });
  expect(await all(loadBalancers.list(group))).toHaveLength(1);
  expect((await networkInterfaces.updateTags(group, 'nic-pooled', { tags: { a: 'b' } })).tags).toEqual({
    a: 'b',
  });
  await networkInterfaces.beginDeleteAndWait(group, 'nic-pooled');
  await loadBalancers.beginDeleteAndWait(group, 'lb');
  expect((await errorOf(loadBalancers.get(group, 'lb'))).statusCode).toBe(404);
});

test('a network, its subnet and a route table are written, and deleted once nothing uses them', async () => {
  const { virtualNetworks, subnets, routeTables } = network;
  const route = { name: 'all', addressPrefix: '0.0.0.0/0', nextHopType: 'Internet' };
  const table = await routeTables.beginCreateOrUpdateAndWait(group, 'rt', { location, routes: [route] });
  const made = await virtualNetworks.beginCreateOrUpdateAndWait(group, 'vnet', {
    location,
    addressSpace: { addressPrefixes: ['10.7.0.0/16'] },
    subnets: [{ name: 'one', addressPrefix: '10.7.1.0/24' }],
  });
  expect(made).toMatchObject({ provisioningState: 'Succeeded', subnets: [{ name: 'one' }] });
  const subnet = await subnets.beginCreateOrUpdateAndWait(group, 'vnet', 'two', {
    ...{ addressPrefixes: ['10.7.2.0/24'], routeTable: { id: table.id ?? '' } },
  });
  expect(subnet).toMatchObject({ provisioningState: 'Succeeded', addressPrefix: '10.7.2.0/24' });
  expect((await all(subnets.list(group, 'vnet'))).map(({ name }) => name)).toEqual(['one', 'two']);
  expect(await errorOf(routeTables.beginDeleteAndWait(group, 'rt'))).toMatchObject({
    ...{ statusCode: 400, code: 'InUseRouteTableCannotBeDeleted' },
  });
  // As clients do who read, change and write.
  const read = await virtualNetworks.get(group, 'vnet');
  const tagged = await virtualNetworks.beginCreateOrUpdateAndWait(group, 'vnet', {
    ...read,
    tags: { a: 'b' },
  });
  expect(tagged.subnets?.map(({ name }) => name)).toEqual(['one', 'two']);
  await subnets.beginDeleteAndWait(group, 'vnet', 'two');
  await routeTables.beginDeleteAndWait(group, 'rt');
  await virtualNetworks.beginDeleteAndWait(group, 'vnet');
  expect((await errorOf(virtualNetworks.get(group, 'vnet'))).statusCode).toBe(404);
});

test('effective routes are asked for and told by the poller, which has a Location alone', async () => {
  await sdk.cloud.makeMachine('routed');
  const { value = [] } = await network.networkInterfaces.beginGetEffectiveRouteTableAndWait(
    group,
    'nic-routed',
  );
  expect(
    value.find(({ state, addressPrefix }) => state === 'Active' && addressPrefix?.[0] === '0.0.0.0/0'),
  ).toMatchObject({ source: 'User', nextHopType: 'Internet' });
  await sdk.cloud.makeInterface('nic-alone');
  expect(
    await errorOf(network.networkInterfaces.beginGetEffectiveRouteTableAndWait(group, 'nic-alone')),
  ).toMatchObject({ statusCode: 400, code: 'NicMustBeAttachedToRunningVmToGetEffectiveRoutes' });
});

test('networks and usage are read', async () => {
  const found = await network.virtualNetworks.get(group, 'vnet-spoke');
  expect(found.subnets?.map(({ name }) => name)).toEqual(['gateways', 'small', 'workloads']);
  expect(
    await network.virtualNetworks.checkIPAddressAvailability(group, 'vnet-spoke', '10.1.4.200'),
  ).toMatchObject({
    available: true,
  });
  const usages = await all(network.usages.list(location));
  expect(usages.find(({ name }) => name.value === 'PublicIPAddresses')?.limit).toBeGreaterThan(0);
});

test('a poller is resumed from what another has written down', async () => {
  const { networkInterfaces } = network;
  sdk.cloud.holdFrom(1);
  const begun = await networkInterfaces.beginCreateOrUpdate(group, 'nic-resumed', anInterface());
  const state = begun.toString();
  expect(begun.isDone()).toBe(false);
  begun.stopPolling();
  const resumed = await networkInterfaces.beginCreateOrUpdate(group, 'nic-resumed', anInterface(), {
    resumeFrom: state,
  });
  sdk.cloud.release();
  expect(await resumed.pollUntilDone()).toMatchObject({
    name: 'nic-resumed',
    provisioningState: 'Succeeded',
  });
  // Resumed, not begun again: one write.
  const writes = sdk.cloud.cloud
    .calls()
    .filter(({ method, path }) => method === 'PUT' && path.endsWith('/nic-resumed'));
  expect(writes).toHaveLength(1);
});

test('what is referred to and used is refused by its code', async () => {
  const { networkInterfaces, publicIPAddresses, networkSecurityGroups } = network;
  const nsg = await networkSecurityGroups.beginCreateOrUpdateAndWait(group, 'nsg-used', { location });
  const pip = await publicIPAddresses.beginCreateOrUpdateAndWait(group, 'pip-used', {
    ...{ location, sku: { name: 'Standard' }, publicIPAllocationMethod: 'Static' },
  });
  const primary = {
    name: 'primary',
    subnet: sdk.cloud.subnet('gateways'),
    publicIPAddress: { id: pip.id ?? '' },
  };
  const body = anInterface({ ipConfigurations: [primary], networkSecurityGroup: { id: nsg.id ?? '' } });
  await networkInterfaces.beginCreateOrUpdateAndWait(group, 'nic-user', body);
  expect(await errorOf(publicIPAddresses.beginDeleteAndWait(group, 'pip-used'))).toMatchObject({
    ...{ statusCode: 400, code: 'PublicIPAddressCannotBeDeleted' },
  });
  expect(await errorOf(networkSecurityGroups.beginDeleteAndWait(group, 'nsg-used'))).toMatchObject({
    ...{ statusCode: 400, code: 'InUseNetworkSecurityGroupCannotBeDeleted' },
  });
  const nowhere = anInterface({
    networkSecurityGroup: { id: sdk.cloud.network('networkSecurityGroups/none') },
  });
  expect(
    await errorOf(networkInterfaces.beginCreateOrUpdateAndWait(group, 'nic-lost', nowhere)),
  ).toMatchObject({
    ...{ statusCode: 400, code: 'InvalidResourceReference' },
  });
});

test('a write by an ETag that is old is refused, and by the one that was read is taken', async () => {
  const { networkInterfaces } = network;
  const made = await networkInterfaces.beginCreateOrUpdateAndWait(group, 'nic-tagged', anInterface());
  const ifMatch = (etag = '') => ({ requestOptions: { customHeaders: { 'If-Match': etag } } });
  const write = (etag: string | undefined) =>
    networkInterfaces.beginCreateOrUpdateAndWait(
      group,
      'nic-tagged',
      { ...made, tags: { n: '1' } },
      ifMatch(etag),
    );
  expect(await errorOf(write('W/"other"'))).toMatchObject({ statusCode: 412, code: 'PreconditionFailed' });
  const written = await write((await networkInterfaces.get(group, 'nic-tagged')).etag);
  expect(written.etag).not.toBe(made.etag);
  const again = networkInterfaces.beginCreateOrUpdateAndWait(group, 'nic-tagged', made, {
    requestOptions: { customHeaders: { 'If-None-Match': '*' } },
  });
  expect((await errorOf(again)).statusCode).toBe(412);
});

test('what is being written takes no other write', async () => {
  const { networkInterfaces } = network;
  sdk.cloud.holdFrom(1);
  const first = await networkInterfaces.beginCreateOrUpdate(group, 'nic-busy', anInterface());
  expect(await errorOf(networkInterfaces.beginDelete(group, 'nic-busy'))).toMatchObject({
    ...{ statusCode: 409, code: 'AnotherOperationInProgress' },
  });
  sdk.cloud.release();
  expect(await first.pollUntilDone()).toMatchObject({ provisioningState: 'Succeeded' });
});

test('a client that is refused for its number of calls waits as it is told, and goes on', async () => {
  const { cloud } = sdk.cloud;
  const asked = () => cloud.calls().filter(({ path }) => path.endsWith('/pip-warehouse'));
  const before = asked().length;
  cloud.faults.add({ kind: 'throttle', share: 1, retryAfterSeconds: 5 });
  sdk.cloud.holdFrom(5);
  const read = network.publicIPAddresses.get(group, 'pip-warehouse');
  await sdk.cloud.until(() => asked().length > before);
  cloud.faults.clear();
  sdk.cloud.release();
  expect(await read).toMatchObject({ name: 'pip-warehouse' });
  expect(
    asked()
      .slice(before)
      .map(({ status }) => status),
  ).toEqual([429, 200]);
});

test('every write and deletion that is served was made to its end', () => {
  const types = [
    ...['publicIPAddresses', 'networkSecurityGroups', 'loadBalancers', 'networkInterfaces'],
    ...['virtualNetworks', 'subnets', 'routeTables'],
  ];
  const wanted = [
    ...types.flatMap((type) => [`${type}.beginCreateOrUpdateAndWait`, `${type}.beginDeleteAndWait`]),
    'loadBalancerBackendAddressPools.beginCreateOrUpdateAndWait',
    'networkInterfaces.beginGetEffectiveRouteTableAndWait',
  ];
  expect(wanted.filter((operation) => !sdk.used.has(operation))).toEqual([]);
});

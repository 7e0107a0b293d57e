/** What comes through to an interface with a public address, on the wire of a cloud under test? */
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import type { OutsidePacket } from '../../../../infra/local/cloud/packet-filter.js';
import type { Resource } from '../../../../infra/local/cloud/resources.js';
import { codeOf, messageOf, TestCloud } from './helpers/test-cloud.js';

let cloud: TestCloud;
let networkInterface: Resource;
let publicIp: string;

/** What a site's gateways have, in Azure's words. */
const rules = [
  rule('probe', 100, { sourceAddressPrefix: 'AzureLoadBalancer', destinationPortRange: '8100' }),
  rule('clients', 200, { sourceAddressPrefixes: ['10.0.0.0/8'], destinationPortRanges: ['9400'] }),
  rule('nothing-else', 4096, {
    sourceAddressPrefix: '*',
    destinationPortRange: '*',
    access: 'Deny',
    protocol: '*',
  }),
];

function rule(name: string, priority: number, properties: object) {
  const common = { direction: 'Inbound', protocol: 'Tcp', access: 'Allow', sourcePortRange: '*' };
  return { name, properties: { ...common, priority, destinationAddressPrefix: '*', ...properties } };
}

beforeAll(async () => {
  cloud = await TestCloud.start();
  const group = cloud.network('networkSecurityGroups/nsg');
  const address = cloud.network('publicIPAddresses/pip');
  await cloud.made(group, { location: 'westeurope', properties: { securityRules: rules } });
  await cloud.made(address, {
    location: 'westeurope',
    sku: { name: 'Standard' },
    properties: { publicIPAllocationMethod: 'Static' },
  });
  await cloud.makeInterface(
    'nic',
    { publicIPAddress: { id: address } },
    { networkSecurityGroup: { id: group } },
  );
  const found = cloud.cloud.resources();
  networkInterface = found.find(({ name }) => name === 'nic') ?? fail();
  const { ipAddress } = found.find(({ name }) => name === 'pip')?.body['properties'] as { ipAddress: string }; // ARM's form
  publicIp = ipAddress;
});

afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(() => cloud.close());

function fail(): never {
  throw new Error('There is no interface.');
}

function outside(change: Partial<OutsidePacket> = {}): OutsidePacket {
  return {
    protocol: 'Tcp',
    sourceIp: '198.51.100.7',
    sourcePort: 41_000,
    publicIp,
    destinationPort: 9400,
    ...change,
  };
}

test.each([
  { when: 'it comes from the internet to the proxy port', change: {} },
  { when: 'it comes from the internet to the health port', change: { destinationPort: 8100 } },
  {
    when: 'it is IKE that nobody has begun',
    change: { protocol: 'Udp' as const, sourcePort: 500, destinationPort: 500 },
  },
  {
    when: 'it is ESP that nobody has begun',
    change: { protocol: 'Esp' as const, sourcePort: 0, destinationPort: 0 },
  },
])('arrive denies a packet when $when', ({ change }) => {
  expect(cloud.cloud.filter.arrive(outside(change))).toEqual({ access: 'Deny', rule: 'nothing-else' });
});

const edge = '198.51.100.10';

test.each([
  { flow: 'IKE', protocol: 'Udp' as const, port: 500 },
  { flow: 'NAT-T', protocol: 'Udp' as const, port: 4500 },
  { flow: 'ESP', protocol: 'Esp' as const, port: 0 },
])('arrive lets the answers of $flow in, for as long as packets come', ({ protocol, port }) => {
  const { filter } = cloud.cloud;
  const sent = { protocol, sourcePort: port, destinationIp: edge, destinationPort: port };
  const answer = outside({ protocol, sourceIp: edge, sourcePort: port, destinationPort: port });
  let now = Date.now();
  jest.spyOn(Date, 'now').mockImplementation(() => now);
  expect(filter.leave(networkInterface, sent)).toEqual({ access: 'Allow', rule: 'AllowVnetOutBound' });
  now += 239_000;
  expect(filter.arrive(answer)).toMatchObject({ access: 'Allow' });
  now += 239_000;
  expect(filter.arrive(answer)).toMatchObject({ access: 'Allow' });
  expect(filter.arrive({ ...answer, sourceIp: '198.51.100.11' })).toMatchObject({ access: 'Deny' });
  now += 240_000;
  expect(filter.arrive(answer)).toMatchObject({ access: 'Deny', rule: 'nothing-else' });
});

test.each([
  {
    when: 'the group has no rules of its own, and its network has learned a default route',
    address: '203.0.113.250',
    decision: { access: 'Allow', rule: 'AllowVnetInBound' },
  },
  {
    when: 'nothing has the address',
    address: '203.0.113.99',
    decision: { access: 'Deny', rule: 'nothing has this address' },
  },
])('arrive says $decision.access when $when', ({ address, decision }) => {
  expect(cloud.cloud.filter.arrive(outside({ publicIp: address }))).toEqual(decision);
});

test('arrive denies everything when the interface of a Standard address has no group', async () => {
  const address = cloud.network('publicIPAddresses/pip-bare');
  const properties = { publicIPAllocationMethod: 'Static' };
  await cloud.made(address, { location: 'westeurope', sku: { name: 'Standard' }, properties });
  await cloud.makeInterface('nic-bare', { publicIPAddress: { id: address } });
  const { ipAddress } = (await cloud.arm('GET', address)).body['properties'] as { ipAddress: string }; // ARM's form
  // The network has learned a default route, which doesn't make the internet a part of it here.
  expect(cloud.cloud.filter.arrive(outside({ publicIp: ipAddress }))).toEqual({
    access: 'Deny',
    rule: 'no security group',
  });
});

test.each([
  {
    when: 'it names a tag that is not known',
    properties: { sourceAddressPrefix: 'AzureMoon', destinationPortRange: '80' },
    code: 'SecurityRuleInvalidAddressPrefix',
    text: 'Value provided: AzureMoon',
  },
  {
    when: 'it names an application security group',
    properties: { sourceApplicationSecurityGroups: [{ id: '/x' }], destinationPortRange: '80' },
    code: 'ApplicationSecurityGroupsNotServed',
    text: 'sourceApplicationSecurityGroups',
  },
])('a rule is refused when $when', async ({ properties, code, text }) => {
  const answer = await cloud.arm('PUT', cloud.network('networkSecurityGroups/nsg-wrong'), {
    location: 'westeurope',
    properties: { securityRules: [rule('wrong', 100, properties)] },
  });
  expect([answer.status, codeOf(answer)]).toEqual([400, code]);
  expect(messageOf(answer)).toContain(text);
});

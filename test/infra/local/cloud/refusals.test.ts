/** What does the cloud refuse, with which status and code? */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { codeOf, messageOf, operationOf, TestCloud } from './helpers/test-cloud.js';

let cloud: TestCloud;

beforeAll(async () => {
  cloud = await TestCloud.start();
});

afterEach(() => {
  cloud.cloud.faults.clear();
});

afterAll(() => cloud.close());

const address = { location: 'westeurope', sku: { name: 'Standard' }, properties: {} };

test('a path that cannot be decoded is answered, not left hanging', async () => {
  const answer = await cloud.send('GET', '/subscriptions/%zz?api-version=1', undefined, {
    'x-forwarded-host': 'management.azure.com',
    authorization: 'Bearer x',
  });
  expect([answer.status, codeOf(answer)]).toEqual([404, 'SubscriptionNotFound']);
});

test('an absent resource is ARM’s own 404, an absent group too, a child’s absent parent has its code', async () => {
  const absent = await cloud.arm('GET', cloud.network('publicIPAddresses/none'));
  expect([absent.status, codeOf(absent)]).toEqual([404, 'ResourceNotFound']);
  expect(absent.headers.get('x-ms-failure-cause')).toBe('gateway');
  expect(messageOf(absent)).toContain("'Microsoft.Network/publicIPAddresses/none' under resource group");
  const group = await cloud.arm('GET', cloud.network('publicIPAddresses/x').replace('rg-spoke', 'rg-none'));
  expect(codeOf(group)).toBe('ResourceGroupNotFound');
  const child = await cloud.arm('GET', `${cloud.machine('none')}/runCommands/setup`);
  expect([child.status, codeOf(child)]).toEqual([404, 'ParentResourceNotFound']);
});

test.each([
  { when: 'it must not exist and does', headers: { 'if-none-match': '*' }, method: 'PUT' },
  { when: 'its ETag is another', headers: { 'if-match': 'W/"other"' }, method: 'PUT' },
  { when: 'its ETag is another', headers: { 'if-match': 'W/"other"' }, method: 'PATCH' },
  { when: 'its ETag is another', headers: { 'if-match': 'W/"other"' }, method: 'DELETE' },
])('$method is refused with 412 when $when', async ({ headers, method }) => {
  const id = cloud.network('publicIPAddresses/pip-warehouse');
  const bodies: Readonly<Record<string, object>> = { PUT: address, PATCH: { tags: { a: 'b' } } };
  const answer = await cloud.arm(method, id, bodies[method], headers);
  expect([answer.status, codeOf(answer)]).toEqual([412, 'PreconditionFailed']);
});

test('names compare without regard to case, and tags are patched at once', async () => {
  const id = cloud.network('publicIPAddresses/pip-case');
  await cloud.made(id, address);
  const patched = await cloud.arm('PATCH', id.toUpperCase(), { tags: { a: 'b' } });
  expect([patched.status, operationOf(patched)]).toEqual([200, '']);
  expect(patched.body).toMatchObject({ id, tags: { a: 'b' } });
  await cloud.arm('PATCH', id, {});
  expect((await cloud.arm('GET', id)).body).toMatchObject({ tags: { a: 'b' } });
});

test('what is in use is refused with 400: address, interface, group; and an address that another holds', async () => {
  const group = { id: cloud.network('networkSecurityGroups/nsg-used') };
  const publicIp = { id: cloud.network('publicIPAddresses/pip-used') };
  await cloud.made(group.id, { location: 'westeurope', properties: {} });
  await cloud.made(publicIp.id, address);
  await cloud.makeMachine('used', { publicIPAddress: publicIp }, { networkSecurityGroup: group });
  const codes = [publicIp.id, cloud.network('networkInterfaces/nic-used'), group.id].map(async (id) => {
    const answer = await cloud.arm('DELETE', id);
    return [answer.status, codeOf(answer)];
  });
  expect(await Promise.all(codes)).toEqual([
    [400, 'PublicIPAddressCannotBeDeleted'],
    [400, 'NicInUse'],
    [400, 'InUseNetworkSecurityGroupCannotBeDeleted'],
  ]);
  await expect(cloud.makeInterface('nic-second', { publicIPAddress: publicIp })).rejects.toThrow(
    'PublicIPAddressInUse',
  );
});

test('an address that its interface no longer names is free again', async () => {
  const publicIp = { id: cloud.network('publicIPAddresses/pip-left') };
  await cloud.made(publicIp.id, address);
  await cloud.makeInterface('nic-left', { publicIPAddress: publicIp });
  await cloud.makeInterface('nic-left');
  expect((await cloud.arm('DELETE', publicIp.id)).status).toBe(202);
  await cloud.atRest();
});

test('a subnet gives no address twice, and is full after three of its eight', async () => {
  const small = { subnet: cloud.subnet('small') };
  const pair = ['a', 'b'].map((name) => ({ name, properties: small }));
  await cloud.made(cloud.network('networkInterfaces/nic-pair'), {
    location: 'westeurope',
    properties: { ipConfigurations: pair },
  });
  const shown = JSON.stringify((await cloud.arm('GET', cloud.network('networkInterfaces/nic-pair'))).body);
  expect(shown).toContain('"10.1.6.4"');
  expect(shown).toContain('"10.1.6.5"');
  const taken = { ...small, privateIPAllocationMethod: 'Static', privateIPAddress: '10.1.6.4' };
  await expect(cloud.makeInterface('nic-taken', taken)).rejects.toThrow('PrivateIPAddressInUse');
  await cloud.makeInterface('nic-last', small);
  await expect(cloud.makeInterface('nic-none', small)).rejects.toThrow('SubnetIsFull');
});

test('a used-up quota, an unknown size and a size that is out are refused at once', async () => {
  await cloud.makeInterface('nic-refused');
  const size = (vmSize: string) => cloud.machineBody('nic-refused', { hardwareProfile: { vmSize } });
  const put = async (body: object) => {
    const answer = await cloud.arm('PUT', cloud.machine('refused'), body);
    return { status: answer.status, code: codeOf(answer), message: messageOf(answer) };
  };
  expect(await put(size('Standard_None'))).toMatchObject({ status: 400, code: 'InvalidParameter' });
  cloud.cloud.faults.add({ kind: 'size-not-available', size: 'Standard_D2s_v5' });
  expect(await put(size('Standard_D2s_v5'))).toMatchObject({ status: 409, code: 'SkuNotAvailable' });
  cloud.cloud.faults.clear();
  cloud.cloud.offers.setLimit('cores', 9);
  const refused = await put(size('Standard_D2s_v5'));
  cloud.cloud.offers.setLimit('cores', 100);
  expect(refused).toMatchObject({ status: 409, code: 'OperationNotAllowed' });
  expect(refused.message).toContain('exceeding approved Total Regional Cores quota');
});

test('a lack of capacity comes in the poll, after the machine was accepted', async () => {
  await cloud.makeInterface('nic-capacity');
  cloud.cloud.faults.add({ kind: 'no-capacity', zone: '1' });
  const made = await cloud.arm('PUT', cloud.machine('capacity'), cloud.machineBody('nic-capacity'));
  expect(made.status).toBe(201);
  await cloud.atRest();
  const poll = await cloud.arm('GET', operationOf(made));
  expect(poll.status).toBe(200);
  expect(poll.body).toMatchObject({ status: 'Failed', error: { code: 'ZonalAllocationFailed' } });
});

test.each([
  { fault: { kind: 'lock', level: 'CanNotDelete' }, method: 'DELETE', status: 409, code: 'ScopeLocked' },
  { fault: { kind: 'lock', level: 'ReadOnly' }, method: 'PUT', status: 409, code: 'ScopeLocked' },
  {
    fault: { kind: 'policy', type: 'Microsoft.Network/publicIPAddresses', reason: 'no' },
    method: 'PUT',
    status: 403,
    code: 'RequestDisallowedByPolicy',
  },
  {
    fault: { kind: 'permission', action: 'Microsoft.Network/publicIPAddresses/read' },
    method: 'GET',
    status: 403,
    code: 'AuthorizationFailed',
  },
  { fault: { kind: 'throttle', share: 1 }, method: 'GET', status: 429, code: 'TooManyRequests' },
  { fault: { kind: 'server-timeout', share: 1 }, method: 'GET', status: 503, code: 'ServerTimeout' },
] as const)('$fault.kind refuses $method with $status $code', async ({ fault, method, status, code }) => {
  cloud.cloud.faults.add(fault);
  const id = cloud.network('publicIPAddresses/pip-warehouse');
  const answer = await cloud.arm(method, id, method === 'PUT' ? address : undefined);
  expect([answer.status, codeOf(answer)]).toEqual([status, code]);
});

/** What does a long operation answer from its first request to its last poll? */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { codeOf, operationOf, TestCloud } from './helpers/test-cloud.js';

let cloud: TestCloud;

beforeAll(async () => {
  cloud = await TestCloud.start();
});

afterAll(() => cloud.close());

const address = { location: 'westeurope', sku: { name: 'Standard' }, properties: {} };

test('a network write answers 201 with Azure-AsyncOperation alone, a second one 200', async () => {
  const id = cloud.network('publicIPAddresses/pip-first');
  const made = await cloud.arm('PUT', id, address);
  expect(made.status).toBe(201);
  expect(made.headers.get('retry-after')).toBe('1');
  expect(made.headers.get('location')).toBeNull();
  expect(made.body).toMatchObject({ properties: { provisioningState: 'Updating' } });
  await cloud.atRest();
  expect((await cloud.arm('PUT', id, address)).status).toBe(200);
  await cloud.atRest();
  expect((await cloud.arm('GET', id)).body).toMatchObject({ properties: { provisioningState: 'Succeeded' } });
});

test('a network interface claims Succeeded while its operation runs', async () => {
  const id = cloud.network('networkInterfaces/nic-claims');
  const properties = { ipConfigurations: [{ name: 'a', properties: { subnet: cloud.subnet('gateways') } }] };
  // Longer than any first answer takes, shorter than the operation.
  cloud.holdFrom(1);
  const made = await cloud.arm('PUT', id, { location: 'westeurope', properties });
  expect(made.body).toMatchObject({ properties: { provisioningState: 'Succeeded' } });
  expect(cloud.cloud.operations().at(-1)).toMatchObject({ verb: 'create', status: 'InProgress' });
  cloud.release();
  await cloud.atRest();
});

test('a poll says InProgress with the seconds until the next, then Succeeded without', async () => {
  const made = await cloud.arm('PUT', cloud.network('publicIPAddresses/pip-polled'), address);
  const operation = cloud.cloud.operations().at(-1);
  if (operation === undefined) throw new Error('Nothing was begun.');
  await cloud.atRest();
  // Set back, since a poll is slower than an operation of a tenth of a millisecond.
  operation.status = 'InProgress';
  const running = await cloud.arm('GET', operationOf(made));
  expect([running.status, running.body]).toEqual([200, { status: 'InProgress' }]);
  expect(running.headers.get('retry-after')).toBe('10');
  operation.status = 'Succeeded';
  const over = await cloud.arm('GET', operationOf(made));
  expect([over.status, over.body]).toEqual([200, { status: 'Succeeded' }]);
  expect(over.headers.get('retry-after')).toBeNull();
});

test('a deletion answers 202 without a body, with both URLs, and the second 204', async () => {
  const id = cloud.network('publicIPAddresses/pip-gone');
  await cloud.made(id, address);
  const deleted = await cloud.arm('DELETE', id);
  expect([deleted.status, deleted.body]).toEqual([202, {}]);
  expect(deleted.headers.get('location')).toContain('/operationResults/');
  expect(operationOf(deleted)).toContain('/operations/');
  await cloud.atRest();
  // Both ends were recorded.
  expect([200, 204]).toContain((await cloud.arm('GET', deleted.headers.get('location') ?? '')).status);
  expect((await cloud.arm('GET', id)).status).toBe(404);
  expect((await cloud.arm('DELETE', id)).status).toBe(204);
});

test('a write to what is being written is refused with 409', async () => {
  const id = cloud.network('publicIPAddresses/pip-busy');
  await cloud.made(id, address);
  const found = cloud.cloud.resources().find((one) => one.id === id);
  const operation = cloud.cloud.operations().at(-1);
  if (found === undefined || operation === undefined) throw new Error('Nothing was begun.');
  found.operation = operation;
  const bodies = { PUT: address, PATCH: { tags: { owner: 'network-team' } }, DELETE: undefined };
  for (const [method, body] of Object.entries(bodies)) {
    const refused = await cloud.arm(method, id, body);
    expect([method, refused.status, codeOf(refused)]).toEqual([method, 409, 'AnotherOperationInProgress']);
  }
  found.operation = undefined;
});

test('work that breaks inside ends as a failed operation, not as one that runs for ever', async () => {
  await cloud.makeInterface('nic-broken');
  const boot = cloud.guests.boot.bind(cloud.guests);
  cloud.guests.boot = () => {
    throw new Error('no such guest');
  };
  const id = cloud.machine('broken');
  const made = await cloud.arm('PUT', id, cloud.machineBody('nic-broken'));
  expect(made.status).toBe(201);
  await cloud.atRest();
  cloud.guests.boot = boot;
  expect((await cloud.arm('GET', operationOf(made))).body).toMatchObject({
    status: 'Failed',
    error: { code: 'InternalExecutionError' },
  });
  expect((await cloud.arm('GET', id)).body).toMatchObject({ properties: { provisioningState: 'Failed' } });
});

test('an operation that nobody began is 404', async () => {
  const path = `/subscriptions/${cloud.world.subscriptionId}/providers/Microsoft.Network/locations/westeurope/operations/none`;
  expect((await cloud.arm('GET', path)).status).toBe(404);
});

/** How do resource groups come, change and go? */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { codeOf, operationOf, TestCloud } from './helpers/test-cloud.js';

let cloud: TestCloud;

beforeAll(async () => {
  cloud = await TestCloud.start();
});

afterAll(() => cloud.close());

const group = (name: string) => `/subscriptions/${cloud.world.subscriptionId}/resourceGroups/${name}`;
const addressIn = (name: string) => `${group(name)}/providers/Microsoft.Network/publicIPAddresses/pip`;
const address = { location: 'westeurope', sku: { name: 'Standard' }, properties: {} };
const makeGroup = (name: string, more: object = {}) =>
  cloud.arm('PUT', group(name), { location: 'westeurope', ...more });
const codes = async (...asked: readonly ReturnType<TestCloud['arm']>[]) =>
  (await Promise.all(asked)).map((answer) => [answer.status, codeOf(answer)]);

describe('a resource group', () => {
  test('is made at once with 201, changed with 200, and shown in a list', async () => {
    const made = await makeGroup('rg-new', { tags: { a: 'b' } });
    expect([made.status, operationOf(made)]).toEqual([201, '']);
    expect(made.body).toMatchObject({
      id: group('rg-new'),
      tags: { a: 'b' },
      properties: { provisioningState: 'Succeeded' },
    });
    expect((await makeGroup('RG-NEW')).status).toBe(200);
    expect((await cloud.arm('PATCH', group('rg-new'), { tags: { c: 'd' } })).body).toMatchObject({
      tags: { c: 'd' },
    });
    const list = await cloud.arm('GET', group('').replace(/\/$/, ''));
    expect((list.body['value'] as { readonly name: string }[]).map(({ name }) => name)).toEqual([
      'rg-spoke',
      'rg-new',
    ]); // ARM's list
    expect((await cloud.arm('HEAD', group('rg-new'))).status).toBe(204);
    await cloud.made(addressIn('rg-new'), address);
  });

  test('is refused without a location, and with another than it has', async () => {
    const [none, other] = [
      cloud.arm('PUT', group('rg-x'), {}),
      makeGroup('rg-new', { location: 'northeurope' }),
    ];
    expect(await codes(none, other)).toEqual([
      [400, 'LocationRequired'],
      [409, 'InvalidResourceGroupLocation'],
    ]);
  });

  test('that isn’t there is 404, also when it is to be deleted', async () => {
    const asked = ['GET', 'DELETE'].map((method) => cloud.arm(method, group('rg-none')));
    expect(await codes(...asked, cloud.arm('PUT', addressIn('rg-none'), address))).toEqual([
      [404, 'ResourceGroupNotFound'],
      [404, 'ResourceGroupNotFound'],
      [404, 'ResourceGroupNotFound'],
    ]);
    expect((await cloud.arm('HEAD', group('rg-none'))).status).toBe(404);
  });

  test('goes with all that is in it, asked by Location alone, and takes no change meanwhile', async () => {
    const machine = await cloud.makeMachine('doomed');
    const rule = { if: { field: 'type', equals: 'x' }, then: { effect: 'deny' } };
    const definition = `${group('rg-spoke')}/providers/Microsoft.Authorization/policyDefinitions/local`;
    await cloud.made(definition, { properties: { policyRule: rule } });
    // No deletion of a group takes less than 24 s, and nothing else takes so long as to be held here.
    cloud.holdFrom(24);
    const begun = await cloud.arm('DELETE', group('rg-spoke'));
    expect([begun.status, operationOf(begun), begun.headers.get('retry-after')]).toEqual([202, '', '15']);
    const job = begun.headers.get('location') ?? '';
    expect((await cloud.arm('GET', job)).status).toBe(202);
    expect((await cloud.arm('GET', group('rg-spoke'))).body).toMatchObject({
      properties: { provisioningState: 'Deleting' },
    });
    expect(
      await codes(cloud.arm('PUT', addressIn('rg-spoke'), address), cloud.arm('DELETE', group('rg-spoke'))),
    ).toEqual([
      [409, 'ResourceGroupBeingDeleted'],
      [409, 'ResourceGroupBeingDeleted'],
    ]);
    cloud.release();
    await cloud.until(() => cloud.cloud.resources().every(({ id }) => !id.includes('/rg-spoke/')));
    expect((await cloud.arm('GET', job)).status).toBe(200);
    expect(await codes(cloud.arm('GET', machine), cloud.arm('GET', addressIn('rg-new')))).toEqual([
      [404, 'ResourceGroupNotFound'],
      [200, undefined],
    ]);
    expect(cloud.guests.forgotten).toContain(machine);
    expect((await cloud.arm('GET', definition)).status).toBe(404);
  });
});

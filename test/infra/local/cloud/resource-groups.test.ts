/** How do resource groups come, change and go? */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { asList, asRecord } from '../../../../infra/local/cloud/json.js';
import type { Clock } from '../../../../infra/local/cloud/clock.js';
import { GroupDeletion } from '../../../../infra/local/cloud/group-deletion.js';
import type { Operation } from '../../../../infra/local/cloud/operations.js';
import { seededRandom } from '../../../../infra/local/cloud/random.js';
import { ResourceGroups } from '../../../../infra/local/cloud/resource-groups.js';
import { Resources } from '../../../../infra/local/cloud/resources.js';
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
    const own = await Promise.all([
      cloud.arm('GET', group('rg-none')),
      cloud.arm('GET', addressIn('rg-none')),
      cloud.arm('GET', `${group('rg-none')}/providers/microsoft.insights/metricAlerts/one`),
    ]);
    expect(own.map(({ headers }) => headers.get('x-ms-failure-cause'))).toEqual(
      Array.from({ length: 3 }, () => 'gateway'),
    );
  });

  test('stays with what others use: its job is 409 ResourceGroupDeletionBlocked, and its state as before', async () => {
    await makeGroup('rg-shared');
    await cloud.made(addressIn('rg-shared'), address);
    const unused = addressIn('rg-shared').replace(/pip$/, 'pip-unused');
    await cloud.made(unused, address);
    await cloud.makeInterface('nic-guest', { publicIPAddress: { id: addressIn('rg-shared') } });
    const begun = await cloud.arm('DELETE', group('rg-shared'));
    const job = begun.headers.get('location') ?? '';
    let told = await cloud.arm('GET', job);
    while (told.status === 202) told = await cloud.arm('GET', job);
    const { Code, Target, Message, Details } = asRecord(told.body['Error']);
    expect([told.status, Code, Target]).toEqual([409, 'ResourceGroupDeletionBlocked', null]);
    expect(Message).toContain(
      "Deletion of resource group 'rg-shared' failed as resources with identifiers 'Microsoft.Network/publicIPAddresses/pip' " +
        'could not be deleted. The provisioning state of the resource group will be rolled back.',
    );
    const [detail, ...others] = asList(Details).map(asRecord);
    expect([detail?.['Target'], others]).toEqual([addressIn('rg-shared'), []]);
    expect(JSON.parse(String(detail?.['Message']))).toMatchObject({
      error: { code: 'PublicIPAddressCannotBeDeleted' },
    });
    expect((await cloud.arm('GET', unused)).status).toBe(404);
    expect((await cloud.arm('GET', group('rg-shared'))).body).toMatchObject({
      properties: { provisioningState: 'Succeeded' },
    });
    await cloud.arm('DELETE', cloud.network('networkInterfaces/nic-guest'));
    await cloud.atRest();
    expect((await cloud.arm('DELETE', group('rg-shared'))).status).toBe(202);
    await cloud.until(() => cloud.cloud.resources().every(({ id }) => !id.includes('/rg-shared/')));
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
    const changes = [
      cloud.arm('PUT', addressIn('rg-spoke'), address),
      cloud.arm('DELETE', group('rg-spoke')),
      makeGroup('rg-spoke'),
      cloud.arm('PATCH', group('rg-spoke'), { tags: { a: 'b' } }),
    ];
    expect(await codes(...changes)).toEqual(changes.map(() => [409, 'ResourceGroupBeingDeleted']));
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

test('a group goes only once what is being changed in it is done, so that nothing comes back after it', async () => {
  const pauses: (() => void)[] = [];
  const pass = async () => {
    for (const end of pauses.splice(0)) end();
    await new Promise((resolve) => setImmediate(resolve));
  };
  const random = seededRandom(1);
  const resources = new Resources(random);
  const groups = new ResourceGroups(['rg'], 'westeurope');
  const id = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/publicIPAddresses/pip';
  const busy = resources.furnish(
    { id, name: 'pip', type: 'Microsoft.Network/publicIPAddresses', resourceGroup: 'rg' },
    {},
  );
  busy.operation = { status: 'InProgress' } as Operation; // nothing else of it is looked at
  const clock = {
    pause: () => new Promise<void>((resolve) => void pauses.push(resolve)),
    stop: () => undefined,
  };
  const deletion = new GroupDeletion({
    ...{ groups, resources, random, region: 'westeurope', kinds: [], draw: () => 1 },
    ...{ clock: clock as unknown as Clock }, // its pauses alone are asked for
    ...{ monitor: { gone: () => undefined }, governance: { gone: () => undefined } },
  });
  const query = new URLSearchParams({ 'api-version': '2021-04-01' });
  deletion.answer({
    ...{ method: 'DELETE', path: '/subscriptions/s/resourceGroups/rg', query },
    ...{ host: '', headers: {}, body: undefined },
  });
  await pass();
  expect([resources.all(), groups.names()]).toEqual([[busy], ['rg']]);
  busy.operation = undefined;
  await pass();
  expect([resources.all(), groups.names()]).toEqual([[], []]);
});

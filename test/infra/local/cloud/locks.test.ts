/** What does a lock forbid, where, and how is it told? */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { codeOf, messageOf, TestCloud } from './helpers/test-cloud.js';

let cloud: TestCloud;
let machine: string;

beforeAll(async () => {
  cloud = await TestCloud.start();
  machine = await cloud.makeMachine('locked');
});

afterEach(async () => {
  const { body } = await cloud.arm('GET', `${subscription()}/providers/Microsoft.Authorization/locks`);
  for (const { id } of body['value'] as { readonly id: string }[]) await cloud.arm('DELETE', id); // ARM's list
});

afterAll(() => cloud.close());

const subscription = () => `/subscriptions/${cloud.world.subscriptionId}`;
const group = () => `${subscription()}/resourceGroups/rg-spoke`;
const address = { location: 'westeurope', sku: { name: 'Standard' }, properties: {} };

async function lock(scope: string, level: string, name = 'keep') {
  return cloud.arm('PUT', `${scope}/providers/Microsoft.Authorization/locks/${name}`, {
    properties: { level, notes: 'By the network team.' },
  });
}

const at = { subscription, group, machine: () => machine };

test.each([
  { level: 'CanNotDelete', scope: 'subscription', method: 'DELETE', more: '', status: 409 },
  { level: 'CanNotDelete', scope: 'group', method: 'DELETE', more: '', status: 409 },
  { level: 'CanNotDelete', scope: 'machine', method: 'DELETE', more: '', status: 409 },
  { level: 'CanNotDelete', scope: 'group', method: 'PATCH', more: '', status: 200 },
  { level: 'CanNotDelete', scope: 'group', method: 'POST', more: '/start', status: 202 },
  { level: 'ReadOnly', scope: 'group', method: 'GET', more: '', status: 200 },
  { level: 'ReadOnly', scope: 'group', method: 'PATCH', more: '', status: 409 },
  { level: 'ReadOnly', scope: 'subscription', method: 'POST', more: '/start', status: 409 },
  { level: 'ReadOnly', scope: 'machine', method: 'PUT', more: '/runCommands/x', status: 409 },
  { level: 'ReadOnly', scope: 'machine', method: 'DELETE', more: '', status: 409 },
] as const)('$level at the $scope answers $method$more of a machine with $status', async (row) => {
  expect((await lock(at[row.scope](), row.level)).status).toBe(201);
  const body = row.method === 'PUT' || row.method === 'PATCH' ? { tags: {} } : undefined;
  const answer = await cloud.arm(row.method, `${machine}${row.more}`, body);
  expect(answer.status).toBe(row.status);
  if (row.status === 409) {
    const id = row.method === 'PUT' ? `${machine}${row.more}` : machine;
    const verb = row.method === 'DELETE' ? 'delete' : 'write';
    expect(codeOf(answer)).toBe('ScopeLocked');
    expect(messageOf(answer)).toBe(
      `The scope '${id}' cannot perform ${verb} operation because following scope(s) are locked: '${at[row.scope]()}'. Please remove the lock and try again.`,
    );
  }
  await cloud.atRest();
});

test('a lock on one resource leaves its neighbours alone, and holds up its group', async () => {
  await lock(machine, 'CanNotDelete');
  const id = cloud.network('publicIPAddresses/pip-neighbour');
  await cloud.made(id, address);
  expect((await cloud.arm('DELETE', id)).status).toBe(202);
  await cloud.atRest();
  const answer = await cloud.arm('DELETE', group());
  expect([answer.status, codeOf(answer)]).toEqual([409, 'ScopeLocked']);
});

test('a lock on a machine is no write of compute’s', async () => {
  const { status, headers } = await lock(machine, 'CanNotDelete');
  expect([status, headers.get('x-ms-ratelimit-remaining-resource')]).toEqual([201, null]);
});

test('what Monitor keeps in a group is locked with it', async () => {
  await lock(group(), 'ReadOnly');
  const id = `${cloud.group}/Microsoft.Insights/actionGroups/ag`;
  const answer = await cloud.arm('PUT', id, { location: 'Global', properties: { groupShortName: 'ag' } });
  expect([answer.status, codeOf(answer)]).toEqual([409, 'ScopeLocked']);
});

test('a list at a subscription shows the locks of its groups and resources; a lock can be taken away', async () => {
  await lock(group(), 'ReadOnly', 'a');
  await lock(machine, 'CanNotDelete', 'b');
  const list = (scope: string) => cloud.arm('GET', `${scope}/providers/Microsoft.Authorization/locks`);
  expect((await list(subscription())).body['value']).toMatchObject([
    {
      id: `${group()}/providers/Microsoft.Authorization/locks/a`,
      name: 'a',
      type: 'Microsoft.Authorization/locks',
      properties: { level: 'ReadOnly', notes: 'By the network team.' },
    },
    { name: 'b' },
  ]);
  expect((await list(machine)).body['value']).toHaveLength(1);
  const id = `${group()}/providers/Microsoft.Authorization/locks/a`;
  expect((await lock(group(), 'CanNotDelete', 'a')).status).toBe(200);
  expect([await cloud.arm('DELETE', id), await cloud.arm('DELETE', id)].map(({ status }) => status)).toEqual([
    200, 204,
  ]);
});

test('another level is refused', async () => {
  const answer = await lock(group(), 'Forbidden');
  expect([answer.status, codeOf(answer)]).toEqual([400, 'InvalidLockLevel']);
});

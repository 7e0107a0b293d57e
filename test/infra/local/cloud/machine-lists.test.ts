/** Are all machines of the subscription listed, and run commands with what became of them? */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TestCloud, viewOf, type Answer } from './helpers/test-cloud.js';

let cloud: TestCloud;

beforeAll(async () => {
  cloud = await TestCloud.start((world) => ({
    ...world,
    // Machines of others, so that there is more than a page.
    resources: [
      ...world.resources,
      ...Array.from({ length: 100 }, (_, index) => ({
        resourceGroup: 'rg-spoke',
        type: 'Microsoft.Compute/virtualMachines',
        name: `other-${index}`,
        body: { location: world.region, tags: { owner: 'others' }, properties: {} },
      })),
    ],
  }));
});

afterAll(() => cloud.close());

const list = (query: string) =>
  cloud.arm(
    'GET',
    `/subscriptions/${cloud.world.subscriptionId}/providers/Microsoft.Compute/virtualMachines${query}`,
  );

const namesOf = ({ body }: Answer) =>
  (body['value'] as readonly { readonly name: string }[]).map(({ name }) => name); // a list of resources

test('status of all machines comes in pages with their instance views', async () => {
  const id = await cloud.makeMachine('listed');
  const first = await list('?statusOnly=true');
  const next = String(first.body['nextLink']);
  expect(next).toContain('statusOnly=true');
  const second = await cloud.arm('GET', next);
  expect([namesOf(first).length, namesOf(second)]).toEqual([100, ['listed']]);
  expect(second.body['nextLink']).toBeUndefined();
  const [listed] = second.body['value'] as readonly Answer['body'][]; // a list of resources
  expect(listed).toMatchObject({ id, properties: { provisioningState: 'Succeeded' } });
  expect(listed).not.toHaveProperty('tags');
  const shown: Answer = { status: 200, headers: second.headers, body: listed ?? {} };
  expect(viewOf(shown).codes).toContain('PowerState/running');
  expect((await list('?statusOnly=true&$skiptoken=x')).status).toBe(400);
});

test('a page goes on after its last machine when that is gone', async () => {
  await cloud.makeMachine('after-1');
  const next = String((await list('?statusOnly=true')).body['nextLink']);
  const before = namesOf(await cloud.arm('GET', next));
  await cloud.arm('DELETE', cloud.machine('other-99'));
  await cloud.atRest();
  expect(namesOf(await cloud.arm('GET', next))).toEqual(before);
});

test('without statusOnly machines come with model and tags, and without instance view', async () => {
  const first = await list('');
  const [one] = first.body['value'] as readonly Answer['body'][]; // a list of resources
  expect(one).toMatchObject({ name: 'other-0', tags: { owner: 'others' } });
  expect(one?.['properties']).not.toHaveProperty('instanceView');
});

test('run commands of several names run beside each other on one machine, and are listed with their ends', async () => {
  const id = await cloud.makeMachine('busy');
  let running = 0;
  let most = 0;
  cloud.guests.runScript = async ({ script }) => {
    running += 1;
    most = Math.max(most, running);
    await cloud.until(() => most === 3);
    running -= 1;
    return { exitCode: script === 'remedy' ? 1 : 0, stdout: script, stderr: '' };
  };
  const names = ['setup', 'diagnose', 'remedy'];
  for (const name of names) {
    const body = { location: 'westeurope', properties: { source: { script: name } } };
    expect((await cloud.arm('PUT', `${id}/runCommands/${name}`, body)).status).toBe(201);
  }
  await cloud.atRest();
  const listed = await cloud.arm('GET', `${id}/runCommands?$expand=instanceView`);
  expect(listed.body['value']).toMatchObject([
    { name: 'setup', properties: { instanceView: { executionState: 'Succeeded', output: 'setup' } } },
    { name: 'diagnose', properties: { instanceView: { executionState: 'Succeeded' } } },
    { name: 'remedy', properties: { instanceView: { executionState: 'Failed', exitCode: 1 } } },
  ]);
  const bare = await cloud.arm('GET', `${id}/runCommands`);
  expect(JSON.stringify(bare.body)).not.toContain('instanceView');
});

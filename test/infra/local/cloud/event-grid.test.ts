/** Which events come of what is done to resources, and who has done it? */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { asRecord, asText, type Json } from '../../../../infra/local/cloud/json.js';
import { TestCloud } from './helpers/test-cloud.js';

let cloud: TestCloud;
const events: Json[] = [];
const asApp = { authorization: 'Bearer local' };
const address = { location: 'westeurope', sku: { name: 'Standard' }, properties: {} };

beforeAll(async () => {
  cloud = await TestCloud.start(undefined, { onEvent: (event) => events.push(event) });
});

afterAll(() => cloud.close());

beforeEach(async () => {
  await cloud.atRest();
  cloud.cloud.faults.clear();
  await arrived();
  events.length = 0;
});

/** Waits longer than the latest event is late, in the cloud's fast time. */
async function arrived(): Promise<void> {
  let isOver = false;
  setTimeout(() => (isOver = true), 400_000);
  await cloud.until(() => isOver);
}

/** Events on a resource, each once, without its id and time. */
function eventsOn(id: string): readonly Json[] {
  const byId = new Map(events.map((event) => [event['id'], event]));
  return [...byId.values()].filter(({ subject }) => subject === id);
}

function typesOn(id: string): readonly string[] {
  return eventsOn(id)
    .map(({ eventType }) => asText(eventType).replace('Microsoft.Resources.', ''))
    .sort();
}

function claimsOn(id: string): Json {
  return asRecord(asRecord(eventsOn(id)[0]?.['data'])['claims']);
}

test('a write and a deletion are told when they have succeeded, with operation and status', async () => {
  const id = cloud.network('publicIPAddresses/pip-told');
  await cloud.made(id, address);
  await cloud.arm('DELETE', id);
  await cloud.atRest();
  await arrived();
  expect(typesOn(id)).toEqual(['ResourceDeleteSuccess', 'ResourceWriteSuccess']);
  const written = eventsOn(id).find(({ eventType }) => asText(eventType).includes('Write'));
  expect(written).toMatchObject({
    topic: `/subscriptions/${cloud.world.subscriptionId}/resourceGroups/rg-spoke`,
    ...{ subject: id, dataVersion: '2', metadataVersion: '1', eventTime: expect.any(String) },
    data: {
      ...{ resourceProvider: 'Microsoft.Network', resourceUri: id, status: 'Succeeded' },
      operationName: 'Microsoft.Network/publicIPAddresses/write',
      authorization: { action: 'Microsoft.Network/publicIPAddresses/write', scope: id },
      ...{ subscriptionId: cloud.world.subscriptionId, tenantId: cloud.world.tenantId },
      correlationId: expect.any(String),
    },
  });
});

test.each([
  { who: 'the app', headers: asApp, has: 'appid', hasNot: 'name' },
  { who: 'a person', headers: {}, has: 'name', hasNot: 'appid' },
])('an event names $who by $has', async ({ headers, has, hasNot }) => {
  const id = cloud.network(`publicIPAddresses/pip-${has}`);
  await cloud.arm('PUT', id, address, headers);
  await cloud.atRest();
  await arrived();
  expect(Object.keys(claimsOn(id))).toContain(has);
  expect(Object.keys(claimsOn(id))).not.toContain(hasNot);
  if (has === 'appid') expect(claimsOn(id)['appid']).toBe(cloud.world.appClientId);
});

test('what is done at once is told too, and a read or a deletion of nothing is not', async () => {
  const id = cloud.network('publicIPAddresses/pip-tagged');
  await cloud.made(id, address);
  await arrived();
  events.length = 0;
  await cloud.arm('PATCH', id, { tags: { a: 'b' } });
  await cloud.arm('GET', id);
  await cloud.arm('DELETE', cloud.network('publicIPAddresses/pip-none'));
  await arrived();
  expect(events.every(({ subject }) => subject === id)).toBe(true);
  expect(typesOn(id)).toEqual(['ResourceWriteSuccess']);
});

test('a question about policies is about no resource, and not told', async () => {
  const path = `${cloud.group}/Microsoft.PolicyInsights/checkPolicyRestrictions`;
  const resourceDetails = { resourceContent: { type: 'Microsoft.Network/publicIPAddresses' } };
  expect((await cloud.arm('POST', path, { resourceDetails })).status).toBe(200);
  await arrived();
  expect(events).toEqual([]);
});

test('an action is told with its name and who did it, and what it did to the health', async () => {
  const id = await cloud.makeMachine('acted');
  await arrived();
  events.length = 0;
  expect((await cloud.arm('POST', `${id}/deallocate`, undefined, asApp)).status).toBe(202);
  await cloud.atRest();
  await arrived();
  const [acted] = eventsOn(id).filter(({ eventType }) => asText(eventType).includes('Action'));
  expect(acted).toMatchObject({
    eventType: 'Microsoft.Resources.ResourceActionSuccess',
    data: {
      operationName: 'Microsoft.Compute/virtualMachines/deallocate/action',
      claims: { appid: cloud.world.appClientId },
    },
  });
  expect(typesOn(id)).toContain('Microsoft.ResourceNotifications.HealthResources.AvailabilityStatusChanged');
});

test('a write that is refused and one that fails are told as failures', async () => {
  const refused = cloud.network('publicIPAddresses/pip-refused');
  cloud.cloud.faults.add({ kind: 'policy', type: 'Microsoft.Network/publicIPAddresses', reason: 'no' });
  await cloud.arm('PUT', refused, address);
  cloud.cloud.faults.clear();
  cloud.cloud.faults.add({ kind: 'no-capacity' });
  await cloud.makeInterface('nic-failing');
  const failed = cloud.machine('failing');
  await cloud.arm('PUT', failed, cloud.machineBody('nic-failing'));
  await cloud.atRest();
  await arrived();
  expect(typesOn(refused)).toEqual(['ResourceWriteFailure']);
  expect(typesOn(failed)).toEqual(['ResourceWriteFailure']);
});

test('the health of a machine is told when it gets power and when it loses it', async () => {
  const id = await cloud.makeMachine('healthy');
  await cloud.arm('DELETE', id);
  await cloud.atRest();
  await arrived();
  const states = eventsOn(id)
    .filter(
      ({ eventType }) =>
        eventType === 'Microsoft.ResourceNotifications.HealthResources.AvailabilityStatusChanged',
    )
    .map(({ data }) => asRecord(asRecord(asRecord(data)['resourceInfo'])['properties']))
    .map(({ previousAvailabilityState, availabilityState }) => [
      previousAvailabilityState,
      availabilityState,
    ]);
  expect(states).toHaveLength(2);
  expect(states).toContainEqual(['Unknown', 'Available']);
  expect(states).toContainEqual(['Available', 'Unavailable']);
});

test('a new version of a secret is told without its value', async () => {
  const version = cloud.cloud.vault.set('psk-told', 'not-to-be-told');
  await arrived();
  const [event] = eventsOn('psk-told');
  expect(event).toMatchObject({
    eventType: 'Microsoft.KeyVault.SecretNewVersionCreated',
    data: { ObjectName: 'psk-told', Version: version, VaultName: 'kv-tunnelkeeper', ObjectType: 'Secret' },
  });
  expect(JSON.stringify(events)).not.toContain('not-to-be-told');
});

test('some events come twice and some out of order', async () => {
  const names = Array.from({ length: 120 }, (_, index) => `psk-${index}`);
  for (const name of names) cloud.cloud.vault.set(name, 'x');
  await arrived();
  const subjects = events.map(({ subject }) => asText(subject));
  expect(new Set(subjects).size).toBe(names.length);
  expect(subjects.length).toBeGreaterThan(names.length);
  expect([...new Set(subjects)]).not.toEqual(names);
});

test('no event comes when events get lost', async () => {
  cloud.cloud.faults.add({ kind: 'lose-events' });
  await cloud.made(cloud.network('publicIPAddresses/pip-lost'), address);
  await arrived();
  expect(events).toEqual([]);
});

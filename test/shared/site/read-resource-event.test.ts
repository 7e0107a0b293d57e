/** What does each event mean, and what is made of one that can't be read? */
import { expect, test } from '@jest/globals';
import { readResourceEvents } from '../../../shared/site/read-resource-event.js';
import { isPlacedThere, readTarget } from '../../../shared/site/signal-target.js';
import { aSite, policy } from './helpers/builders.js';
import { anEvent, balancerId, group, machineId } from './helpers/signals.js';

const clientId = 'AAAAAAAA-0000-4000-8000-000000000001';
const read = (message: unknown) => readResourceEvents(message, clientId);
const network = `${group}/providers/Microsoft.Network`;
const health = 'Microsoft.ResourceNotifications.HealthResources.AvailabilityStatusChanged';

function aHealthEvent(previousAvailabilityState: string, availabilityState: string) {
  const targetResourceId = machineId('vm-hq-z1-1-g1');
  const properties = { targetResourceId, previousAvailabilityState, availabilityState };
  return anEvent({ eventType: health, data: { resourceInfo: { properties } } });
}

test.each([
  { when: 'a machine is stopped', event: anEvent() },
  {
    when: 'a machine is deleted',
    event: anEvent({ eventType: 'Microsoft.Resources.ResourceDeleteSuccess' }),
  },
  { when: 'it comes in capitals', event: anEvent({ subject: machineId('vm-hq-z1-1-g1').toUpperCase() }) },
  {
    when: 'something on a machine is written',
    event: anEvent({ subject: `${machineId('vm-hq-z1-1-g1')}/runCommands/x` }),
  },
  {
    when: 'an interface is changed',
    event: anEvent({ subject: `${network}/networkInterfaces/nic-hq-z1-1` }),
  },
  { when: 'an address is changed', event: anEvent({ subject: `${network}/publicIPAddresses/pip-hq-z1-1` }) },
  { when: 'a group is changed', event: anEvent({ subject: `${network}/networkSecurityGroups/nsg-hq` }) },
  { when: 'a balancer is changed', event: anEvent({ subject: balancerId('hq') }) },
  { when: 'nobody is named', event: anEvent({ data: {} }) },
  { when: 'the claims are none', event: anEvent({ data: { claims: 'x' } }) },
  { when: 'health is told of the subject', event: anEvent({ eventType: health, data: {} }) },
  {
    when: 'health is told of a target',
    event: anEvent({
      eventType: health,
      subject: '/other',
      data: { resourceInfo: { properties: { targetResourceId: machineId('vm-hq-z1-1-g1') } } },
    }),
  },
  { when: 'a machine is available again', event: aHealthEvent('Unavailable', 'Available') },
  { when: 'a machine isn’t available any longer', event: aHealthEvent('Available', 'Unavailable') },
  { when: 'a machine is not available from the start', event: aHealthEvent('Unknown', 'Unavailable') },
])('readResourceEvents names the site when $when', ({ event }) => {
  const { resourceGroup, subscriptionId } = policy;
  const target = { site: 'hq', subscriptionId, resourceGroup };
  expect(read(event)).toEqual([{ kind: 'resource', id: 'e-1', target }]);
  expect(read(JSON.stringify([event, event]))).toHaveLength(2);
});

test('readResourceEvents reads a new version of a secret, whatever the case', () => {
  const data = { Id: 'x', VaultName: 'KV', ObjectType: 'Secret', ObjectName: 'PSK-hq', Version: 'v2' };
  const event = anEvent({ eventType: 'Microsoft.KeyVault.SecretNewVersionCreated', subject: 'PSK-hq', data });
  expect(read(event)).toEqual([{ kind: 'secret', id: 'e-1', vault: 'kv', secret: 'psk-hq' }]);
});

test.each([
  {
    when: 'we wrote it',
    event: anEvent({ data: { claims: { appid: clientId.toLowerCase() } } }),
    because: 'own-write',
  },
  {
    when: 'the type is another',
    event: anEvent({ eventType: 'Microsoft.Storage.BlobCreated' }),
    because: 'other-type',
  },
  {
    when: 'the write failed',
    event: anEvent({ eventType: 'Microsoft.Resources.ResourceWriteFailure' }),
    because: 'other-type',
  },
  {
    when: 'a machine is available for the first time',
    event: aHealthEvent('Unknown', 'Available'),
    because: 'first-boot',
  },
  { when: 'no site has such names', event: anEvent({ subject: machineId('web-1') }), because: 'not-ours' },
  {
    when: 'the name is of another type',
    event: anEvent({ subject: machineId('lb-hq') }),
    because: 'not-ours',
  },
  { when: 'it is of a whole group', event: anEvent({ subject: group }), because: 'not-ours' },
  {
    when: 'the subject is endless',
    event: anEvent({ subject: `${balancerId('hq')}/${'x'.repeat(2000)}` }),
    because: 'not-ours',
  },
])('readResourceEvents ignores an event when $when', ({ event, because }) => {
  expect(read(event)).toEqual([{ kind: 'ignored', id: 'e-1', because }]);
});

test('readResourceEvents ignores no write when it doesn’t know who we are', () => {
  const own = anEvent({ data: { claims: { appid: clientId } } });
  expect(readResourceEvents(own, undefined)).toMatchObject([{ kind: 'resource' }]);
});

test.each([
  { when: 'it is no JSON', message: '{"id": ', id: 'without an id' },
  { when: 'it is empty', message: '', id: 'without an id' },
  { when: 'it is nothing', message: null, id: 'without an id' },
  { when: 'it is a number', message: 7, id: 'without an id' },
  { when: 'it has no data', message: { ...anEvent(), data: undefined }, id: 'e-1' },
  { when: 'the subject is no text', message: anEvent({ subject: 7 }), id: 'e-1' },
  { when: 'the type is missing', message: anEvent({ eventType: undefined }), id: 'e-1' },
  {
    when: 'it is of the cloud schema',
    message: { specversion: '1.0', id: 'c-1', type: 'x', source: 'y' },
    id: 'c-1',
  },
  { when: 'the id is no text', message: { id: 7 }, id: 'without an id' },
  { when: 'the id would break a log', message: { id: 'a\nb' }, id: 'a?b' },
  { when: 'the id is endless', message: { id: 'x'.repeat(5000) }, id: 'x'.repeat(100) },
])('readResourceEvents says that an event can’t be read when $when', ({ message, id }) => {
  expect(read(message)).toEqual([{ kind: 'unreadable', id }]);
});

test('readResourceEvents reads the others of a batch when one can’t be read', () => {
  expect(read([7, anEvent()]).map(({ kind }) => kind)).toEqual(['unreadable', 'resource']);
});

test.each([
  { where: 'the deployment’s place', spec: {}, is: true },
  { where: 'another group', spec: { resourceGroup: 'rg-other' }, is: false },
  {
    where: 'another subscription',
    spec: { subscriptionId: '99999999-2222-4333-8444-555555555555' },
    is: false,
  },
])('isPlacedThere answers $is when the site stands in $where', ({ spec, is }) => {
  const target = readTarget(balancerId('HQ').toUpperCase());
  if (target === undefined) throw new Error('It is a balancer of ours.');
  expect(isPlacedThere(target, aSite(spec), policy)).toBe(is);
});

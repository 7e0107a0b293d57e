/** Does the search for doubles find each kind of them, and nothing in a site that is well? */
import { expect, test } from '@jest/globals';
import { findDoubles, type CloudSeen } from './find-doubles.js';

const id = (type: string, name: string) => `/rg/providers/${type}/${name}`;
const machineType = 'Microsoft.Compute/virtualMachines';
const nic = id('Microsoft.Network/networkInterfaces', 'nic-hq-z1-1');
const machine = id(machineType, 'vm-hq-z1-1-g1');

const setup = `${machine}/runCommands/setup`;

const resource = (name: string, body: object = {}, resourceId = name): CloudSeen['resources'][number] => ({
  id: resourceId,
  name,
  type: 'any',
  body: { ...body },
});

const resources = [
  resource('nsg-hq'),
  resource('lb-hq'),
  resource('alert-hq'),
  resource('pip-hq-z1-1', { properties: { ipConfiguration: { id: `${nic}/ipConfigurations/a` } } }),
  resource('nic-hq-z1-1', { properties: { virtualMachine: { id: machine } } }, nic),
  resource('vm-hq-z1-1-g1', {}, machine),
  resource('osdisk-vm-hq-z1-1-g1', { managedBy: machine }),
  resource('nsg-warehouse'),
];

const operation = (
  verb: 'create' | 'delete',
  resourceId: string,
  startedAt: number,
  endedAt: number,
): CloudSeen['operations'][number] => ({
  ...{ verb, resourceId, startedAt, endedAt },
  type: machineType,
  status: 'Succeeded',
});

const operations = [operation('create', machine, 100, 200)];
const next = id(machineType, 'vm-hq-z1-1-g2');

test.each<{ readonly when: string; readonly seen: CloudSeen; readonly found: readonly string[] }>([
  { when: 'all is as it should be', seen: { operations, resources }, found: [] },
  {
    when: 'an address is missing',
    seen: { operations, resources: resources.filter(({ name }) => !name.startsWith('pip-')) },
    found: ['There are 0 of pip-hq-z1-1.'],
  },
  {
    when: 'a gateway that nobody wants has an address',
    seen: {
      operations,
      resources: [
        ...resources,
        resource('pip-hq-z9-1', { properties: { ipConfiguration: { id: `${nic}/ipConfigurations/b` } } }),
      ],
    },
    found: ['pip-hq-z9-1 belongs to no gateway.'],
  },
  {
    when: 'a disk outlives its machine',
    seen: {
      operations,
      resources: [...resources, resource('osdisk-vm-hq-z1-1-g0', { managedBy: id(machineType, 'gone') })],
    },
    found: ['There are 2 of osdisk-vm-hq-z1-1-g\\d+.', 'osdisk-vm-hq-z1-1-g0 is held by nobody.'],
  },
  {
    when: 'the next machine comes while the last is being deleted',
    seen: {
      resources,
      operations: [operation('create', next, 50, 60), operation('delete', next, 90, 101), ...operations],
    },
    found: ['hq-z1-1 had two machines at once from 1970-01-01T00:00:00.050Z.'],
  },
  {
    when: 'the next machine comes once the last is gone',
    seen: {
      resources,
      operations: [operation('create', next, 50, 60), operation('delete', next, 90, 99), ...operations],
    },
    found: [],
  },
  {
    when: 'a setup is made anew after its machine was deleted',
    seen: {
      resources,
      operations: [
        operation('create', machine, 1, 2),
        { ...operation('create', setup, 3, 4), type: `${machineType}/runCommands` },
        operation('delete', machine, 5, 6),
        ...operations,
        { ...operation('create', setup, 210, 220), type: `${machineType}/runCommands` },
      ],
    },
    found: [],
  },
  {
    when: 'a balancer is made twice',
    seen: {
      resources,
      operations: [operation('create', 'lb', 1, 2), operation('create', 'LB', 3, 4), ...operations],
    },
    found: ['LB was made twice.'],
  },
])('findDoubles tells what is wrong when $when', ({ seen, found }) => {
  expect(findDoubles(seen, ['hq-z1-1'])).toEqual(found);
});

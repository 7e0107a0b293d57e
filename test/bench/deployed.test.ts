/** Does the script deploy what was deployed, for the next generation? */
import { expect, test } from '@jest/globals';
import type { Exchange } from '../../infra/local/cloud/server.js';
import { Deployed, nextGeneration } from './deployed.js';

const group = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines';

function anExchange(changes: Partial<Exchange>): Exchange {
  return {
    host: 'management.azure.com',
    method: 'PUT',
    target: `${group}/vm-hq-z1-1-g1?api-version=1`,
    headers: {},
    body: {},
    status: 201,
    responseHeaders: {},
    responseBody: {},
    ...changes,
  };
}

const setupTarget = (generation: number) =>
  `${group}/vm-hq-z1-1-g${generation}/runCommands/setup?api-version=1`;

test('nextGeneration names machine, disk, computer and tag by it, and leaves the rest', () => {
  const deployed = new Deployed();
  const tags = { 'tunnelkeeper-generation': '1', 'tunnelkeeper-slot': 'hq-z1-1' };
  deployed.see(
    anExchange({
      body: { tags, osDisk: 'osdisk-vm-hq-z1-1-g1', computer: 'vm-hq-z1-1-g1', nic: 'nic-hq-z1-1' },
    }),
  );
  deployed.see(anExchange({ target: setupTarget(1), body: { script: 'set -eu' } }));
  expect(nextGeneration(deployed.of('hq-z1-1'))).toEqual({
    machine: {
      target: `${group}/vm-hq-z1-1-g2?api-version=1`,
      body: {
        tags: { ...tags, 'tunnelkeeper-generation': '2' },
        osDisk: 'osdisk-vm-hq-z1-1-g2',
        computer: 'vm-hq-z1-1-g2',
        nic: 'nic-hq-z1-1',
      },
    },
    setup: { target: setupTarget(2), body: { script: 'set -eu' } },
  });
});

test.each([
  { when: 'it was refused', change: { status: 409 } },
  { when: 'it was a read', change: { method: 'GET', status: 200 } },
  { when: 'it was another run command', change: { target: setupTarget(2).replace('setup', 'diagnose') } },
])('Deployed keeps what it knew when $when', ({ change }) => {
  const deployed = new Deployed();
  deployed.see(anExchange({ body: 'first' }));
  deployed.see(anExchange({ target: setupTarget(1) }));
  deployed.see(anExchange({ body: 'second', ...change }));
  expect(deployed.of('hq-z1-1').machine.body).toBe('first');
});

test('Deployed says so when a slot was never deployed', () => {
  expect(() => new Deployed().of('hq-z9-1')).toThrow('Nothing was deployed for hq-z9-1.');
});

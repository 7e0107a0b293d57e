/** Does a call come back at once when Azure asks to slow down, and does its problem say for how long? */
import { expect, test } from '@jest/globals';
import { computeClient, monitorClient, networkClient, secretClient } from '../../../shared/azure/clients.js';
import { outcomeOf } from '../../../shared/azure/problem-of-error.js';
import { policy } from '../site/helpers/builders.js';
import { wire } from './helpers/started-wire.js';

const { subscriptionId } = policy;
const group = `/subscriptions/${subscriptionId}/resourceGroups/rg`;

// Seen: compute's documented `Retry-After: 1200` put a call to sleep for twenty minutes inside its activity.
test.each<{ readonly client: string; readonly path: string; readonly call: () => Promise<unknown> }>([
  {
    client: 'compute',
    path: `${group}/providers/Microsoft.Compute/virtualMachines/vm`,
    call: async () => (await computeClient(subscriptionId)).virtualMachines.get('rg', 'vm'),
  },
  {
    client: 'network',
    path: `${group}/providers/Microsoft.Network/publicIPAddresses/pip`,
    call: async () => (await networkClient(subscriptionId)).publicIPAddresses.get('rg', 'pip'),
  },
  {
    client: 'monitor',
    path: `${group}/providers/Microsoft.Insights/metricAlerts/alert`,
    call: async () => (await monitorClient(subscriptionId)).metricAlerts.get('rg', 'alert'),
  },
  {
    client: 'vault',
    path: '/secrets/psk/v',
    call: async () => (await secretClient()).getSecret('psk', { version: 'v' }),
  },
])(
  'a 429 of $client with Retry-After 1200 is a problem at once, with its seconds',
  async ({ path, call }) => {
    const body = { error: { code: 'TooManyRequests', message: 'Slower.' } };
    wire.answers = { [`GET ${path}`]: { status: 429, headers: { 'retry-after': '1200' }, body } };
    const outcome = await outcomeOf({ verb: 'read', what: path }, call);
    expect(outcome).toMatchObject({
      ok: false,
      problem: { type: '/problems/throttled', retryAfterSeconds: 1200 },
    });
    expect(wire.asked()).toEqual([`GET ${path}`]);
  },
);

test('a 429 with Retry-After 1 is tried again after that second, and succeeds', async () => {
  const path = `${group}/providers/Microsoft.Network/publicIPAddresses/pip`;
  const body = { error: { code: 'TooManyRequests', message: 'Slower.' } };
  wire.answers = { [`GET ${path}`]: { status: 429, headers: { 'retry-after': '1' }, body } };
  const { publicIPAddresses } = await networkClient(subscriptionId);
  const asked = outcomeOf({ verb: 'read', what: path }, () => publicIPAddresses.get('rg', 'pip'));
  setTimeout(() => {
    wire.answers = { [`GET ${path}`]: { status: 200, body: { name: 'pip' } } };
  }, 300);
  expect(await asked).toMatchObject({ ok: true, value: { name: 'pip' } });
  expect(wire.asked()).toHaveLength(2);
});

test('a 503 with Retry-After 600 is tried once more at once, then a problem with its seconds', async () => {
  const path = `${group}/providers/Microsoft.Compute/virtualMachines/vm`;
  const body = { error: { code: 'ServerTimeout', message: 'The request timed out.' } };
  wire.answers = { [`GET ${path}`]: { status: 503, headers: { 'retry-after': '600' }, body } };
  const { virtualMachines } = await computeClient(subscriptionId);
  const outcome = await outcomeOf({ verb: 'read', what: 'vm' }, () => virtualMachines.get('rg', 'vm'));
  expect(outcome).toMatchObject({ problem: { type: '/problems/service-failed', retryAfterSeconds: 600 } });
  expect(wire.asked()).toHaveLength(2);
});

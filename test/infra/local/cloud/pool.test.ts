/** What becomes of the interfaces in a balancer's pool when the balancer is deleted? */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startCloud, type Cloud } from '../../../../infra/local/cloud/cloud.js';
import { defaultWorld } from '../../../../infra/local/cloud/world.js';

const world = defaultWorld();
const group = `/subscriptions/${world.subscriptionId}/resourceGroups/${world.resourceGroups[0] ?? ''}/providers/Microsoft.Network`;
const subnet = {
  id: `/subscriptions/${world.subscriptionId}/resourceGroups/rg-spoke/providers/Microsoft.Network/virtualNetworks/vnet-spoke/subnets/gateways`,
};
const pool = (balancer: string) => ({
  id: `${group}/loadBalancers/${balancer}/backendAddressPools/gateways`,
});
const realTimeout = globalThis.setTimeout;
let cloud: Cloud;

beforeAll(async () => {
  // The cloud looks its timers up when it calls them: its minutes are milliseconds here.
  const fast = (callback: () => void, ms = 0) => realTimeout(callback, ms / 5000);
  globalThis.setTimeout = fast as unknown as typeof setTimeout; // as the cloud calls it
  const guests = {
    boot: () => {
      throw new Error('No machine is made here.');
    },
    forget: () => undefined,
  };
  cloud = await startCloud({ port: 0, seed: 7, world, guests });
});

afterAll(async () => {
  await cloud.close();
  globalThis.setTimeout = realTimeout;
});

async function call(method: string, path: string, body?: object) {
  const answer = await fetch(`${cloud.url}${group}/${path}?api-version=2024-05-01`, {
    method,
    headers: {
      'x-forwarded-host': 'management.azure.com',
      authorization: 'Bearer x',
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) }; // ARM answers objects
}

/** Waits for the operations that are under way, which last milliseconds. */
async function atRest() {
  while (cloud.resources().some(({ operation }) => operation !== undefined)) {
    await new Promise((resolve) => realTimeout(resolve, 2));
  }
}

async function makeBalancer(name: string) {
  const frontend = { name: 'frontend', properties: { subnet } };
  const properties = {
    frontendIPConfigurations: [frontend],
    backendAddressPools: [{ name: 'gateways' }],
  };
  const made = await call('PUT', `loadBalancers/${name}`, { location: world.region, properties });
  expect(made.status).toBe(201);
  await atRest();
}

test('they leave its pool, stay in others, and the balancer that is made again has an empty one', async () => {
  await makeBalancer('lb-hq');
  await makeBalancer('lb-other');
  const primary = {
    name: 'primary',
    properties: { subnet, loadBalancerBackendAddressPools: [pool('lb-hq'), pool('lb-other')] },
  };
  const nic = { location: world.region, tags: { owner: 'net' }, properties: { ipConfigurations: [primary] } };
  expect((await call('PUT', 'networkInterfaces/nic-1', nic)).status).toBe(201);
  await atRest();
  const before = JSON.stringify((await call('GET', 'loadBalancers/lb-hq')).body);
  expect(before).toContain('nic-1/ipConfigurations/primary');

  expect((await call('DELETE', 'loadBalancers/lb-hq')).status).toBe(202);
  await atRest();
  expect((await call('GET', 'networkInterfaces/nic-1')).body).toMatchObject({
    tags: { owner: 'net' },
    properties: {
      ipConfigurations: [{ properties: { subnet, loadBalancerBackendAddressPools: [pool('lb-other')] } }],
    },
  });
  await makeBalancer('lb-hq');
  expect(JSON.stringify((await call('GET', 'loadBalancers/lb-hq')).body)).not.toContain('nic-1');
});

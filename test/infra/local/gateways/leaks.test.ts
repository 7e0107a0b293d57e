/** Does the model leak where a real gateway would, and only there? */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { GatewayConfig } from '../../../../shared/gateway/gateway-config.js';
import { withoutRule } from '../../../shared/gateway/gateway-cases.js';
import { aWorld, pass, type World } from './a-world.js';

beforeEach(() => void jest.useFakeTimers({ advanceTimers: false }));
afterEach(() => void jest.useRealTimers());

type Routing = GatewayConfig['routing'];

async function servingWorld(routing: Routing, hasRule: boolean, agentsMend = true): Promise<World> {
  const world = aWorld({ config: { routing }, agentsMend, ...(hasRule ? {} : { spoilScript: withoutRule }) });
  await world.setUp();
  await pass(10);
  expect(await world.ask()).toMatchObject({ kind: 'answered' });
  return world;
}

function run(world: World, line: string): Promise<unknown> {
  return world.setUp({ script: `#!/bin/bash\n${line}\n` });
}

// The rows of docs/gateway.md, leaks counted.
test.each<{ routing: Routing; hasRule: boolean; leaks: boolean }>([
  { routing: 'route-based', hasRule: true, leaks: false },
  { routing: 'route-based', hasRule: false, leaks: false },
  { routing: 'policy-based', hasRule: true, leaks: false },
  { routing: 'policy-based', hasRule: false, leaks: true },
])('a $routing gateway leaks: $leaks, when pluto is stopped and the rule stands: $hasRule', async (row) => {
  const world = await servingWorld(row.routing, row.hasRule);
  await run(world, 'systemctl stop ipsec.service');
  expect(await world.ask()).toMatchObject({ kind: 'dropped' });
  expect(world.guests.leaks() > 0).toBe(row.leaks);
  expect(world.log.some((line) => line.includes('left in the clear'))).toBe(row.leaks);
});

test.each<{ routing: Routing; hasRule: boolean; leaks: boolean }>([
  { routing: 'policy-based', hasRule: true, leaks: false },
  { routing: 'policy-based', hasRule: false, leaks: true },
])('a $routing gateway leaks: $leaks, under a wrong PSK and when the rule stands: $hasRule', async (row) => {
  const world = await servingWorld(row.routing, row.hasRule);
  world.edges.trouble('one', { wrongPsk: true });
  await run(world, 'systemctl restart ipsec.service');
  await pass(5);
  expect(await world.ask()).toMatchObject({ kind: 'dropped' });
  expect(world.guests.leaks() > 0).toBe(row.leaks);
});

// A policy that pluto leaves in place drops; the agent takes the connection down and up, and the policy goes with it.
test.each([
  { hasRule: true, agentsMend: true, leaks: false },
  { hasRule: false, agentsMend: true, leaks: true },
  { hasRule: false, agentsMend: false, leaks: false },
])('a policy-based gateway while its edge is silent: %o', async ({ hasRule, agentsMend, leaks }) => {
  const world = await servingWorld('policy-based', hasRule, agentsMend);
  await pass(30); // pluto and the agent are no longer new
  world.edges.trouble('one', { down: true });
  for (let second = 0; second < 35; second += 5) {
    await pass(5);
    expect((await world.ask()).kind).not.toBe('answered');
  }
  expect(world.guests.leaks() > 0).toBe(leaks);
});

test.each([
  { left: 'the rule', commands: 'ip route del blackhole 185.46.212.88/32 metric 4000', leaks: false },
  { left: 'the blackhole', commands: 'iptables -w -t filter -F TK', leaks: false },
  {
    left: 'nothing',
    commands: 'iptables -w -t filter -F TK; ip route del blackhole 185.46.212.88/32 metric 4000',
    leaks: true,
  },
])(
  'a route-based gateway without its device leaks: $leaks, when $left is left',
  async ({ commands, leaks }) => {
    const world = await servingWorld('route-based', true);
    await run(world, `${commands}; systemctl stop tunnelkeeper-agent.service; ip link del vti0`);
    expect(await world.ask()).toMatchObject({ kind: 'dropped' });
    expect(world.guests.leaks()).toBe(leaks ? 1 : 0);
  },
);

test('nothing of a client’s is sent on when the kernel does not forward', async () => {
  const spoilScript = (script: string) => script.replace('net.ipv4.ip_forward=1', 'net.ipv4.ip_forward=0');
  const world = aWorld({ spoilScript });
  await world.setUp();
  await pass(10);
  expect(await world.probe()).toBe(200);
  expect(await world.ask()).toEqual({ kind: 'dropped', because: 'the kernel does not forward' });
});

test('the health check of a gateway without any protection is counted as a leak too', async () => {
  const world = await servingWorld('policy-based', false);
  await run(world, 'systemctl stop ipsec.service');
  await pass(7);
  expect(world.guests.leaks()).toBeGreaterThan(0);
});

test('the rule stands before anything else does when the machine boots again', async () => {
  const world = await servingWorld('policy-based', true);
  world.guest.powerOff();
  world.boot();
  for (let second = 0; second < 60; second++) {
    await pass(1);
    await world.ask();
  }
  expect(world.guests.leaks()).toBe(0);
  expect(await world.ask()).toMatchObject({ kind: 'answered' });
});

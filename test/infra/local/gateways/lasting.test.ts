/** Which connections outlive what happens to a gateway, and which break? */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { ClientAnswer } from '../../../../infra/local/cloud/guests.js';
import { aWorld, clientIp, pass, twoTunnels, type World } from './a-world.js';

beforeEach(() => void jest.useFakeTimers({ advanceTimers: false }));
afterEach(() => void jest.useRealTimers());

async function serving(setting: Parameters<typeof aWorld>[0] = {}): Promise<World> {
  const world = aWorld({ config: { tunnels: twoTunnels }, ...setting });
  await world.setUp();
  await pass(30);
  return world;
}

function lasting(world: World, seconds: number): Promise<ClientAnswer> {
  return world.guest.request({ clientIp, port: 9400, url: 'http://www.example.net/', seconds });
}

const broke: ClientAnswer = { kind: 'dropped', because: 'the connection broke after 10 s' };
const served: ClientAnswer = { kind: 'answered', status: 200, servedBy: 'one' };
const move = '#!/bin/bash\nip route replace 185.46.212.88/32 dev vti1\n';
const run = (world: World, script: string) => world.setUp({ script: `#!/bin/bash\n${script}\n` });

test('a request is answered when its time is over, and not before', async () => {
  const world = await serving();
  let answer: ClientAnswer | undefined;
  const request = lasting(world, 20).then((it) => (answer = it));
  await pass(19.9);
  expect(answer).toBeUndefined();
  await pass(0.2);
  await request;
  expect(answer).toEqual({ kind: 'answered', status: 200, servedBy: 'one' });
});

test.each<{ when: string; happens: (world: World) => unknown; answer: ClientAnswer }>([
  {
    when: 'its tunnel is taken down',
    happens: (world) => run(world, 'ipsec auto --down primary'),
    answer: broke,
  },
  {
    when: 'the other tunnel is taken down',
    happens: (world) => run(world, 'ipsec auto --down secondary'),
    answer: served,
  },
  {
    when: 'its child SA is lost',
    happens: ({ guests, machine }) => guests.trouble(machine.name, 'tunnel-stuck'),
    answer: broke,
  },
  {
    when: 'ipsec.service is restarted',
    happens: (world) => run(world, 'systemctl restart ipsec.service'),
    answer: broke,
  },
  { when: 'the machine loses its power', happens: ({ guest }) => guest.powerOff(), answer: broke },
  {
    when: 'new connections are moved to the other tunnel',
    happens: (world) => world.setUp({ script: move }),
    answer: served,
  },
  {
    when: 'they are moved and nothing keeps it in its own',
    happens: (world) => run(world, `iptables -t mangle -F TK-RESTORE\n${move}`),
    answer: broke,
  },
  {
    when: 'the device of its tunnel is taken away',
    happens: (world) => run(world, 'ip link del vti0'),
    answer: broke,
  },
  {
    when: 'a second child SA is made beside the first',
    happens: (world) => run(world, 'ipsec auto --up primary'),
    answer: served,
  },
  {
    when: 'the agent stops',
    happens: ({ guests, machine }) => guests.trouble(machine.name, 'agent-dead'),
    answer: served,
  },
  {
    when: 'the edge goes silent for a moment',
    happens: async ({ edges }) => {
      edges.trouble('one', { down: true });
      await pass(5);
      edges.trouble('one', { down: false });
    },
    answer: served,
  },
])('a request that lasts ends as $answer when $when', async ({ happens, answer }) => {
  const world = await serving();
  const request = lasting(world, 60);
  await pass(10);
  await happens(world);
  await pass(60);
  expect(await request).toEqual(answer);
});

test('a request that lasts is reset when its tunnel is judged down, before pluto gives up on the edge', async () => {
  const world = await serving();
  const request = lasting(world, 60);
  world.edges.trouble('one', { down: true });
  await pass(60);
  expect(await request).toEqual({ kind: 'dropped', because: 'the connection broke after 13 s' });
});

test('a request is not answered when its edge is silent at its end', async () => {
  const world = await serving();
  const request = lasting(world, 10);
  await pass(5);
  world.edges.trouble('one', { down: true });
  await pass(6);
  expect(await request).toEqual({ kind: 'dropped', because: 'one does not answer' });
});

test('a policy-based connection lasts while its tunnel does', async () => {
  const world = await serving({ config: { routing: 'policy-based' } });
  const requests = [lasting(world, 5), lasting(world, 60)];
  await pass(10);
  await run(world, 'ipsec auto --down primary');
  await pass(60);
  expect(await Promise.all(requests)).toMatchObject([{ kind: 'answered' }, broke]);
});

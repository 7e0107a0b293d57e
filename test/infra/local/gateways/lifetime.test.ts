/** Does a gateway that serves notice what happens to its edges, and tell the probe and the clients? */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { parseSetupResult } from '../../../../shared/gateway/parse-setup-result.js';
import { aWorld, pass, twoTunnels, type World } from './a-world.js';

beforeEach(() => void jest.useFakeTimers({ advanceTimers: false }));
afterEach(() => void jest.useRealTimers());

/** A gateway that has served for ten minutes, so that nothing of its beginning is left. */
async function servingWorld(setting: Parameters<typeof aWorld>[0] = {}): Promise<World> {
  const world = aWorld(setting);
  await world.setUp();
  await pass(600);
  expect(await world.probe()).toBe(200);
  return world;
}

async function trafficStatus(world: World): Promise<string> {
  return (await world.setUp({ script: '#!/bin/bash\nipsec trafficstatus\n' })).stdout;
}

test('clients are dropped at once and the probe fails after three checks when the edge goes silent', async () => {
  const world = await servingWorld();
  world.edges.trouble('one', { down: true });
  expect(await world.ask()).toEqual({ kind: 'dropped', because: 'one does not answer' });
  // Three checks that wait for three seconds each, with a tenth between them, and at most a pause before the first.
  await pass(9);
  expect(await world.probe()).toBe(200);
  await pass(3.5);
  expect(await world.probe()).toBe(503);
});

test.each([
  { after: 20.5, isUp: true },
  { after: 20.7, isUp: false },
])('child SA stands: $isUp, $after s after the edge went silent', async ({ after, isUp }) => {
  const world = await servingWorld();
  world.edges.trouble('one', { down: true });
  await pass(after);
  expect((await trafficStatus(world)) !== '').toBe(isUp);
});

test('a silence that ends before it was noticed leaves the tunnel alone', async () => {
  const world = await servingWorld();
  world.edges.trouble('one', { down: true });
  await pass(15);
  world.edges.trouble('one', { down: false });
  await pass(60);
  const established = world.guests
    .journal(world.machine.id)
    .filter((line) => line.includes('established Child'));
  expect(established).toHaveLength(1);
  expect(await world.probe()).toBe(200);
});

test('once the edge is back clients are refused, and the probe fails, until three checks have succeeded', async () => {
  const world = await servingWorld({ agentsMend: false });
  world.edges.trouble('one', { down: true });
  await pass(120);
  world.edges.trouble('one', { down: false });
  await pass(0.3);
  expect((await world.ask()).kind).not.toBe('answered');
  await pass(0.2); // the tunnel carries after 0.4 s
  expect(await trafficStatus(world)).toContain('"primary", type=ESP');
  expect(await world.ask()).toMatchObject({ kind: 'refused' });
  expect(await world.probe()).toBe(503);
  await pass(13);
  expect(await world.ask()).toMatchObject({ kind: 'answered', servedBy: 'one' });
  expect(await world.probe()).toBe(200);
});

test('clients are served and the probe gets 200 soon after the edge is back, when pluto was restarted for it', async () => {
  const world = await servingWorld();
  world.edges.trouble('one', { down: true });
  await pass(120);
  expect(world.guests.restarts(world.machine.id)).toBeGreaterThan(0);
  world.edges.trouble('one', { down: false });
  await pass(20);
  expect(await world.ask()).toMatchObject({ kind: 'answered', servedBy: 'one' });
  expect(await world.probe()).toBe(200);
});

test('an edge that never answers is not noticed when the dead peer is not asked for', async () => {
  const world = await servingWorld({
    agentsMend: false,
    spoilScript: (script) => script.replace('dpddelay=5', 'rekey=yes'),
  });
  world.edges.trouble('one', { down: true });
  await pass(600);
  expect(await trafficStatus(world)).toContain('"primary", type=ESP');
});

test('the probe fails while the tunnel stands when the proxy behind the edge is silent', async () => {
  const world = await servingWorld();
  world.edges.trouble('one', { proxySilent: true });
  await pass(15);
  expect(await trafficStatus(world)).toContain('"primary", type=ESP');
  expect(await world.probe()).toBe(503);
  expect(await world.ask()).toMatchObject({ kind: 'refused' });
});

test('new connections take the other tunnel when the first edge is silent, and come back after five minutes', async () => {
  const world = await servingWorld({ config: { tunnels: twoTunnels } });
  expect(await world.ask()).toMatchObject({ servedBy: 'one' });
  world.edges.trouble('one', { down: true });
  await pass(15);
  expect(await world.ask()).toMatchObject({ servedBy: 'two' });
  expect(await world.probe()).toBe(200);
  world.edges.trouble('one', { down: false });
  await pass(290);
  expect(await world.ask()).toMatchObject({ servedBy: 'two' });
  await pass(30);
  expect(await world.ask()).toMatchObject({ servedBy: 'one' });
});

test.each([
  { missing: 'one', serving: 'two' },
  { missing: 'two', serving: 'one' },
])(
  'the other tunnel joins by itself when edge $missing was silent during the setup',
  async ({ missing, serving }) => {
    const world = aWorld({ config: { tunnels: twoTunnels } });
    world.edges.trouble(missing, { down: true });
    expect(parseSetupResult((await world.setUp()).stdout)).toMatchObject({ ok: true, probe: 200 });
    expect(await world.ask()).toMatchObject({ servedBy: serving });
    // Forwarding fails for want of a device, and systemd starts it again until both stand.
    await pass(60);
    expect(world.guests.journal(world.machine.id).join('\n')).toContain('tunnelkeeper-forwarding.service: ');
    world.edges.trouble(missing, { down: false });
    await pass(120);
    world.edges.trouble(serving, { down: true });
    await pass(30);
    expect(await world.ask()).toMatchObject({ servedBy: missing });
    expect(await world.probe()).toBe(200);
  },
);

test('both tunnels serve when both edges were switched off and on again', async () => {
  const world = await servingWorld({ config: { tunnels: twoTunnels } });
  for (const edge of ['one', 'two']) world.edges.trouble(edge, { down: true });
  await pass(60);
  expect(await world.probe()).toBe(503);
  for (const edge of ['one', 'two']) world.edges.trouble(edge, { down: false });
  await pass(30);
  expect(await world.probe()).toBe(200);
  expect((await trafficStatus(world)).trim().split('\n')).toHaveLength(2);
});

test('nothing is left running when the power is gone', async () => {
  const world = await servingWorld({ config: { tunnels: twoTunnels } });
  world.guest.powerOff();
  expect(jest.getTimerCount()).toBe(0);
  world.edges.trouble('one', { down: true });
  expect(jest.getTimerCount()).toBe(0);
});

test('the same seed gives the same journal', async () => {
  const journals: string[] = [];
  for (let run = 0; run < 2; run++) {
    jest.setSystemTime(0);
    let state = 7;
    const random = () => (state = (state * 16807) % 2147483647) / 2147483647;
    const world = aWorld({ random, config: { tunnels: twoTunnels } });
    await world.setUp();
    world.edges.trouble('one', { wrongPsk: true, down: true });
    await pass(60);
    world.edges.trouble('one', { down: false });
    await pass(60);
    journals.push(world.guests.journal(world.machine.id).join('\n'));
    world.guest.powerOff();
  }
  expect(journals[0]).toBe(journals[1]);
  expect(journals[0]).toContain('AUTHENTICATION_FAILED');
});

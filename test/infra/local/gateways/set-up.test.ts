/** Does a modelled gateway do what the rendered script says, from the first boot to the last line? */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { configHash } from '../../../../shared/gateway/config-hash.js';
import { parseSetupResult } from '../../../../shared/gateway/parse-setup-result.js';
import type { GatewayConfig } from '../../../../shared/gateway/gateway-config.js';
import { aConfig, aWorld, edgeOne, ended, pass, psk, publicIp, twoTunnels } from './a-world.js';

beforeEach(() => void jest.useFakeTimers({ advanceTimers: false }));
afterEach(() => void jest.useRealTimers());

const variants: readonly { what: string; config: Partial<GatewayConfig> }[] = [
  { what: 'route-based with an address as identity', config: {} },
  { what: 'policy-based', config: { routing: 'policy-based' } },
  {
    what: 'with a name as identity',
    config: { tunnels: [{ role: 'primary', edge: edgeOne, localId: 'leeds-z1-1-primary@example.com' }] },
  },
  {
    what: 'with an edge by name',
    config: { tunnels: [{ role: 'primary', edge: 'one.example.net', localId: publicIp }] },
  },
  {
    what: 'with two ports and two prefixes',
    config: {
      proxy: { address: '185.46.212.88', ports: [9400, 10101], masquerade: false },
      clients: ['10.0.0.0/16', '10.7.0.0/16'],
    },
  },
  { what: 'with two tunnels', config: { tunnels: twoTunnels } },
];

test.each(variants)(
  'setup ends well and clients are served when the gateway is $what',
  async ({ config }) => {
    const world = aWorld({ config });
    const end = await world.setUp();
    expect(world.guests.gaps()).toEqual([]);
    expect(parseSetupResult(end.stdout)).toMatchObject({
      ok: true,
      config: configHash(aConfig(config)),
      tunnels: { primary: { state: 'up' } },
      probe: 200,
    });
    expect(end.exitCode).toBe(0);
    await pass(5);
    expect(await world.probe()).toBe(200);
    for (const port of aConfig(config).proxy.ports)
      expect(await world.ask(port)).toEqual({ kind: 'answered', status: 200, servedBy: 'one' });
    expect(world.guests.leaks()).toBe(0);
  },
);

test('gateway refuses ports that are not rendered and clients outside of the prefixes', async () => {
  const world = aWorld();
  await world.setUp();
  await pass(5);
  expect(await world.ask(9401)).toMatchObject({ kind: 'refused' });
  expect(await world.ask(9400, '10.1.0.1')).toMatchObject({ kind: 'refused' });
});

test('gateway answers nothing before it has booted, and refuses clients before it is set up', async () => {
  const world = aWorld();
  expect(await world.ask()).toEqual({ kind: 'dropped', because: 'the machine does not run' });
  await pass(200);
  expect(await world.probe()).toBeUndefined();
  expect(await world.ask()).toMatchObject({ kind: 'refused' });
});

test('setup waits for cloud-init when it is handed to a machine that has just booted', async () => {
  const world = aWorld();
  const run = world.setUp();
  await run;
  const { bootSeconds = 0, cloudInitSeconds = 0, scriptSeconds = 0 } = world.guests.timings(world.machine.id);
  expect(bootSeconds).toBeGreaterThan(0);
  expect(cloudInitSeconds).toBeGreaterThan(0);
  expect(scriptSeconds).toBeGreaterThan(bootSeconds + cloudInitSeconds);
});

test('setup installs what cloud-init did not when the custom data names no packages', async () => {
  const world = aWorld({ spoilCloudInit: (text) => text.replace(/packages:\n(?: {2}- .*\n)+(?=write)/, '') });
  expect(parseSetupResult((await world.setUp()).stdout)).toMatchObject({ ok: true });
});

test('setup says that packages are missing when no mirror is reached', async () => {
  const world = aWorld({ reachesMirror: () => false });
  const end = await world.setUp();
  expect(end.exitCode).toBe(1);
  expect(end.stdout).toContain('Could not connect to mirror.example');
  expect(parseSetupResult(end.stdout)).toMatchObject({ ok: false, reason: 'packages-not-installed' });
});

test.each([
  { when: 'the PSK is missing', environment: {} },
  {
    when: 'the PSK has a character that a file could misread',
    environment: { TK_PSK_PRIMARY: 'abc"def$ghi' },
  },
])('setup fails as the script does when $when', async ({ environment }) => {
  const world = aWorld();
  const end = await world.setUp({ environment });
  expect(parseSetupResult(end.stdout)).toMatchObject({
    ok: false,
    reason: 'psk-unusable',
    changed: [],
    probe: 0,
  });
  expect(end.exitCode).toBe(1);
});

test('a second setup changes nothing and leaves the tunnel alone when nothing is different', async () => {
  const world = aWorld();
  await world.setUp();
  await pass(60);
  const before = world.guests.journal(world.machine.id).length;
  const end = await world.setUp();
  expect(parseSetupResult(end.stdout)).toMatchObject({ ok: true, changed: [], probe: 200 });
  expect(world.guests.journal(world.machine.id)).toHaveLength(before);
});

test('a second setup brings the tunnel up with the new PSK when it was changed on both sides', async () => {
  const world = aWorld();
  await world.setUp();
  const next = 'Another1PskFor2TheSame3Gateway';
  world.edges.addCredential({ identity: publicIp, psk: next });
  await pass(30);
  // Only down and up asks for the PSK again: until then the old tunnel serves.
  expect(await world.ask()).toMatchObject({ kind: 'answered' });
  const end = await world.setUp({ environment: { TK_PSK_PRIMARY: next } });
  expect(parseSetupResult(end.stdout)).toMatchObject({ ok: true, changed: ['tunnelkeeper.secrets'] });
  await pass(10);
  expect(await world.probe()).toBe(200);
  const established = world.guests
    .journal(world.machine.id)
    .filter((line) => line.includes('established Child'));
  expect(established).toHaveLength(2);
});

test('a script is killed when it is cancelled, and when the machine loses its power', async () => {
  const world = aWorld();
  const cancel = new AbortController();
  const run = world.setUp({ signal: cancel.signal });
  await pass(40);
  cancel.abort();
  expect((await run).exitCode).toBe(137);
  const second = world.setUp();
  await pass(1);
  world.guest.powerOff();
  expect((await second).exitCode).toBe(137);
});

test('gateway comes up by itself with its disk as it was when it boots again', async () => {
  const world = aWorld();
  await world.setUp();
  world.guest.powerOff();
  expect(await world.ask()).toMatchObject({ kind: 'dropped' });
  expect(await world.probe()).toBeUndefined();
  world.boot();
  await pass(60);
  expect(await world.probe()).toBe(200);
  expect(await world.ask()).toMatchObject({ kind: 'answered', servedBy: 'one' });
  expect(world.guests.leaks()).toBe(0);
});

test('gateway does not come up by itself when its units are not enabled', async () => {
  const world = aWorld({
    spoilScript: (script) => script.replace(/(systemctl enable .*)ipsec\.service /, '$1'),
  });
  await world.setUp();
  world.guest.powerOff();
  world.boot();
  await pass(120);
  expect(await world.probe()).toBe(503);
  expect(await world.ask()).toMatchObject({ kind: 'dropped' });
});

test('a machine that was forgotten starts anew when it boots', async () => {
  const world = aWorld();
  await world.setUp();
  world.guest.powerOff();
  world.guests.forget(world.machine.id);
  world.boot();
  await pass(200);
  expect(await world.probe()).toBeUndefined();
});

test('a script that asks for what the model does not know fails loudly', async () => {
  const world = aWorld();
  const end = await world.setUp({ script: '#!/bin/bash\nnftables-wizard --all\n' });
  expect(end).toMatchObject({ exitCode: 127, stderr: 'The model knows no command nftables-wizard.\n' });
  expect(world.guests.gaps()).toEqual(['vm-leeds-z1-1-g1: The model knows no command nftables-wizard.']);
});

test('the PSK stands nowhere but on the disk', async () => {
  const world = aWorld();
  const end = await world.setUp();
  world.edges.trouble('one', { wrongPsk: true });
  const again = await world.setUp({ environment: { TK_PSK_PRIMARY: `${psk}x` } });
  await ended(
    world.guest.runScript({ script: 'ipsec whack --status', environment: {}, signal: AbortSignal.any([]) }),
  );
  const said = [end, again, world.log, world.guests.journal(world.machine.id)].map((it) =>
    JSON.stringify(it),
  );
  expect(said.join('')).not.toContain(psk);
});

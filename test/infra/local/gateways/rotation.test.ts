/** Does a new PSK prove itself by a new IKE SA, and does an old one go on until somebody asks? */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { parseSetupResult } from '../../../../shared/gateway/parse-setup-result.js';
import { aWorld, pass, psk, publicIp, twoTunnels, type World } from './a-world.js';

beforeEach(() => void jest.useFakeTimers({ advanceTimers: false }));
afterEach(() => void jest.useRealTimers());

const next = 'Another1PskFor2TheSame3Gateway';

async function serving(setting: Parameters<typeof aWorld>[0] = {}): Promise<World> {
  const world = aWorld(setting);
  expect(parseSetupResult((await world.setUp()).stdout)).toMatchObject({
    tunnels: { primary: { isNew: true } },
  });
  await pass(30);
  return world;
}

function proofs({ edges }: World): readonly string[] {
  return edges.authentications(publicIp).map(({ edge, credentialVersion }) => `${edge} ${credentialVersion}`);
}

test('setup authenticates anew with the next PSK when the secrets file changed', async () => {
  const world = await serving({ config: { tunnels: twoTunnels } });
  world.edges.changePsk(publicIp, next);
  const changedAt = new Date().toISOString();
  await pass(600);
  expect(proofs(world)).toEqual(['one 1', 'two 1']);
  expect(await world.ask()).toMatchObject({ kind: 'answered' });
  const end = await world.setUp({ environment: { TK_PSK_PRIMARY: next, TK_PSK_SECONDARY: next } });
  expect(parseSetupResult(end.stdout)).toMatchObject({
    ok: true,
    changed: ['tunnelkeeper.secrets'],
    tunnels: { primary: { state: 'up', isNew: true }, secondary: { state: 'up', isNew: true } },
  });
  expect(proofs(world)).toEqual(['one 1', 'two 1', 'one 2', 'two 2']);
  for (const { at } of world.edges.authentications(publicIp).slice(2)) expect(at >= changedAt).toBe(true);
  expect(JSON.stringify(world.edges.authentications(publicIp))).not.toContain(next);
});

test('setup says that nothing is new when nothing changed, and ends with credential-refused when the PSK is', async () => {
  const world = await serving();
  expect(parseSetupResult((await world.setUp()).stdout)).toMatchObject({
    ok: true,
    tunnels: { primary: { isNew: false } },
  });
  const end = await world.setUp({ environment: { TK_PSK_PRIMARY: next } });
  expect(parseSetupResult(end.stdout)).toMatchObject({
    ok: false,
    reason: 'credential-refused',
    tunnels: { primary: { state: 'down', isNew: false } },
  });
  expect(proofs(world)).toEqual(['one 1']);
  expect(parseSetupResult((await world.setUp()).stdout)).toMatchObject({
    ok: true,
    tunnels: { primary: { isNew: true } },
  });
});

test('setup succeeds and reports both when one of two tunnels is refused', async () => {
  const world = await serving({ config: { tunnels: twoTunnels } });
  const end = await world.setUp({ environment: { TK_PSK_PRIMARY: psk, TK_PSK_SECONDARY: next } });
  expect(parseSetupResult(end.stdout)).toMatchObject({
    ok: true,
    tunnels: { primary: { state: 'up', isNew: true }, secondary: { state: 'down', isNew: false } },
    probe: 200,
  });
});

test.each([
  { dropSas: false, serves: true },
  { dropSas: true, serves: false },
])(
  'a standing tunnel serves: $serves, when the PSK was changed and SAs are dropped: $dropSas',
  async (row) => {
    const world = await serving();
    world.edges.changePsk(publicIp, next, row);
    await pass(120);
    expect((await world.ask()).kind === 'answered').toBe(row.serves);
    expect(world.guests.journal(world.machine.id).join('\n').includes('AUTHENTICATION_FAILED')).toBe(
      !row.serves,
    );
    expect(world.guests.leaks()).toBe(0);
  },
);

test('dropped SAs are made again at once when the gateway has the PSK', async () => {
  const world = await serving();
  world.edges.changePsk(publicIp, psk, { dropSas: true });
  await pass(5);
  expect(proofs(world)).toEqual(['one 1', 'one 1']);
  expect(await world.ask()).toMatchObject({ kind: 'answered' });
});

test('a version counts PSKs and not entries, and an unknown identity has none to change', async () => {
  const world = await serving();
  world.edges.addCredential({ identity: publicIp, psk });
  world.edges.removeCredential(publicIp);
  world.edges.addCredential({ identity: publicIp, psk });
  await world.setUp({ script: '#!/bin/bash\nipsec auto --down primary\nipsec auto --up primary\n' });
  expect(proofs(world)).toEqual(['one 1', 'one 2']);
  expect(() => world.edges.changePsk('nobody@example.com', psk)).toThrow(
    'no credential of nobody@example.com',
  );
  expect(world.edges.authentications('nobody@example.com')).toEqual([]);
});

test('a far side that replaces its whole list takes the PSKs on it, and refuses whom it leaves out', async () => {
  const world = await serving();
  const again = '#!/bin/bash\nipsec auto --down primary\nipsec auto --up primary\n';
  world.edges.setCredentials([
    { identity: 'other@example.com', psk },
    { identity: publicIp, psk },
  ]);
  await world.setUp({ script: again });
  expect(proofs(world)).toEqual(['one 1', 'one 1']);
  world.edges.setCredentials([{ identity: publicIp, psk: next }]);
  expect(await world.ask()).toMatchObject({ kind: 'answered' });
  expect(() => world.edges.changePsk('other@example.com', next)).toThrow('no credential');
  const end = await world.setUp({ environment: { TK_PSK_PRIMARY: next } });
  expect(parseSetupResult(end.stdout)).toMatchObject({ ok: true, tunnels: { primary: { isNew: true } } });
  expect(proofs(world)).toEqual(['one 1', 'one 1', 'one 2']);
  world.edges.setCredentials([]);
  expect(await world.ask()).toMatchObject({ kind: 'answered' });
  expect((await world.setUp({ script: again })).stdout).toContain('AUTHENTICATION_FAILED');
  expect(await world.ask()).toMatchObject({ kind: 'dropped' });
});

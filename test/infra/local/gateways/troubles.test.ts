/** What does each trouble inside a machine look like, and which rung is the lowest that mends it? */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { guestTroubles, type GuestTrouble } from '../../../../infra/local/gateways/guest-trouble.js';
import type { GatewayDiagnosis, TunnelDiagnosis } from '../../../../shared/gateway/gateway-diagnosis.js';
import { parseDiagnosis } from '../../../../shared/gateway/parse-diagnosis.js';
import { parseSetupResult } from '../../../../shared/gateway/parse-setup-result.js';
import { renderDiagnoseScript } from '../../../../shared/gateway/render-diagnose-script.js';
import { renderRemedyScript } from '../../../../shared/gateway/render-remedy-script.js';
import type { SetupResult } from '../../../../shared/gateway/setup-result.js';
import { aConfig, aWorld, pass, twoTunnels, type World } from './a-world.js';

beforeEach(() => void jest.useFakeTimers({ advanceTimers: false }));
afterEach(() => void jest.useRealTimers());

const config = { tunnels: twoTunnels };

/** A gateway with two tunnels that serves; its agent has used up its mends, unless told. */
async function serving(agentsMend = false): Promise<World> {
  const world = aWorld({ config, agentsMend });
  await world.setUp();
  await pass(30);
  expect(await world.probe()).toBe(200);
  return world;
}

async function diagnosis(world: World): Promise<GatewayDiagnosis | undefined> {
  const began = Date.now();
  const { stdout, exitCode } = await world.setUp({ script: renderDiagnoseScript(aConfig(config)) });
  expect((Date.now() - began) / 1000).toBeLessThan(15);
  expect(exitCode).toBe(0);
  return parseDiagnosis(stdout);
}

type Rung = 'tunnel-up' | 'ipsec-restart' | 'setup' | 'reboot' | 'new machine';

async function tryRung(world: World, rung: Rung): Promise<SetupResult | undefined> {
  switch (rung) {
    case 'tunnel-up':
    case 'ipsec-restart':
      return parseSetupResult(
        (await world.setUp({ script: renderRemedyScript(aConfig(config), rung) })).stdout,
      );
    case 'setup':
      return parseSetupResult((await world.setUp()).stdout);
    case 'new machine':
    case 'reboot':
      world.guest.powerOff();
      if (rung === 'new machine') world.guests.forget(world.machine.id);
      world.boot();
      return rung === 'reboot' ? undefined : tryRung(world, 'setup');
  }
}

const up: TunnelDiagnosis = { state: 'up', request: true };
const deaf: TunnelDiagnosis = { state: 'up', request: false };
const down: TunnelDiagnosis = { state: 'down', request: false, because: 'unknown' };
const all = { ipsec: true, forwarding: true, agent: true };

const cases: readonly {
  trouble: GuestTrouble;
  seen: Partial<GatewayDiagnosis>;
  /** In the order in which they are tried; the last one mends it. */
  rungs: readonly Rung[];
}[] = [
  {
    trouble: 'tunnel-stuck',
    seen: {
      services: all,
      tunnels: { primary: deaf, secondary: deaf },
      probe: 503,
      changedFiles: [],
    },
    rungs: ['tunnel-up'],
  },
  {
    trouble: 'ipsec-stopped',
    seen: { services: { ...all, ipsec: false }, tunnels: { primary: down, secondary: down } },
    rungs: ['tunnel-up', 'ipsec-restart'],
  },
  {
    trouble: 'pluto-wedged',
    seen: { services: all, tunnels: { primary: down, secondary: down }, probe: 503 },
    rungs: ['tunnel-up', 'ipsec-restart'],
  },
  {
    trouble: 'agent-dead',
    seen: { services: { ...all, agent: false }, tunnels: { primary: up, secondary: up }, probe: 0 },
    rungs: ['tunnel-up'],
  },
  {
    trouble: 'configuration-edited',
    seen: { changedFiles: ['tunnelkeeper.conf'], probe: 503 },
    rungs: ['tunnel-up', 'ipsec-restart', 'setup'],
  },
  {
    trouble: 'wedged-until-reboot',
    seen: { services: all, tunnels: { primary: down, secondary: down }, probe: 503 },
    rungs: ['tunnel-up', 'ipsec-restart', 'setup', 'reboot'],
  },
  {
    trouble: 'wedged-for-good',
    seen: { services: all, tunnels: { primary: down, secondary: down }, probe: 503 },
    rungs: ['tunnel-up', 'ipsec-restart', 'setup', 'reboot', 'new machine'],
  },
];

test('every kind of trouble has its case', () => {
  expect(cases.map(({ trouble }) => trouble).sort()).toEqual([...guestTroubles].sort());
});

test.each(cases)(
  '$trouble is seen by the diagnosis and mended by $rungs',
  async ({ trouble, seen, rungs }) => {
    const world = await serving();
    world.guests.trouble('vm-leeds-z1-1-g1', trouble);
    await pass(40);
    expect(await world.probe()).not.toBe(200);
    expect(await diagnosis(world)).toMatchObject(seen);
    for (const [index, rung] of rungs.entries()) {
      const isLast = index === rungs.length - 1;
      const began = Date.now();
      const result = await tryRung(world, rung);
      expect((Date.now() - began) / 1000).toBeLessThan(
        rung === 'setup' || rung === 'new machine' ? 200 : 150,
      );
      if (rung !== 'reboot') expect(result?.ok).toBe(isLast);
      await pass(60);
      expect((await world.probe()) === 200).toBe(isLast);
    }
    expect(await world.ask()).toMatchObject({ kind: 'answered', servedBy: 'one' });
    expect(world.guests.gaps()).toEqual([]);
    expect(world.guests.leaks()).toBe(0);
  },
);

test.each<{ trouble: GuestTrouble; seconds: number; isMended: boolean }>([
  { trouble: 'tunnel-stuck', seconds: 25, isMended: false },
  { trouble: 'tunnel-stuck', seconds: 60, isMended: true },
  { trouble: 'pluto-wedged', seconds: 45, isMended: false },
  { trouble: 'pluto-wedged', seconds: 75, isMended: true },
  { trouble: 'ipsec-stopped', seconds: 3600, isMended: false },
  { trouble: 'configuration-edited', seconds: 3600, isMended: false },
  { trouble: 'wedged-until-reboot', seconds: 3600, isMended: false },
])('the agent has mended $trouble after $seconds s: $isMended', async ({ trouble, seconds, isMended }) => {
  const world = await serving(true);
  await pass(30); // pluto and the agent are no longer new
  world.guests.trouble(world.machine.name, trouble);
  await pass(seconds);
  expect((await world.probe()) === 200).toBe(isMended);
  expect((await world.ask()).kind === 'answered').toBe(isMended);
  expect(world.guests.gaps()).toEqual([]);
  expect(world.guests.leaks()).toBe(0);
});

test('pluto starts no more than thrice in the hour of a silence that the agent can’t mend', async () => {
  const world = await serving(true);
  for (const edge of ['one', 'two']) world.edges.trouble(edge, { down: true });
  const starts = () => world.guests.restarts(world.machine.id);
  await pass(3600);
  expect(starts()).toBe(3);
  for (const edge of ['one', 'two']) world.edges.trouble(edge, { down: false });
  await pass(30);
  expect(await world.probe()).toBe(200);
});

test('the diagnosis says that all is well when it is', async () => {
  const world = await serving();
  expect(await diagnosis(world)).toEqual({
    changedFiles: [],
    services: all,
    tunnels: { primary: up, secondary: up },
    probe: 200,
    connections: 0,
  });
});

test('the diagnosis counts the connections of clients when some last', async () => {
  const world = await serving();
  const lasting = [1, 2, 3].map(() =>
    world.guest.request({ clientIp: '10.0.0.50', port: 9400, url: 'http://x/', seconds: 30 }),
  );
  expect((await diagnosis(world))?.connections).toBe(3);
  await pass(30);
  await Promise.all(lasting);
  expect((await diagnosis(world))?.connections).toBe(0);
});

test('the diagnosis tells of a mode that was changed, and of a file that is gone', async () => {
  const world = await serving();
  await world.setUp({
    script:
      '#!/bin/bash\nchmod 644 /etc/tunnelkeeper/gateway.json\nrm -f /usr/local/lib/tunnelkeeper/forwarding\n',
  });
  expect((await diagnosis(world))?.changedFiles).toEqual(['forwarding', 'gateway.json']);
});

test('the diagnosis blames the edge when it went silent, and nobody when the tunnel has stood since', async () => {
  const world = await serving();
  world.edges.trouble('one', { down: true });
  await pass(60);
  expect((await diagnosis(world))?.tunnels).toEqual({
    primary: { state: 'down', request: false, because: 'edge-silent' },
    secondary: up,
  });
  world.edges.trouble('one', { down: false });
  await pass(30);
  world.guests.trouble(world.machine.name, 'tunnel-stuck');
  expect((await diagnosis(world))?.tunnels.primary).toEqual(deaf);
});

test('tunnel-up touches the dead tunnel alone', async () => {
  const world = await serving();
  await world.setUp({ script: '#!/bin/bash\nipsec auto --down secondary\n' });
  const lasting = world.guest.request({ clientIp: '10.0.0.50', port: 9400, url: 'http://x/', seconds: 120 });
  const result = await tryRung(world, 'tunnel-up');
  expect(result).toMatchObject({
    ok: true,
    changed: [],
    tunnels: { primary: { state: 'up', isNew: false }, secondary: { state: 'up', isNew: true } },
    probe: 200,
  });
  await pass(120);
  expect(await lasting).toMatchObject({ kind: 'answered', servedBy: 'one' });
});

test('ipsec-restart tells why when the far side refuses, with the reasons of the setup', async () => {
  const world = await serving();
  for (const edge of ['one', 'two']) world.edges.trouble(edge, { wrongPsk: true });
  expect(await tryRung(world, 'ipsec-restart')).toMatchObject({
    ok: false,
    reason: 'credential-refused',
    tunnels: { primary: { state: 'down', isNew: false }, secondary: { state: 'down', isNew: false } },
  });
});

test('trouble throws when there is no machine of that name, or it has no power', async () => {
  const world = await serving();
  expect(() => world.guests.trouble('vm-none', 'pluto-wedged')).toThrow('no machine vm-none');
  world.guest.powerOff();
  expect(() => world.guests.trouble(world.machine.name, 'pluto-wedged')).toThrow('does not run');
});

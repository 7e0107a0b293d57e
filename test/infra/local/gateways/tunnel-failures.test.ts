/** Does each failure of a tunnel look as it was recorded, take as long, and end as the script says? */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { EdgeTrouble } from '../../../../infra/local/gateways/service-edges.js';
import { parseSetupResult } from '../../../../shared/gateway/parse-setup-result.js';
import { aWorld, edgeOne, pass, psk, publicIp, type World } from './a-world.js';

beforeEach(() => void jest.useFakeTimers({ advanceTimers: false }));
afterEach(() => void jest.useRealTimers());

const rejected = '"primary" #1: IKE SA authentication request rejected by peer: AUTHENTICATION_FAILED';
const silent =
  'STATE_V2_PARENT_I1: 15 second timeout exceeded after 5 retransmits.  No response (or no acceptable response) to our first IKEv2 message';
const refused =
  'dropping unexpected IKE_SA_INIT message containing NO_PROPOSAL_CHOSEN notification; message payloads: N; missing payloads: SA,KE,Ni';

const failures: readonly {
  when: string;
  trouble?: Partial<EdgeTrouble>;
  spoil?: (world: World) => void;
  spoilScript?: (script: string) => string;
  reason: string;
  line: string;
}[] = [
  {
    when: 'the edge holds another PSK',
    trouble: { wrongPsk: true },
    reason: 'credential-refused',
    line: rejected,
  },
  {
    when: 'the edge does not know the identity',
    spoil: ({ edges }) => edges.removeCredential(publicIp),
    reason: 'credential-refused',
    line: rejected,
  },
  {
    when: 'the gateway sends another address than its own',
    spoil: ({ edges }) => edges.addCredential({ identity: '203.0.113.99', psk }),
    spoilScript: (script) => script.replaceAll(publicIp, '203.0.113.99'),
    reason: 'credential-refused',
    line: rejected,
  },
  {
    when: 'the gateway names no identity of its own',
    spoilScript: (script) =>
      script.replace(/ *leftid=.*\n/, '').replace(`${publicIp} ${edgeOne} : PSK`, ': PSK'),
    reason: 'credential-refused',
    line: rejected,
  },
  {
    when: 'the secrets name the peer alone',
    spoilScript: (script) => script.replace(`${publicIp} ${edgeOne} : PSK`, `${edgeOne} : PSK`),
    reason: 'psk-unusable',
    line: `authentication failed: no PSK found for '${publicIp}'`,
  },
  {
    when: 'the edge is silent and the secrets name the peer alone',
    trouble: { down: true },
    spoilScript: (script) => script.replace(`${publicIp} ${edgeOne} : PSK`, `${edgeOne} : PSK`),
    reason: 'edge-silent',
    line: silent,
  },
  {
    when: 'the edge refuses the IKE proposal',
    trouble: { refusesIke: true },
    reason: 'ike-proposal-refused',
    line: refused,
  },
  {
    when: 'the rendered IKE proposal is none of the edge’s',
    spoilScript: (script) => script.replace('ike=aes256-sha2_256;dh14', 'ike=aes128-sha1;dh5'),
    reason: 'ike-proposal-refused',
    line: refused,
  },
  {
    when: 'the edge refuses the ESP proposal',
    trouble: { refusesEsp: true },
    reason: 'esp-proposal-refused',
    line: 'IKE_AUTH response rejected Child SA with NO_PROPOSAL_CHOSEN',
  },
  {
    when: 'the edge refuses the selectors',
    trouble: { refusesSelectors: true },
    reason: 'selectors-refused',
    line: 'IKE_AUTH response rejected Child SA with TS_UNACCEPTABLE',
  },
  { when: 'the edge is silent', trouble: { down: true }, reason: 'edge-silent', line: silent },
  {
    when: 'the edge’s name leads nowhere',
    spoilScript: (script) => script.replace(`right=${edgeOne}`, 'right=nowhere.example.net'),
    reason: 'edge-silent',
    line: silent,
  },
];

test.each(failures)(
  'setup tells $reason when $when',
  async ({ trouble, spoil, spoilScript, reason, line }) => {
    const world = aWorld(spoilScript === undefined ? {} : { spoilScript });
    spoil?.(world);
    world.edges.trouble('one', trouble ?? {});
    const end = await world.setUp();
    expect(world.guests.gaps()).toEqual([]);
    expect(parseSetupResult(end.stdout)).toMatchObject({
      ok: false,
      reason,
      tunnels: { primary: { state: 'down' } },
    });
    expect(end.exitCode).toBe(1);
    expect(world.guests.journal(world.machine.id).join('\n')).toContain(line);
    expect(await world.ask()).not.toMatchObject({ kind: 'answered' });
    expect(world.guests.leaks()).toBe(0);
  },
);

test('setup tells configuration-refused when Libreswan does not know a keyword', async () => {
  const world = aWorld({ spoilScript: (script) => script.replace('    pfs=no', '    forceencaps=yes') });
  const end = await world.setUp();
  expect(end.stdout).toContain('forceencaps=yes');
  expect(parseSetupResult(end.stdout)).toMatchObject({ ok: false, reason: 'configuration-refused' });
});

test('setup tells proxy-silent when the tunnel is up and the proxy behind it does not answer', async () => {
  const world = aWorld();
  world.edges.trouble('one', { proxySilent: true });
  const end = await world.setUp();
  expect(parseSetupResult(end.stdout)).toMatchObject({
    ok: false,
    reason: 'proxy-silent',
    tunnels: { primary: { state: 'up' } },
    probe: 503,
  });
});

const up = '#!/bin/bash\nipsec auto --up primary\n';

test.each([
  { trouble: { wrongPsk: true }, exitCode: 36, from: 0.3, to: 0.5 },
  { trouble: { refusesIke: true }, exitCode: 31, from: 16.3, to: 16.3 },
  { trouble: { refusesEsp: true }, exitCode: 0, from: 0.4, to: 0.4 },
  { trouble: { down: true }, exitCode: 31, from: 16, to: 16 },
  { trouble: {}, exitCode: 0, from: 0.8, to: 3 },
])('ipsec auto --up ends with $exitCode after $from to $to s when the trouble is $trouble', async (row) => {
  const world = aWorld();
  await world.setUp();
  await world.setUp({ script: '#!/bin/bash\nipsec auto --down primary\n' });
  world.edges.trouble('one', row.trouble);
  const began = Date.now();
  expect(await world.setUp({ script: up })).toMatchObject({ exitCode: row.exitCode });
  const seconds = (Date.now() - began) / 1000;
  // The clock of the test moves by a tenth of a second.
  expect(seconds).toBeGreaterThanOrEqual(row.from);
  expect(seconds).toBeLessThanOrEqual(row.to + 0.1);
});

test.each<{ trouble: Partial<EdgeTrouble>; withinSeconds: number }>([
  { trouble: { wrongPsk: true }, withinSeconds: 60 },
  { trouble: { refusesIke: true }, withinSeconds: 1 },
  { trouble: { down: true }, withinSeconds: 1 },
])('a tunnel comes up by itself when $trouble has been mended', async ({ trouble, withinSeconds }) => {
  const world = aWorld();
  world.edges.trouble('one', trouble);
  await world.setUp();
  world.edges.trouble('one', { wrongPsk: false, refusesIke: false, down: false });
  await pass(withinSeconds);
  expect(world.guests.journal(world.machine.id).at(-1)).toContain('initiator established Child SA');
});

test('a tunnel comes up by itself when the PSK that was missing has been read', async () => {
  const world = aWorld({
    spoilScript: (script) => script.replace(`${publicIp} ${edgeOne} : PSK`, `${edgeOne} : PSK`),
  });
  await world.setUp();
  await world.setUp({
    script: `#!/bin/bash\necho ': PSK "${psk}"' >/etc/ipsec.d/tunnelkeeper.secrets\nipsec auto --rereadsecrets\n`,
  });
  await pass(60);
  expect(world.guests.journal(world.machine.id).at(-1)).toContain('initiator established Child SA');
});

test('a tunnel without a child is asked for by the agent once the edge takes it', async () => {
  const world = aWorld();
  world.edges.trouble('one', { refusesEsp: true });
  await world.setUp();
  await pass(30);
  world.edges.trouble('one', { refusesEsp: false });
  await pass(150);
  expect(await world.probe()).toBe(200);
});

test('a tunnel without a child stays a zombie until it is brought up again', async () => {
  const world = aWorld({ agentsMend: false });
  world.edges.trouble('one', { refusesEsp: true });
  await world.setUp();
  world.edges.trouble('one', { refusesEsp: false });
  await pass(300);
  const status = async () => (await world.setUp({ script: '#!/bin/bash\nipsec whack --status\n' })).stdout;
  expect(await status()).toContain('STATE_V2_ESTABLISHED_IKE_SA');
  expect(await status()).not.toContain('STATE_V2_ESTABLISHED_CHILD_SA');
  await world.setUp({ script: up });
  expect(await status()).toContain('STATE_V2_ESTABLISHED_CHILD_SA');
});

/** Does the client do its work at ZIA, with all that comes between? Against the simulator, over the wire. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { LocalZscaler } from '../../../infra/local/zscaler/zscaler.js';
import { makeSend } from '../../../shared/zscaler/send.js';
import type { VpnIdentity } from '../../../shared/zscaler/vpn-credential.js';
import { createZia, type Zia } from '../../../shared/zscaler/zia-client.js';
import type { ZiaOutcome } from '../../../shared/zscaler/zia-outcome.js';
import { aClient, aTenant, psks, readSecret, secrets, settingsFor } from './a-tenant.js';
import { JumpClock } from './jump-clock.js';

const byIp: VpnIdentity = { type: 'IP', ipAddress: '203.0.113.10' };
const byFqdn: VpnIdentity = { type: 'UFQDN', fqdn: 'HQ-z1-1-Primary@example.test' };

let clock: JumpClock;
let zscaler: LocalZscaler;

beforeEach(async () => {
  clock = new JumpClock();
  zscaler = await aTenant();
});
afterEach(async () => {
  clock.putBack();
  await zscaler.close();
});

function valueOf<Value>(outcome: ZiaOutcome<Value>): Value {
  if (!outcome.ok) throw new Error(outcome.failure.detail);
  return outcome.value;
}

async function change(zia: Zia, identity: VpnIdentity) {
  return zia.changePsk(valueOf(await zia.findCredential(identity)), psks.new);
}

const calls = (path: string) => zscaler.exchanges().filter((one) => one.path.includes(path)).length;

describe.each(['one-api', 'legacy'] as const)('%s', (way) => {
  test.each([
    { when: 'it has an address', identity: byIp, name: '203.0.113.10' },
    { when: 'it has an FQDN in another case', identity: byFqdn, name: 'hq-z1-1-primary@example.test' },
  ])('changePsk changes a credential, and activate publishes it, when $when', async ({ identity, name }) => {
    const zia = aClient(zscaler, way);
    valueOf(await change(zia, identity));
    expect(valueOf(await zia.status())).toBe('PENDING');
    const pskOf = () => zscaler.active().find((one) => one.identity === name)?.psk;
    expect(pskOf()).toBe(psks.old);
    expect(valueOf(await zia.activate())).toBe('active');
    expect(pskOf()).toBe(psks.new);
    expect(valueOf(await zia.status())).toBe('ACTIVE');
  });

  test('changePsk signs in again, once, when the session has ended', async () => {
    const zia = aClient(zscaler, way);
    const credential = valueOf(await zia.findCredential(byIp));
    zscaler.expireSessions();
    valueOf(await zia.changePsk(credential, psks.new));
    expect(zscaler.exchanges().filter(({ status }) => status === 401)).toHaveLength(1);
    expect(calls('token') + calls('authenticatedSession')).toBe(2);
  });

  test('status gives up after a second sign-in when no session is taken', async () => {
    zscaler.trouble({ sessionsExpireAtOnce: true });
    const outcome = await aClient(zscaler, way).status();
    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'session-expired', isRetryable: true } });
    expect(calls('/status')).toBe(2);
  });

  test('status is refused, and does not try again for a minute, when the secret is wrong', async () => {
    const zia = createZia(settingsFor(zscaler.url, way), () => Promise.resolve('x'.repeat(20)));
    const refused = { ok: false, failure: { kind: 'sign-in-refused', isRetryable: false } };
    expect(await zia.status()).toMatchObject(refused);
    expect(await zia.status()).toMatchObject(refused);
    expect(zscaler.exchanges()).toHaveLength(1);
    clock.advance(60_000);
    expect(await zia.status()).toMatchObject(refused);
    expect(zscaler.exchanges()).toHaveLength(2);
  });

  test('no failure tells a secret when everything goes wrong', async () => {
    const zia = aClient(zscaler, way);
    const credential = valueOf(await zia.findCredential(byIp));
    const told: unknown[] = [];
    const troubles = [
      { refuses: ['203.0.113.10'] },
      { html: true },
      { throttleSeconds: 3000 },
      { down: true },
      { sessionsExpireAtOnce: true },
      { wrongSecret: true },
    ];
    const off = { refuses: [], html: false, throttleSeconds: undefined, down: false };
    for (const trouble of troubles) {
      zscaler.trouble({ ...off, ...trouble });
      told.push(await zia.changePsk(credential, psks.new), await zia.activate());
      clock.advance(3_600_000);
    }
    const text = JSON.stringify(told);
    expect(new Set(told.flatMap((one) => JSON.stringify(one).match(/"kind":"[^"]+"/g) ?? []))).toEqual(
      new Set(
        ['refused', 'not-json', 'throttled', 'unreachable', 'session-expired', 'sign-in-refused'].map(
          (kind) => `"kind":"${kind}"`,
        ),
      ),
    );
    for (const secret of [...Object.values(secrets), ...Object.values(psks)]) {
      expect(text).not.toContain(secret);
    }
    expect(text).not.toMatch(/Bearer|JSESSIONID/);
  });
});

test('the token is renewed a minute before its end', async () => {
  const zia = aClient(zscaler);
  await zia.status();
  clock.advance((83_999 - 62) * 1000);
  await zia.status();
  expect(calls('token')).toBe(1);
  clock.advance(2000);
  await zia.status();
  expect(calls('token')).toBe(2);
});

test('the session is renewed when nobody has used it for four and a half minutes', async () => {
  const zia = aClient(zscaler, 'legacy');
  for (let use = 0; use < 3; use++) {
    await zia.status();
    clock.advance(260_000);
  }
  expect(calls('authenticatedSession')).toBe(1);
  clock.advance(15_000);
  await zia.status();
  expect(calls('authenticatedSession')).toBe(2);
});

test('signOut ends the session, and the next call makes another', async () => {
  const zia = aClient(zscaler, 'legacy');
  await zia.status();
  await zia.signOut();
  await zia.status();
  const sessions = zscaler.exchanges().filter(({ path }) => path.endsWith('authenticatedSession'));
  expect(sessions.map(({ method }) => method)).toEqual(['POST', 'DELETE', 'POST']);
});

test('a secret that cannot be read is a failure without the words of the vault', async () => {
  const zia = createZia(settingsFor(zscaler.url), () => Promise.reject(new Error('token abc')));
  const outcome = await zia.status();
  expect(outcome).toMatchObject({ failure: { kind: 'sign-in-refused', isRetryable: true } });
  expect(JSON.stringify(outcome)).not.toContain('abc');
});

test('callers keep to the pace of the tenant when they come at once', async () => {
  const one = aClient(zscaler);
  const other = aClient(zscaler, 'one-api', { TUNNELKEEPER_ZIA_CLIENT_SECRET_NAME: 'zia-client-secret' });
  const credential = valueOf(await one.findCredential(byIp));
  const changes = [one, other, one].map((zia, index) => zia.changePsk(credential, `${psks.new}${index}`));
  expect((await Promise.all(changes)).every(({ ok }) => ok)).toBe(true);
  expect(zscaler.exchanges().some(({ status }) => status === 429)).toBe(false);
  const puts = zscaler.exchanges().filter(({ method }) => method === 'PUT');
  const gaps = puts.slice(1).map(({ at }, index) => at - (puts[index]?.at ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000);
});

test('findCredential reads on when the first page is full of others', async () => {
  for (let number = 0; number < 1000; number++) {
    zscaler.tenant.addCredential({ identity: `x${number}-last@example.test`, psk: psks.old });
  }
  zscaler.tenant.addCredential({ identity: 'last@example.test', psk: psks.old });
  const found = valueOf(await aClient(zscaler).findCredential({ type: 'UFQDN', fqdn: 'last@example.test' }));
  expect(found.identity).toEqual({ type: 'UFQDN', fqdn: 'last@example.test' });
  expect(calls('vpnCredentials')).toBe(2);
});

test('findCredential says that it is missing only after it has read all, when the search gives nothing', async () => {
  const outcome = await aClient(zscaler).findCredential({ type: 'IP', ipAddress: '203.0.113.1' });
  expect(outcome).toMatchObject({ failure: { kind: 'credential-missing', isRetryable: false } });
  expect(calls('vpnCredentials')).toBe(2); // the search finds 203.0.113.10 alone
});

test('changePsk says that the credential is missing when somebody has removed it', async () => {
  const zia = aClient(zscaler);
  const credential = valueOf(await zia.findCredential(byIp));
  zscaler.adminEdits({ kind: 'remove', identity: '203.0.113.10' });
  const outcome = await zia.changePsk(credential, psks.new);
  expect(outcome).toMatchObject({ failure: { kind: 'credential-missing' } });
});

test('changePsk leaves another credential alone when the id has got another identity', async () => {
  const zia = aClient(zscaler);
  const { id } = valueOf(await zia.findCredential(byFqdn));
  const outcome = await zia.changePsk({ id, identity: byIp }, psks.new);
  expect(outcome).toMatchObject({ failure: { kind: 'credential-missing' } });
  expect(zscaler.saved('hq-z1-1-primary@example.test')?.psk).toBe(psks.old);
});

test('changePsk keeps the comments that another administrator has just written', async () => {
  const zia = aClient(zscaler);
  const credential = valueOf(await zia.findCredential(byIp));
  zscaler.adminEdits({ kind: 'comments', identity: '203.0.113.10', comments: 'do not touch' });
  valueOf(await zia.changePsk(credential, psks.new));
  expect(zscaler.tenant.credentialOf('203.0.113.10')).toMatchObject({
    comments: 'do not touch',
    psk: psks.new,
  });
});

test.each([
  { when: 'it goes after 9 s', seconds: 9, isDone: true },
  { when: 'it stays for a minute', seconds: 60, isDone: false },
])('changePsk waits for the edit lock, in bounds, when $when', async ({ seconds, isDone }) => {
  const zia = aClient(zscaler);
  const credential = valueOf(await zia.findCredential(byIp));
  zscaler.lockEdits(seconds);
  const startedAt = clock.now;
  const outcome = await zia.changePsk(credential, psks.new);
  expect(outcome.ok).toBe(isDone);
  if (!outcome.ok) expect(outcome.failure).toMatchObject({ kind: 'edit-locked', retryAfterSeconds: 15 });
  expect(clock.now - startedAt).toBeLessThan(15_000);
});

test('status waits inside when ZIA says one second, and is patient for ten seconds in all', async () => {
  zscaler.trouble({ throttleSeconds: 1 });
  const startedAt = clock.now;
  const outcome = await aClient(zscaler).status();
  expect(outcome).toMatchObject({ failure: { kind: 'throttled', retryAfterSeconds: 1 } });
  expect(clock.now - startedAt).toBeGreaterThanOrEqual(9000);
  expect(clock.now - startedAt).toBeLessThan(12_000);
});

test('status returns at once, and asks no more before it is time, when ZIA says half an hour', async () => {
  zscaler.trouble({ throttleSeconds: 1800 });
  const zia = aClient(zscaler);
  expect(await zia.status()).toMatchObject({ failure: { kind: 'throttled', retryAfterSeconds: 1800 } });
  expect(await zia.status()).toMatchObject({ failure: { kind: 'throttled', isRetryable: true } });
  expect(calls('/status')).toBe(1);
  zscaler.trouble({ throttleSeconds: undefined });
  clock.advance(1_801_000);
  expect(valueOf(await zia.status())).toBe('ACTIVE');
});

test('activate is sent once when several wait for it', async () => {
  const zia = aClient(zscaler);
  const outcomes = await Promise.all([zia.activate(), zia.activate(), zia.activate()]);
  expect(outcomes.map(valueOf)).toEqual(['active', 'active', 'active']);
  expect(calls('activate')).toBe(1);
});

test('activate sends nothing and says pending when the settings switch it off', async () => {
  const zia = aClient(zscaler, 'one-api', { TUNNELKEEPER_ZIA_ACTIVATE: 'false' });
  expect(valueOf(await zia.activate())).toBe('pending');
  expect(zscaler.exchanges()).toHaveLength(0);
});

test.each([
  { when: 'it takes 7 s', seconds: 7, expected: 'active' },
  { when: 'it takes a minute', seconds: 60, expected: 'pending' },
])('activate says $expected when $when', async ({ seconds, expected }) => {
  clock.putBack();
  clock = new JumpClock(5000); // the simulator's activation waits until the client has
  zscaler.trouble({ activationSeconds: seconds });
  expect(valueOf(await aClient(zscaler).activate())).toBe(expected);
});

test('status is not retried blindly when it is called off', async () => {
  const controller = new AbortController();
  controller.abort();
  const outcome = await aClient(zscaler).status(controller.signal);
  expect(outcome).toMatchObject({ failure: { kind: 'unreachable' } });
});

test('status says within its time when ZIA never answers', async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo; // a TCP server that listens has one
  const url = `http://127.0.0.1:${port}`;
  const zia = createZia(settingsFor(url), readSecret, makeSend(url, 50));
  const outcome = await zia.status();
  silent.closeAllConnections();
  await new Promise((resolve) => silent.close(resolve));
  expect(outcome).toMatchObject({ failure: { kind: 'unreachable', isRetryable: true } });
  expect(outcome.ok ? '' : outcome.failure.detail).toContain('none came within 0.05 s');
});

/** Does the simulated ZIA behave as the recordings and the documentation say, where no recording is replayed? */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ActiveCredential } from '../../../../infra/local/zscaler/tenant.js';
import type { LocalZscaler } from '../../../../infra/local/zscaler/zscaler.js';
import { aTenant, psks, secrets } from '../../../shared/zscaler/a-tenant.js';
import { JumpClock } from '../../../shared/zscaler/jump-clock.js';

let clock: JumpClock;
let zscaler: LocalZscaler;
let activations: (readonly ActiveCredential[])[];

beforeEach(async () => {
  clock = new JumpClock(5000);
  activations = [];
  zscaler = await aTenant({ onActivated: (credentials) => activations.push(credentials) });
  activations = [];
});
afterEach(async () => {
  clock.putBack();
  await zscaler.close();
});

async function call(
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
) {
  const response = await fetch(`${zscaler.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : (JSON.parse(text) as unknown),
  };
}

async function signIn(): Promise<Record<string, string>> {
  const response = await fetch(`${zscaler.url}/oauth2/v1/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'tunnelkeeper',
      client_secret: secrets['zia-client-secret'] ?? '',
      audience: 'https://api.zscaler.com',
    }),
  });
  const { access_token } = (await response.json()) as { access_token: string }; // checked by the calls that use it
  return { authorization: `Bearer ${access_token}` };
}

const base = '/zia/api/v1';

/** Calls one after the other, so many milliseconds apart, and gives their statuses. */
async function statuses(
  method: string,
  path: string,
  count: number,
  apartMs: number,
): Promise<readonly number[]> {
  const headers = await signIn();
  const given: number[] = [];
  for (let index = 0; index < count; index++) {
    given.push((await call(method, `${base}${path}`, method === 'GET' ? undefined : {}, headers)).status);
    clock.advance(apartMs);
  }
  return given;
}

test.each([
  {
    when: 'a third read comes within a second',
    method: 'GET',
    path: '/status',
    count: 3,
    apartMs: 400,
    last: 429,
  },
  {
    when: 'a third read comes after a second',
    method: 'GET',
    path: '/status',
    count: 3,
    apartMs: 500,
    last: 200,
  },
  {
    when: 'a second write comes after 999 ms',
    method: 'POST',
    path: '/staticIP',
    count: 2,
    apartMs: 999,
    last: 429,
  },
  {
    when: 'a second write comes after 1000 ms',
    method: 'POST',
    path: '/staticIP',
    count: 2,
    apartMs: 1000,
    last: 400,
  },
  {
    when: 'it is the tenth activation of a minute',
    method: 'POST',
    path: '/status/activate',
    count: 10,
    apartMs: 1,
    last: 200,
  },
  {
    when: 'it is the 11th activation of a minute',
    method: 'POST',
    path: '/status/activate',
    count: 11,
    apartMs: 1,
    last: 429,
  },
  {
    when: 'it is the 40th activation of an hour',
    method: 'POST',
    path: '/status/activate',
    count: 40,
    apartMs: 6000,
    last: 200,
  },
  {
    when: 'it is the 41st activation of an hour',
    method: 'POST',
    path: '/status/activate',
    count: 41,
    apartMs: 6000,
    last: 429,
  },
])('ZIA answers $last when $when', async ({ method, path, count, apartMs, last }) => {
  const given = await statuses(method, path, count, apartMs);
  expect(given.at(-1)).toBe(last);
  expect(given.slice(0, -1)).not.toContain(429);
});

test('ZIA says how long to wait when the limit of an hour is reached', async () => {
  await statuses('POST', '/status/activate', 40, 6000);
  const { body, headers } = await call('POST', `${base}/status/activate`, {}, await signIn());
  expect(headers.get('retry-after')).toBe('3360');
  expect(body).toEqual({ message: 'Rate Limit (40/HOUR) exceeded', 'Retry-After': '3360 seconds' });
});

test('tunnels see a change of another administrator only when somebody activates', async () => {
  zscaler.adminEdits({ kind: 'psk', identity: '203.0.113.10', psk: psks.new });
  expect(zscaler.status()).toBe('PENDING');
  expect(activations).toEqual([]);
  await call('POST', `${base}/status/activate`, { status: 'ACTIVE' }, await signIn());
  expect(activations).toEqual([
    [
      { identity: '203.0.113.10', psk: psks.new },
      { identity: 'hq-z1-1-primary@example.test', psk: psks.old },
    ],
  ]);
  expect(zscaler.status()).toBe('ACTIVE');
});

test('nobody may write, and tunnels see nothing yet, when an activation is in progress', async () => {
  zscaler.trouble({ activationSeconds: 30 });
  const headers = await signIn();
  expect((await call('POST', `${base}/status/activate`, {}, headers)).body).toEqual({ status: 'INPROGRESS' });
  const refused = await call('DELETE', `${base}/vpnCredentials/170000001`, undefined, headers);
  expect(refused).toMatchObject({ status: 412, body: { message: 'Failed during enter Org barrier' } });
  expect(activations).toEqual([]);
  clock.advance(30_000);
  expect(activations).toHaveLength(1);
  expect(zscaler.status()).toBe('ACTIVE');
});

test('a write leaves the edit lock behind, and it goes, when the seed says so', async () => {
  await zscaler.close();
  zscaler = await aTenant({ editLockShare: 1 });
  const headers = await signIn();
  const rename = (comment: string) =>
    call('POST', `${base}/staticIP`, { ipAddress: `203.0.113.${comment.length}`, comment }, headers);
  expect((await rename('a')).status).toBe(200);
  clock.advance(1000);
  const locked = await rename('ab');
  expect(locked).toMatchObject({ status: 409, body: { code: 'EDIT_LOCK_NOT_AVAILABLE' } });
  clock.advance(12_000);
  expect((await rename('ab')).status).toBe(200);
});

test.each([
  { when: 'it is 5 minutes old', idleMs: 300_000, status: 200 },
  { when: 'it is older', idleMs: 300_001, status: 401 },
])('an unused session is answered $status when $when', async ({ idleMs, status }) => {
  const timestamp = String(clock.now);
  const key = secrets['zia-api-key'] ?? '';
  const digits = timestamp.slice(-6);
  const half = String(Number(digits) >> 1).padStart(6, '0');
  const apiKey = [
    ...Array.from(digits, (digit) => key[Number(digit)]),
    ...Array.from(half, (digit) => key[Number(digit) + 2]),
  ];
  const session = await call('POST', '/api/v1/authenticatedSession', {
    apiKey: apiKey.join(''),
    username: 'keeper@example.test',
    password: secrets['zia-password'],
    timestamp,
  });
  const cookie = (session.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  clock.advance(idleMs);
  const answered = await call('GET', '/api/v1/status', undefined, { cookie });
  expect(answered.status).toBe(status);
  expect(answered.headers.get('x-ratelimit-limit')).toBeNull(); // OneAPI's alone
});

test.each([
  {
    when: 'the API key is sent as it is',
    body: { apiKey: secrets['zia-api-key'], password: secrets['zia-password'] },
  },
  { when: 'there is nothing in it', body: {} },
])('a session is refused when $when', async ({ body }) => {
  const full = { username: 'keeper@example.test', timestamp: String(clock.now), ...body };
  const answered = await call('POST', '/api/v1/authenticatedSession', full);
  expect(answered).toMatchObject({ status: 400, body: { code: 'AUTHENTICATION_FAILED' } });
});

test('a page holds as many credentials as wanted, and the PSK is in none', async () => {
  const headers = await signIn();
  for (let number = 0; number < 10; number++) {
    zscaler.tenant.addCredential({ identity: `x${number}@example.test`, psk: psks.old });
  }
  const page = async (number: number) =>
    (await call('GET', `${base}/vpnCredentials?type=UFQDN&page=${number}&pageSize=10`, undefined, headers))
      .body;
  expect(await page(1)).toHaveLength(10);
  expect(await page(2)).toHaveLength(1);
  clock.advance(1000);
  expect(JSON.stringify([await page(1), await page(2)])).not.toContain(psks.old);
});

test.each([
  { when: 'the PSK has 255 characters', preSharedKey: 'p'.repeat(255), status: 200 },
  { when: 'the PSK has 256 characters', preSharedKey: 'p'.repeat(256), status: 400 },
  { when: 'the type would change', preSharedKey: 'p', type: 'UFQDN', status: 400 },
])('a credential is answered $status when $when', async ({ preSharedKey, type = 'IP', status }) => {
  const body = { id: 170_000_001, type, ipAddress: '203.0.113.10', preSharedKey };
  const answered = await call('PUT', `${base}/vpnCredentials/170000001`, body, await signIn());
  expect(answered.status).toBe(status);
});

/** Whose token is taken, and for what? With keys that the test makes, signed as Entra signs. */
import { afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { HttpRequest, InvocationContext } from '@azure/functions';
import {
  SignJWT,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  UnsecuredJWT,
  type CryptoKey,
  type JWTVerifyGetKey,
} from 'jose';
import { authorize } from '../../functions/authorize.js';
import { callerName, hasRole, type Role } from '../../functions/caller.js';
import { checkToken, tenantKeys } from '../../functions/check-token.js';
import { asked } from '../../functions/route.js';

const tenantId = '22222222-2222-4222-8222-222222222222';
const callers = { tenantId, audience: 'api://tunnelkeeper' };
const v2 = `https://login.microsoftonline.com/${tenantId}/v2.0`;
const settings = {
  AZURE_SUBSCRIPTION_ID: '11111111-2222-3333-4444-555555555555',
  TUNNELKEEPER_RESOURCE_GROUP: 'rg-gateways',
  TUNNELKEEPER_VAULT_URL: 'https://kv.vault.azure.net',
  TUNNELKEEPER_GATEWAY_IDENTITY_ID: '/subscriptions/s/identities/gateways',
  TUNNELKEEPER_SSH_PUBLIC_KEY: 'ssh-ed25519 AAAA ops',
  TUNNELKEEPER_TENANT_ID: tenantId,
  TUNNELKEEPER_API_AUDIENCE: callers.audience,
};
const nowSeconds = () => Math.floor(Date.now() / 1000);

let privateKey: CryptoKey;
let strangerKey: CryptoKey;
let keys: JWTVerifyGetKey;

beforeAll(async () => {
  const pair = await generateKeyPair('RS256');
  privateKey = pair.privateKey;
  strangerKey = (await generateKeyPair('RS256')).privateKey;
  keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'RS256' }] });
});

beforeEach(() => {
  Object.assign(process.env, settings);
});

afterEach(() => {
  delete process.env['TUNNELKEEPER_TENANT_ID'];
  delete process.env['TUNNELKEEPER_API_AUDIENCE'];
  delete process.env['WEBSITE_AUTH_ENABLED'];
});

interface TokenChanges {
  readonly claims?: object;
  readonly issuer?: string;
  readonly audience?: string;
  readonly expiresInSeconds?: number;
  readonly key?: CryptoKey;
  readonly kid?: string;
}

/** A token as Entra makes them, with what a test changes. */
function aToken({
  claims,
  issuer = v2,
  audience = callers.audience,
  ...changes
}: TokenChanges = {}): Promise<string> {
  const { expiresInSeconds = 600, key = privateKey, kid = 'k1' } = changes;
  return new SignJWT({ preferred_username: 'ann@example.com', roles: ['Reader'], ...claims })
    .setProtectedHeader({ alg: 'RS256', kid })
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(nowSeconds() + expiresInSeconds)
    .sign(key);
}

function aRequest(authorization?: string, more: Readonly<Record<string, string>> = {}): HttpRequest {
  const headers = authorization === undefined ? more : { authorization, ...more };
  return new HttpRequest({ method: 'GET', url: 'https://app.example/api/sites', headers });
}

describe('checkToken', () => {
  test.each([
    { when: 'the issuer is of the second version', changes: {} },
    {
      when: 'the issuer is of the first version',
      changes: { issuer: `https://sts.windows.net/${tenantId}/` },
    },
    { when: 'it ran out within the leeway', changes: { expiresInSeconds: -50 } },
  ])('takes a token when $when', async ({ changes }) => {
    expect(await checkToken(await aToken(changes), callers, keys)).toMatchObject({ ok: true });
  });

  test('takes a token when the setting has the tenant in capitals', async () => {
    const capitals = { ...callers, tenantId: tenantId.toUpperCase() };
    expect(await checkToken(await aToken(), capitals, keys)).toMatchObject({ ok: true });
  });

  test.each([
    { when: 'it has expired', changes: { expiresInSeconds: -70 }, said: 'has expired' },
    { when: 'it is for another API', changes: { audience: 'api://other' }, said: '"aud"' },
    {
      when: 'it is of another tenant',
      changes: { issuer: v2.replace(tenantId, '33333333-2222-4222-8222-222222222222') },
      said: '"iss"',
    },
    { when: 'the issuer only begins so', changes: { issuer: `${v2}/evil` }, said: '"iss"' },
    { when: 'its key is not the tenant’s', changes: { kid: 'k9' }, said: 'not signed by the tenant' },
    { when: 'it holds only later', changes: { claims: { nbf: 4_000_000_000 } }, said: '"nbf"' },
  ])('refuses a token when $when, and repeats none of it', async ({ changes, said }) => {
    const token = await aToken(changes);
    const refused = await checkToken(token, callers, keys);
    expect(refused).toMatchObject({ ok: false, problem: { status: 401 } });
    expect(JSON.stringify(refused)).toContain(JSON.stringify(said).slice(1, -1));
    expect(JSON.stringify(refused)).not.toContain(token.slice(0, 20));
  });

  test('refuses a token that a stranger signed under a key of the tenant', async () => {
    expect(await checkToken(await aToken({ key: strangerKey }), callers, keys)).toMatchObject({ ok: false });
  });

  test('refuses a token without a time to expire', async () => {
    const token = await new SignJWT({ roles: ['Owner'] })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .setIssuer(v2)
      .setAudience(callers.audience)
      .sign(privateKey);
    expect(await checkToken(token, callers, keys)).toMatchObject({ ok: false });
  });

  test('refuses a token that is signed by a secret, or not at all', async () => {
    const claims = { iss: v2, aud: callers.audience, exp: nowSeconds() + 600, roles: ['Owner'] };
    const shared = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
      .sign(new TextEncoder().encode('x'.repeat(32)));
    for (const token of [shared, new UnsecuredJWT(claims).encode(), 'a.b.c', 'abc', 'x'.repeat(5000)]) {
      expect(await checkToken(token, callers, keys)).toMatchObject({ ok: false, problem: { status: 401 } });
    }
  });

  test('throws when the keys can’t be had: that says nothing of the token', async () => {
    const token = await aToken();
    const away: JWTVerifyGetKey = () => Promise.reject(new TypeError('fetch failed'));
    await expect(checkToken(token, callers, away)).rejects.toThrow('fetch failed');
    await expect(checkToken(token, callers, away)).rejects.not.toThrow(token);
  });
});

test('tenantKeys asks the tenant, keeps the answer, and asks again for a key that is new', async () => {
  const next = await generateKeyPair('RS256');
  const first = await generateKeyPair('RS256');
  const published = [{ ...(await exportJWK(first.publicKey)), kid: 'k1' }];
  const asked: string[] = [];
  const fetching = jest.spyOn(globalThis, 'fetch').mockImplementation((url) => {
    asked.push(url instanceof Request ? url.url : url.toString());
    return Promise.resolve(Response.json({ keys: published }));
  });
  const clock = jest.spyOn(Date, 'now');
  try {
    const tenants = await tenantKeys(callers);
    const check = async (key: CryptoKey, kid: string) =>
      (await checkToken(await aToken({ key, kid }), callers, tenants)).ok;
    expect([await check(first.privateKey, 'k1'), await check(first.privateKey, 'k1')]).toEqual([true, true]);
    expect(asked).toEqual([`https://login.microsoftonline.com/${tenantId}/discovery/v2.0/keys`]);
    published.push({ ...(await exportJWK(next.publicKey)), kid: 'k2' });
    expect(await check(next.privateKey, 'k2')).toBe(false);
    const later = Date.now() + 31_000;
    clock.mockImplementation(() => later);
    expect(await check(next.privateKey, 'k2')).toBe(true);
    expect(asked).toHaveLength(2);
  } finally {
    fetching.mockRestore();
    clock.mockRestore();
  }
});

describe('authorize', () => {
  test('names who asks by the token', async () => {
    const outcome = await authorize(aRequest(`Bearer ${await aToken()}`), 'Reader', keys);
    expect(outcome).toMatchObject({ ok: true, value: { by: 'ann@example.com' } });
  });

  test('names the role that lacks', async () => {
    const outcome = await authorize(aRequest(`Bearer ${await aToken()}`), 'Owner', keys);
    expect(outcome).toMatchObject({
      ok: false,
      problem: { status: 403, detail: 'ann@example.com has not the app role Owner, which this asks for.' },
    });
  });

  test.each([undefined, '', 'Basic YTpi', 'Bearer', 'Bearer a b', 'bearer,'])(
    'asks for a token when the header is %j',
    async (header) => {
      expect(await authorize(aRequest(header), 'Reader', keys)).toMatchObject({
        ok: false,
        problem: { status: 401 },
      });
    },
  );

  test('believes a platform’s header only where no tokens are asked for and the platform writes it', async () => {
    delete process.env['TUNNELKEEPER_TENANT_ID'];
    delete process.env['TUNNELKEEPER_API_AUDIENCE'];
    const request = aRequest(undefined, { 'x-ms-client-principal-name': 'bob@example.com' });
    expect(await authorize(request, 'Owner')).toMatchObject({ value: { by: 'function key' } });
    process.env['WEBSITE_AUTH_ENABLED'] = 'True';
    expect(await authorize(request, 'Owner')).toMatchObject({ value: { by: 'bob@example.com' } });
  });
});

test('a route answers 401 with WWW-Authenticate, and doesn’t run', async () => {
  const handler = asked('Reader', () => Promise.reject(new Error('It ran.')));
  const answer = await handler(aRequest(), new InvocationContext());
  expect(answer).toMatchObject({
    status: 401,
    headers: { 'www-authenticate': 'Bearer', 'content-type': 'application/problem+json' },
  });
});

test.each<{ roles: unknown; may: readonly Role[] }>([
  { roles: ['Reader'], may: ['Reader'] },
  { roles: ['Operator'], may: ['Reader', 'Operator'] },
  { roles: ['Owner'], may: ['Reader', 'Operator', 'Owner'] },
  { roles: ['AlertSender'], may: ['AlertSender'] },
  { roles: ['owner', 'Admin'], may: [] },
  { roles: 'Owner', may: [] },
  { roles: undefined, may: [] },
])('hasRole lets $roles do $may', ({ roles, may }) => {
  const all: readonly Role[] = ['Reader', 'Operator', 'Owner', 'AlertSender'];
  expect(all.filter((role) => hasRole({ roles }, role))).toEqual(may);
});

test.each([
  { claims: { preferred_username: 'ann@example.com', appid: 'x' }, name: 'ann@example.com' },
  { claims: { preferred_username: ' ', appid: 'app-1' }, name: 'app-1' },
  { claims: { azp: 'app-2' }, name: 'app-2' },
  { claims: { preferred_username: 'a\nb' }, name: 'a?b' },
  { claims: { preferred_username: 7 }, name: 'a token without a name' },
  { claims: { sub: 'x'.repeat(300) }, name: 'x'.repeat(100) },
])('callerName reads $name', ({ claims, name }) => {
  expect(callerName(claims)).toBe(name);
});

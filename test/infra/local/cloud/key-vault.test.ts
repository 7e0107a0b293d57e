/** Are secrets written, listed, disabled, deleted and recovered as Key Vault does it? */
import { SecretClient } from '@azure/keyvault-secrets';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { codeOf, TestCloud, type Answer } from './helpers/test-cloud.js';
import { anybody, clientOf } from './helpers/sdk.js';

let cloud: TestCloud;
let turn = 0;
/** A secret's name of its own for each test. */
let name = '';

beforeAll(async () => {
  cloud = await TestCloud.start();
});

beforeEach(() => {
  turn += 1;
  name = `psk-${turn}`;
});

afterAll(() => cloud.close());

function ask(method: string, path: string, body?: object): Promise<Answer> {
  return cloud.send(method, `${path}${path.includes('?') ? '&' : '?'}api-version=7.6`, body, {
    'x-forwarded-host': cloud.world.vaultHost,
    authorization: 'Bearer x',
  });
}

const versionOf = ({ body }: Answer): string => String(body['id']).split('/').at(-1) ?? '';

const innerCodeOf = ({ body }: Answer): unknown =>
  (body['error'] as { innererror?: { code?: unknown } } | undefined)?.innererror?.code; // Key Vault's envelope

test('a write makes a new version with what is said of it, and tells who listens', async () => {
  const heard: unknown[] = [];
  cloud.cloud.vault.onNewVersion((made) => heard.push(made));
  const first = await ask('PUT', `/secrets/${name}`, { value: 'one' });
  const second = await ask('PUT', `/secrets/${name}`, {
    value: 'two',
    contentType: 'text/plain',
    tags: { site: 'hq' },
    attributes: { exp: 1_900_000_000 },
  });
  expect([first.status, second.status]).toEqual([200, 200]);
  expect(second.body).toMatchObject({
    value: 'two',
    contentType: 'text/plain',
    tags: { site: 'hq' },
    attributes: { enabled: true, exp: 1_900_000_000 },
  });
  expect(versionOf(second)).toMatch(/^[0-9a-f]{32}$/);
  expect(versionOf(second)).not.toBe(versionOf(first));
  expect((await ask('GET', `/secrets/${name}`)).body).toMatchObject({ value: 'two' });
  expect((await ask('GET', `/secrets/${name}/${versionOf(first)}`)).body).toMatchObject({ value: 'one' });
  cloud.cloud.vault.set(name, 'three');
  expect(heard).toHaveLength(3);
  expect(heard.slice(0, 2)).toEqual([first, second].map((made) => ({ name, version: versionOf(made) })));
});

test('versions are listed over pages without their values', async () => {
  const made = ['a', 'b', 'c', 'd', 'e'].map((value) => cloud.cloud.vault.set(name, value));
  const seen: string[] = [];
  const pages: number[] = [];
  let next: string | undefined = `/secrets/${name}/versions?maxresults=2`;
  while (next !== undefined) {
    const page: Answer = await ask('GET', next);
    const value = page.body['value'] as readonly { readonly id: string }[]; // a list of versions
    expect(JSON.stringify(value)).not.toContain('"value"');
    pages.push(value.length);
    seen.push(...value.map(({ id }) => id.split('/').at(-1) ?? ''));
    const link: unknown = page.body['nextLink'];
    const url: URL | undefined = typeof link === 'string' ? new URL(link) : undefined;
    url?.searchParams.delete('api-version');
    next = url === undefined ? undefined : `${url.pathname}${url.search}`;
  }
  expect(pages).toEqual([2, 2, 1]);
  expect(seen.sort()).toEqual(made.sort());
});

test('a change keeps the version and its value', async () => {
  const version = cloud.cloud.vault.set(name, 'one');
  const changed = await ask('PATCH', `/secrets/${name}/${version}`, {
    attributes: { enabled: false },
    tags: { state: 'retired' },
  });
  expect(changed.body).toMatchObject({ attributes: { enabled: false }, tags: { state: 'retired' } });
  expect(versionOf(changed)).toBe(version);
  expect(changed.body).not.toHaveProperty('value');
  expect(cloud.cloud.vault.versions(name)).toMatchObject([
    { version, enabled: false, tags: { state: 'retired' } },
  ]);
  expect(cloud.cloud.vault.valueOf(name, version)).toBe('one');
});

test('a disabled version is refused with 403, the newest too when no version is named', async () => {
  const older = cloud.cloud.vault.set(name, 'one');
  const newer = cloud.cloud.vault.set(name, 'two');
  await ask('PATCH', `/secrets/${name}/${newer}`, { attributes: { enabled: false } });
  for (const path of [`/secrets/${name}`, `/secrets/${name}/${newer}`]) {
    const refused = await ask('GET', path);
    expect([refused.status, codeOf(refused), innerCodeOf(refused)]).toEqual([
      403,
      'Forbidden',
      'SecretDisabled',
    ]);
  }
  expect((await ask('GET', `/secrets/${name}/${older}`)).status).toBe(200);
});

test('a deleted secret is gone until it is recovered, and its name is taken until it is purged', async () => {
  cloud.cloud.vault.set(name, 'one');
  const deleted = await ask('DELETE', `/secrets/${name}`);
  expect(deleted.status).toBe(200);
  expect(deleted.body).toMatchObject({
    recoveryId: `https://${cloud.world.vaultHost}/deletedsecrets/${name}`,
  });
  const days =
    (Number(deleted.body['scheduledPurgeDate']) - Number(deleted.body['deletedDate'])) / (24 * 3600);
  expect(days).toBe(90);
  expect(codeOf(await ask('GET', `/secrets/${name}`))).toBe('SecretNotFound');
  const taken = await ask('PUT', `/secrets/${name}`, { value: 'two' });
  expect([taken.status, codeOf(taken), innerCodeOf(taken)]).toEqual([
    409,
    'Conflict',
    'ObjectIsDeletedButRecoverable',
  ]);
  expect((await ask('GET', `/deletedsecrets/${name}`)).status).toBe(200);
  expect((await ask('POST', `/deletedsecrets/${name}/recover`)).status).toBe(200);
  expect((await ask('GET', `/secrets/${name}`)).body).toMatchObject({ value: 'one' });
  await ask('DELETE', `/secrets/${name}`);
  expect((await ask('DELETE', `/deletedsecrets/${name}`)).status).toBe(204);
  expect((await ask('PUT', `/secrets/${name}`, { value: 'two' })).status).toBe(200);
  expect(cloud.cloud.vault.versions(name)).toHaveLength(1);
});

test.each([
  { method: 'PUT', path: 'none', body: {}, status: 400, code: 'BadParameter' },
  { method: 'PUT', path: 'under_score', body: { value: 'x' }, status: 400, code: 'BadParameter' },
  { method: 'PUT', path: 'none', body: { value: 'x'.repeat(25_601) }, status: 400, code: 'BadParameter' },
  { method: 'GET', path: 'none', status: 404, code: 'SecretNotFound' },
  { method: 'GET', path: 'none/versions', status: 404, code: 'SecretNotFound' },
  { method: 'PATCH', path: 'none/0', body: {}, status: 404, code: 'SecretNotFound' },
  { method: 'DELETE', path: 'none', status: 404, code: 'SecretNotFound' },
  { method: 'POST', path: 'none', body: {}, status: 405, code: 'MethodNotAllowed' },
])('$method $path is refused with $status $code', async ({ method, path, body, status, code }) => {
  const refused = await ask(method, `/secrets/${path}`, body);
  expect([refused.status, codeOf(refused)]).toEqual([status, code]);
});

test('the SDK writes, lists, disables and deletes', async () => {
  const client = new SecretClient(`https://${cloud.world.vaultHost}`, anybody, clientOf(cloud.cloud.url));
  const made = await client.setSecret(name, 'one', { tags: { site: 'hq' } });
  await client.setSecret(name, 'two');
  const listed: string[] = [];
  const pages = client.listPropertiesOfSecretVersions(name).byPage({ maxPageSize: 1 });
  for await (const page of pages) listed.push(...page.map(({ version }) => version ?? ''));
  expect(listed).toHaveLength(2);
  const version = made.properties.version ?? '';
  await client.updateSecretProperties(name, version, { enabled: false });
  await expect(client.getSecret(name, { version })).rejects.toMatchObject({ statusCode: 403 });
  expect((await client.getSecret(name)).value).toBe('two');
  const deletion = await client.beginDeleteSecret(name);
  expect((await deletion.pollUntilDone()).recoveryId).toContain(`/deletedsecrets/${name}`);
});

/** What does a machine learn of its host, and what may it do by its identity? */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { asRecord, asText, type Json } from '../../../../infra/local/cloud/json.js';
import { codeOf, messageOf, TestCloud } from './helpers/test-cloud.js';

let cloud: TestCloud;
let identities: string;

const vaultAudience = 'https://vault.azure.net';

beforeAll(async () => {
  cloud = await TestCloud.start((world) => ({
    ...world,
    identityRoles: [
      ...(world.identityRoles ?? []),
      {
        identityId: `/subscriptions/${world.subscriptionId}/resourceGroups/rg-spoke/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-reader`,
        role: 'Key Vault Secrets User',
        scope: `/subscriptions/${world.subscriptionId}/resourceGroups/rg-spoke`,
      },
    ],
  }));
  identities = `${cloud.group}/Microsoft.ManagedIdentity/userAssignedIdentities`;
  await make('one', ['id-gateways']);
  await make('two', ['id-gateways', 'id-reader']);
  await make('none', []);
});

afterAll(() => cloud.close());

/** Makes a machine with identities. */
async function make(name: string, names: readonly string[]): Promise<void> {
  await cloud.makeInterface(`nic-${name}`);
  const userAssignedIdentities = Object.fromEntries(names.map((one) => [`${identities}/${one}`, {}]));
  const identity = names.length === 0 ? {} : { identity: { type: 'UserAssigned', userAssignedIdentities } };
  const body = { ...cloud.machineBody(`nic-${name}`), ...identity, tags: { site: 'hq' } };
  await cloud.made(cloud.machine(name), body);
}

const tokenPath = (query: object) =>
  `/metadata/identity/oauth2/token?${new URLSearchParams({ 'api-version': '2018-02-01', ...query }).toString()}`;

async function token(machine: string, query: object): Promise<Json> {
  const { status, body } = await cloud.metadata(machine, tokenPath(query));
  expect(status).toBe(200);
  return asRecord(body);
}

/** The client id that ARM shows of a machine's identity. */
async function clientIdOf(machine: string, name: string): Promise<string> {
  const { body } = await cloud.arm('GET', cloud.machine(machine));
  const known = asRecord(asRecord(body['identity'])['userAssignedIdentities']);
  return asText(asRecord(known[`${identities}/${name}`])['clientId']);
}

test('a machine learns who it is and where it stands', async () => {
  const { status, body } = await cloud.metadata('one', '/metadata/instance?api-version=2021-02-01');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    compute: {
      ...{ name: 'one', location: 'westeurope', zone: '1', vmSize: 'Standard_D2s_v5', tags: 'site:hq' },
      resourceId: cloud.machine('one'),
      resourceGroupName: 'rg-spoke',
    },
    network: {
      interface: [
        { ipv4: { ipAddress: [{ publicIpAddress: '' }], subnet: [{ address: '10.1.4.0', prefix: '24' }] } },
      ],
    },
  });
});

test.each([
  { path: '/compute/name?format=text', status: 200, body: 'one' },
  { path: '/network/interface/0/ipv4/subnet/0/prefix?format=text', status: 200, body: '24' },
  {
    path: '/network/interface/0/ipv4/subnet/0?format=json',
    status: 200,
    body: { address: '10.1.4.0', prefix: '24' },
  },
  { path: '/compute/name?format=json', status: 400 },
  { path: '/compute?format=text', status: 400 },
  { path: '/compute/moon?format=text', status: 404 },
])('a machine that asks for $path is answered $status', async ({ path, status, body }) => {
  const answer = await cloud.metadata('one', `/metadata/instance${path}&api-version=2021-02-01`);
  expect(answer.status).toBe(status);
  if (body !== undefined) expect(answer.body).toEqual(body);
});

test.each([
  {
    when: 'the header is missing',
    target: '/metadata/instance?api-version=2021-02-01',
    change: { headers: {} },
    body: { error: 'Bad request. Required metadata header not specified' },
  },
  {
    when: 'the header is missing from a request for a token',
    target: '/metadata/identity/oauth2/token?api-version=2018-02-01&resource=x',
    change: { headers: {} },
    body: { error: 'invalid_request', error_description: 'Required metadata header not specified' },
  },
  {
    when: 'it came through a proxy',
    target: '/metadata/instance?api-version=2021-02-01',
    change: { headers: { metadata: 'TRUE', 'x-forwarded-for': '10.1.4.9' } },
    body: { error: 'Bad request. X-Forwarded-For header is not allowed' },
  },
  {
    when: 'no version is named',
    target: '/metadata/instance',
    body: { 'newest-versions': ['2021-12-13', '2021-02-01', '2020-09-01'] },
  },
  {
    when: 'the version is unknown',
    target: '/metadata/scheduledevents?api-version=2099-01-01',
    body: { 'newest-versions': ['2020-07-01', '2019-08-01', '2019-04-01'] },
  },
  {
    when: 'no service is named',
    target: '/metadata/identity/oauth2/token?api-version=2018-02-01',
    body: { error: 'invalid_request', error_description: 'Required audience parameter not specified' },
  },
  {
    when: 'the identity is none of the machine’s',
    target: '/metadata/identity/oauth2/token?api-version=2018-02-01&resource=x&client_id=nobody',
    body: { error: 'invalid_request', error_description: 'Identity not found' },
  },
  {
    when: 'nothing is acknowledged',
    target: '/metadata/scheduledevents?api-version=2020-07-01',
    change: { method: 'POST' as const, body: '{}' },
    body: { error: 'Bad request. StartRequests is missing or empty' },
  },
])('a machine is refused when $when', async ({ target, change = {}, body }) => {
  const answer = await cloud.metadata('one', target, change);
  expect(answer.status).toBe(400);
  expect(answer.body).toMatchObject(body);
});

test('a machine without an identity gets no token, one with two must say whose', async () => {
  expect((await cloud.metadata('none', tokenPath({ resource: vaultAudience }))).body).toMatchObject({
    error_description: 'Identity not found',
  });
  const { status, body } = await cloud.metadata('two', tokenPath({ resource: vaultAudience }));
  expect([status, asText(asRecord(body)['error_description'])]).toEqual([
    400,
    'Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request',
  ]);
  const clientId = await clientIdOf('two', 'id-reader');
  for (const by of [{ client_id: clientId }, { msi_res_id: `${identities}/id-reader` }]) {
    expect(await token('two', { resource: vaultAudience, ...by })).toMatchObject({ client_id: clientId });
  }
});

test('an identity is the same on every machine, and its token lives for a day', async () => {
  expect(await clientIdOf('one', 'id-gateways')).toBe(await clientIdOf('two', 'id-gateways'));
  const got = await token('one', { resource: vaultAudience });
  expect(Number(got['expires_in'])).toBeGreaterThan(23 * 3600);
  expect(got).toMatchObject({ token_type: 'Bearer', resource: vaultAudience });
  expect((await token('one', { resource: vaultAudience }))['access_token']).toBe(got['access_token']);
});

test.each([
  {
    when: 'its role reads secrets',
    identity: 'id-reader',
    resource: vaultAudience,
    method: 'GET',
    answer: 200,
    code: undefined,
  },
  {
    when: 'its role doesn’t write them',
    ...{ identity: 'id-reader', resource: vaultAudience, method: 'PUT', answer: 403 },
    code: 'Forbidden',
  },
  {
    when: 'it has no role',
    ...{ identity: 'id-gateways', resource: vaultAudience, method: 'GET', answer: 403 },
    code: 'Forbidden',
  },
  {
    when: 'its token is for another service',
    ...{ identity: 'id-reader', resource: 'https://management.azure.com', method: 'GET', answer: 401 },
    code: 'Unauthorized',
  },
  {
    when: 'its token is for the vault with a slash',
    ...{ identity: 'id-reader', resource: `${vaultAudience}/`, method: 'GET', answer: 401 },
    code: 'Unauthorized',
  },
])(
  'the vault answers $answer to an identity when $when',
  async ({ identity, resource, method, answer, code }) => {
    cloud.cloud.vault.set('psk-identity', 'x');
    const { access_token: accessToken } = await token('two', {
      resource,
      msi_res_id: `${identities}/${identity}`,
    });
    const got = await cloud.send(
      method,
      '/secrets/psk-identity?api-version=7.5',
      method === 'PUT' ? { value: 'y' } : undefined,
      {
        'x-forwarded-host': cloud.world.vaultHost,
        authorization: `Bearer ${asText(accessToken)}`,
        'content-type': 'application/json',
      },
    );
    expect([got.status, codeOf(got)]).toEqual([answer, code]);
    if (answer === 401)
      expect(messageOf(got)).toContain(
        `AKV10022: Invalid audience. Expected ${vaultAudience}, found: ${resource}`,
      );
  },
);

test.each([
  { resource: 'https://management.azure.com/', status: 403, code: 'AuthorizationFailed' },
  { resource: vaultAudience, status: 401, code: 'InvalidAuthenticationTokenAudience' },
])('ARM answers $status to an identity whose token is for $resource', async ({ resource, status, code }) => {
  const { access_token: accessToken } = await token('one', { resource });
  const authorization = `Bearer ${asText(accessToken)}`;
  const answer = await cloud.arm('GET', cloud.machine('one'), undefined, { authorization });
  expect([answer.status, codeOf(answer)]).toEqual([status, code]);
});

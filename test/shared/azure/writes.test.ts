/** How is a write begun, and what of others' survives it? */
import { describe, expect, test } from '@jest/globals';
import { createHttpHeaders, createPipelineRequest } from '@azure/core-rest-pipeline';
import { askHeader, begin, beginOnlyPolicy, type OnResponse } from '../../../shared/azure/begin.js';
import { readDeployment } from '../../../shared/azure/settings.js';
import { writeNetworkResource, type WriteOptions } from '../../../shared/azure/write-network-resource.js';
import { aGroupIntent } from './helpers/intents.js';

const doing = { verb: 'write', what: 'nsg-hq' } as const;
const operationUrl =
  'https://management.azure.com/subscriptions/s/providers/Microsoft.Network/locations/l/operations/o?api-version=1';

function answer(headers: Readonly<Record<string, string>>, bodyAsText = '{"id":"/nsg"}', status = 201) {
  return { status, headers: createHttpHeaders(headers), bodyAsText };
}

const beginWith = (...answers: readonly Parameters<OnResponse>[0][]) =>
  begin(
    doing,
    (onResponse) => {
      answers.forEach(onResponse);
      return Promise.resolve();
    },
    () => undefined,
  );

describe('begin', () => {
  test.each([
    {
      when: 'both URLs are there',
      headers: { 'azure-asyncoperation': operationUrl, location: '/other', 'retry-after': '10' },
      operation: { url: operationUrl, retryAfterSeconds: 10 },
    },
    { when: 'only Location is there', headers: { location: '/other' }, operation: { url: '/other' } },
    {
      when: 'Retry-After is 0',
      headers: { location: '/other', 'retry-after': '0' },
      operation: { url: '/other' },
    },
  ])('hands over the operation when $when', async ({ headers, operation }) => {
    await expect(beginWith(answer(headers))).resolves.toEqual({ ok: true, value: { operation } });
  });

  test('hands over no operation when the write was done at once', async () => {
    await expect(beginWith(answer({}))).resolves.toEqual({ ok: true, value: {} });
  });

  test('hands over what the answer says of the resource', async () => {
    const observed = { kind: 'security-group', name: 'nsg-hq', id: '/nsg', state: 'changing' } as const;
    const send = (onResponse: OnResponse) => {
      onResponse(answer({ location: '/o' }));
      return Promise.resolve();
    };
    const begun = await begin(doing, send, ({ body }) => (body['id'] === '/nsg' ? observed : undefined));
    expect(begun).toEqual({ ok: true, value: { operation: { url: '/o' }, observed } });
  });

  test('takes the first answer, not the poll behind it', async () => {
    const poll = answer({ location: '/poll' });
    await expect(beginWith(answer({ location: '/first' }), poll)).resolves.toMatchObject({
      value: { operation: { url: '/first' } },
    });
  });

  test('reads an answer without a body', async () => {
    await expect(beginWith(answer({ location: '/x' }, '', 202))).resolves.toMatchObject({ ok: true });
  });
});

describe('beginOnlyPolicy', () => {
  const send = async (url: string, headers: Readonly<Record<string, string>> = {}) => {
    const sent: string[] = [];
    const request = createPipelineRequest({ url, headers: createHttpHeaders(headers) });
    const response = await beginOnlyPolicy.sendRequest(request, (forwarded) => {
      sent.push(forwarded.headers.has(askHeader) ? 'marked' : 'sent');
      return Promise.resolve({
        request: forwarded,
        headers: createHttpHeaders(),
        status: 200,
        bodyAsText: 'azure',
      });
    });
    return { sent, body: response.bodyAsText };
  };

  test('answers the SDK’s own poll in Azure’s place', async () => {
    await expect(send(operationUrl)).resolves.toEqual({ sent: [], body: '{"status":"InProgress"}' });
  });

  test.each([
    { what: 'a question of ours, without its mark', url: operationUrl, headers: { [askHeader]: '1' } },
    { what: 'a read of a resource', url: 'https://management.azure.com/subscriptions/s/x', headers: {} },
  ])('lets $what through', async ({ url, headers }) => {
    await expect(send(url, headers)).resolves.toEqual({ sent: ['sent'], body: 'azure' });
  });
});

interface Group {
  readonly etag?: string;
  readonly tags?: Record<string, string>;
  readonly location: string;
  readonly flowLogs?: string;
}

/** A group as Azure keeps it, which obeys preconditions. */
function keeper(existing?: Group) {
  const puts: { readonly body: Group; readonly headers: Record<string, string> }[] = [];
  const put = (body: Group, { onResponse, requestOptions }: WriteOptions): Promise<unknown> => {
    const headers = requestOptions.customHeaders;
    puts.push({ body, headers });
    if (headers['If-None-Match'] === '*' && existing !== undefined) {
      const details = { error: { code: 'PreconditionFailed', message: 'It is there.' } };
      return Promise.reject(Object.assign(new Error('412'), { statusCode: 412, details }));
    }
    onResponse(answer({ 'azure-asyncoperation': operationUrl }));
    return Promise.resolve();
  };
  const get = () => (existing === undefined ? Promise.reject(new Error('404')) : Promise.resolve(existing));
  const write = () =>
    writeNetworkResource<Group>(aGroupIntent(), {
      body: { location: 'westeurope' },
      get,
      put,
      observe: () => undefined,
    });
  return { puts, write };
}

describe('writeNetworkResource', () => {
  test('makes what isn’t there, with our tags, by one request', async () => {
    const { puts, write } = keeper();
    await expect(write()).resolves.toMatchObject({ ok: true });
    expect(puts).toMatchObject([
      {
        headers: { 'If-None-Match': '*' },
        body: { location: 'westeurope', tags: { 'tunnelkeeper-site': 'hq' } },
      },
    ]);
  });

  test('keeps the fields and tags of others, and writes by ETag', async () => {
    const tags = { 'tunnelkeeper-site': 'hq', 'tunnelkeeper-config': 'older', costCenter: '42' };
    const { puts, write } = keeper({ etag: 'W/"7"', tags, location: 'old', flowLogs: 'theirs' });
    await expect(write()).resolves.toMatchObject({ ok: true });
    expect(puts[1]).toMatchObject({
      headers: { 'If-Match': 'W/"7"' },
      body: {
        location: 'westeurope',
        flowLogs: 'theirs',
        tags: { costCenter: '42', 'tunnelkeeper-config': aGroupIntent().config },
      },
    });
  });

  test('puts its tag in the place of one whose name differs only in case, since Azure takes no two', async () => {
    const tags = { 'tunnelkeeper-site': 'hq', 'Tunnelkeeper-Config': 'older', Owner: 'net' };
    const { puts, write } = keeper({ etag: 'W/"7"', tags, location: 'old' });
    await write();
    expect(Object.keys(puts[1]?.body.tags ?? {}).sort()).toEqual([
      'Owner',
      'tunnelkeeper-config',
      'tunnelkeeper-site',
    ]);
  });

  test.each([
    { when: 'it bears no tag of ours', tags: {} },
    { when: 'it bears another site’s', tags: { 'tunnelkeeper-site': 'other' } },
  ])('never writes over somebody else’s when $when', async ({ tags }) => {
    const { puts, write } = keeper({ etag: '1', tags, location: 'theirs' });
    await expect(write()).resolves.toMatchObject({
      ok: false,
      problem: { type: '/problems/name-taken', mend: expect.stringContaining('Rename') as unknown },
    });
    expect(puts).toHaveLength(1);
  });
});

describe('readDeployment', () => {
  const environment = {
    AZURE_SUBSCRIPTION_ID: '11111111-2222-3333-4444-555555555555',
    TUNNELKEEPER_RESOURCE_GROUP: 'rg',
    TUNNELKEEPER_VAULT_URL: 'https://kv.vault.azure.net',
    TUNNELKEEPER_GATEWAY_IDENTITY_ID: '/subscriptions/s/x',
    TUNNELKEEPER_SSH_PUBLIC_KEY: 'ssh-ed25519 AAAA ops',
  };

  test('reads the settings, with Zscaler’s first cloud by default', () => {
    expect(readDeployment(environment)).toMatchObject({
      zscalerCloud: 'zscaler',
      localCloud: undefined,
      clientId: undefined,
    });
  });

  test('names every setting that is missing or malformed', () => {
    const { AZURE_SUBSCRIPTION_ID, ...rest } = environment;
    expect(AZURE_SUBSCRIPTION_ID).toBeDefined();
    expect(() => readDeployment({ ...rest, TUNNELKEEPER_VAULT_URL: 'http://kv' })).toThrow(
      /AZURE_SUBSCRIPTION_ID.*TUNNELKEEPER_VAULT_URL/,
    );
  });
});

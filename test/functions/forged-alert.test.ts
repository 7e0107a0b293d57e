/** Does an alert of somebody who may not send one do anything? With keys that the test makes, signed as Entra signs. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { HttpRequest } from '@azure/functions';
import { SignJWT, exportJWK, generateKeyPair, type CryptoKey } from 'jose';
import { postAlert } from '../../functions/alerts.js';
import { answering } from '../../functions/answer.js';
import { asked } from '../../functions/route.js';
import { createSiteRow, readSiteRow } from '../../shared/store/sites.js';
import { openTable } from '../../shared/store/table-client.js';
import { startTables, type TableService } from '../../infra/local/region/azurite.js';
import { policy } from '../shared/site/helpers/builders.js';
import { aServingRecord } from '../shared/site/helpers/serving.js';
import { anAlert } from '../shared/site/helpers/signals.js';
import { startDurableService, type DurableService } from './helpers/durable-service.js';

const tenantId = '22222222-2222-4222-8222-222222222222';
const settings = {
  AZURE_SUBSCRIPTION_ID: policy.subscriptionId,
  TUNNELKEEPER_RESOURCE_GROUP: policy.resourceGroup,
  TUNNELKEEPER_VAULT_URL: 'https://kv.vault.azure.net',
  TUNNELKEEPER_GATEWAY_IDENTITY_ID: '/subscriptions/s/identities/gateways',
  TUNNELKEEPER_SSH_PUBLIC_KEY: 'ssh-ed25519 AAAA ops',
  TUNNELKEEPER_TENANT_ID: tenantId,
  TUNNELKEEPER_API_AUDIENCE: 'api://tunnelkeeper',
};

let tables: TableService;
let durable: DurableService;
let tenants: CryptoKey;
let strangers: CryptoKey;

beforeAll(async () => {
  Object.assign(process.env, settings);
  tables = await startTables();
  process.env['TUNNELKEEPER_STORAGE'] = tables.connectionString;
  durable = await startDurableService();
  const pair = await generateKeyPair('RS256');
  tenants = pair.privateKey;
  strangers = (await generateKeyPair('RS256')).privateKey;
  const published = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'RS256' };
  jest.spyOn(globalThis, 'fetch').mockResolvedValue(Response.json({ keys: [published] }));
  await createSiteRow(aServingRecord({ name: 'hq' }));
}, 30_000);

afterAll(async () => {
  jest.restoreAllMocks();
  delete process.env['TUNNELKEEPER_TENANT_ID'];
  delete process.env['TUNNELKEEPER_API_AUDIENCE'];
  await durable.stop();
  await tables.close();
});

function aToken(roles: readonly string[], key = tenants): Promise<string> {
  return new SignJWT({ appid: 'action-group', roles })
    .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
    .setIssuer(`https://login.microsoftonline.com/${tenantId}/v2.0`)
    .setAudience(settings.TUNNELKEEPER_API_AUDIENCE)
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(key);
}

const handler = answering(asked('AlertSender', postAlert));

async function send(token: string | undefined) {
  const now = new Date().toISOString();
  return handler(
    new HttpRequest({
      method: 'POST',
      url: 'https://app.example/api/alerts',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: { string: JSON.stringify(anAlert({ firedDateTime: now })) },
    }),
    durable.aContext(),
  );
}

async function signals(): Promise<number> {
  const kept: string[] = [];
  for await (const { rowKey = '' } of (await openTable('signals')).listEntities()) kept.push(rowKey);
  return kept.length;
}

test.each([
  { when: 'it has no token', token: () => Promise.resolve(undefined), status: 401 },
  {
    when: 'a stranger signed its token',
    token: () => aToken(['AlertSender'], strangers),
    status: 401,
  },
  { when: 'its sender is an owner, who sends none', token: () => aToken(['Owner']), status: 403 },
  { when: 'its sender has no role', token: () => aToken([]), status: 403 },
])('a forged alert is answered $status and does nothing when $when', async ({ token, status }) => {
  const before = await readSiteRow(aServingRecord({ name: 'hq' }).name);
  expect(await send(await token())).toMatchObject({ status });
  expect(await readSiteRow(aServingRecord({ name: 'hq' }).name)).toEqual(before);
  expect(await signals()).toBe(0);
  expect(durable.started()).toEqual([]);
});

test('the same alert does something when its sender may send it', async () => {
  expect(await send(await aToken(['AlertSender']))).toMatchObject({
    status: 202,
    jsonBody: { nudged: ['hq'] },
  });
  expect(await signals()).toBe(1);
  expect(durable.started()).toEqual(['site-hq']);
});

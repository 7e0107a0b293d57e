/** What do reports of gateways do, in whatever shape and number they come? With tokens that the test signs as Entra does. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { HttpRequest } from '@azure/functions';
import { SignJWT, exportJWK, generateKeyPair, type CryptoKey } from 'jose';
import { answering } from '../../functions/answer.js';
import { nudgeOwed, postGatewayReport } from '../../functions/gateway-reports.js';
import { asked } from '../../functions/route.js';
import type { SiteRecord } from '../../shared/site/site-record.js';
import { forgetReports, listOwedReports, listReports } from '../../shared/store/reports.js';
import { createSiteRow, readSiteRow } from '../../shared/store/sites.js';
import { openTable } from '../../shared/store/table-client.js';
import { startTables, type TableService } from '../../infra/local/region/azurite.js';
import { policy } from '../shared/site/helpers/builders.js';
import { aReport, downState, notServing, servingState } from '../shared/site/helpers/reports.js';
import { aServingRecord } from '../shared/site/helpers/serving.js';
import { stopDate } from './helpers/stop-date.js';
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

const hq = aServingRecord({ name: 'hq' });
const down = aReport(notServing);

let tables: TableService;
let durable: DurableService;
let tenants: CryptoKey;
let logged: string[];

beforeAll(async () => {
  Object.assign(process.env, settings);
  tables = await startTables();
  process.env['TUNNELKEEPER_STORAGE'] = tables.connectionString;
  durable = await startDurableService();
  const pair = await generateKeyPair('RS256');
  tenants = pair.privateKey;
  const published = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'RS256' };
  jest.spyOn(globalThis, 'fetch').mockResolvedValue(Response.json({ keys: [published] }));
}, 30_000);

afterAll(async () => {
  jest.restoreAllMocks();
  for (const name of Object.keys(settings)) Reflect.deleteProperty(process.env, name);
  await durable.stop();
  await tables.close();
});

beforeEach(async () => {
  await forgetReports(hq.name);
  const table = await openTable('sites');
  await table.deleteEntity('site', hq.name).catch(() => undefined); // the first test finds none
  await createSiteRow(hq);
  logged = [];
  durable.reset();
});

afterEach(() => {
  jest.useRealTimers();
  durable.fail(false);
});

function aToken(roles: readonly string[]): Promise<string> {
  return new SignJWT({ appid: 'gateways', roles })
    .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
    .setIssuer(`https://login.microsoftonline.com/${tenantId}/v2.0`)
    .setAudience(settings.TUNNELKEEPER_API_AUDIENCE)
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(tenants);
}

const aContext = () =>
  durable.aContext((level, ...said) => void logged.push(`${level} ${said.map(String).join(' ')}`));
const handler = answering(asked('GatewayReporter', postGatewayReport));

async function send(body: unknown, roles: readonly string[] | undefined = ['GatewayReporter']) {
  const headers = {
    'content-type': 'application/json',
    ...(roles.length === 0 ? {} : { authorization: `Bearer ${await aToken(roles)}` }),
  };
  const url = 'https://app.example/api/gateway-reports';
  return handler(
    new HttpRequest({ method: 'POST', url, headers, body: { string: JSON.stringify(body) } }),
    aContext(),
  );
}

/** A gateway's row tells something else than that it serves. */
async function toldAs(doing: SiteRecord['gateways'][number]['doing']): Promise<void> {
  const table = await openTable('sites');
  await table.deleteEntity('site', hq.name);
  await createSiteRow({ ...hq, gateways: hq.gateways.map((status) => ({ ...status, doing })) });
}

test('a report of a gateway that does not serve is kept, and has its site looked at', async () => {
  expect(await send(down)).toMatchObject({
    status: 202,
    jsonBody: { slot: 'hq-z1-1', nudged: ['hq'], ignored: [], repeated: false },
  });
  expect(durable.started()).toEqual(['site-hq']);
  expect(await listReports(hq.name)).toMatchObject([{ slot: 'hq-z1-1', report: { state: downState } }]);
  expect((await readSiteRow(hq.name))?.record).toEqual(hq);
});

test('a report that says what the site’s row tells already is kept, and costs no look', async () => {
  expect(await send(aReport())).toMatchObject({ status: 202, jsonBody: { nudged: [], repeated: false } });
  expect(await listReports(hq.name)).toMatchObject([{ report: { state: servingState } }]);
  expect(durable.started()).toEqual([]);
});

test('a report that one is well again has its site looked at when its row tells that it is broken', async () => {
  await toldAs('broken');
  expect(await send(aReport())).toMatchObject({ jsonBody: { nudged: ['hq'] } });
});

test('a report that comes again does nothing', async () => {
  await send(down);
  expect(await send(aReport({ ...notServing, because: 'still no tunnel' }))).toMatchObject({
    status: 202,
    jsonBody: { nudged: [], repeated: true },
  });
  expect(durable.started()).toHaveLength(1);
});

test('three hundred different reports of one gateway become one look, and one that the sweep makes up for', async () => {
  stopDate(Date.now()); // a busy machine takes longer than the pause between two looks
  for (let count = 0; count < 150; count++) {
    await send(down);
    await send(aReport());
  }
  await send(down);
  expect(durable.started()).toHaveLength(1);
  expect(await listOwedReports()).toMatchObject([{ slot: 'hq-z1-1', report: { state: downState } }]);
  await nudgeOwed(new Date(), aContext());
  expect(durable.started()).toHaveLength(2);
  expect(await listOwedReports()).toEqual([]);
}, 60_000);

test('a thousand equal reports at once are all answered, and become one look', async () => {
  const answers = await Promise.all(Array.from({ length: 1000 }, () => send(down)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  expect(durable.started()).toHaveLength(1);
}, 60_000);

test.each([
  { when: 'no site has its gateway', report: aReport({ ...notServing, slot: 'hq-z3-1' }) },
  { when: 'its site is not there', report: aReport({ ...notServing, site: 'two', slot: 'two-z1-1' }) },
  { when: 'its gateway is another site’s', report: aReport({ ...notServing, site: 'two' }) },
  { when: 'its gateway is no name', report: aReport({ ...notServing, slot: "' or PartitionKey ne '" }) },
])('a report is ignored, and nothing of it kept, when $when', async ({ report }) => {
  expect(await send(report)).toMatchObject({
    status: 202,
    jsonBody: { nudged: [], ignored: [report['slot']] },
  });
  expect(durable.started()).toEqual([]);
  expect(await listReports(hq.name)).toEqual([]);
});

test.each([
  { when: 'a report has no token', roles: [], status: 401 },
  { when: 'its sender is an owner, who reports nothing', roles: ['Owner'], status: 403 },
  { when: 'its sender sends alerts', roles: ['AlertSender'], status: 403 },
])('it is answered $status and does nothing when $when', async ({ roles, status }) => {
  expect(await send(down, roles)).toMatchObject({ status });
  expect(await listReports(hq.name)).toEqual([]);
  expect(durable.started()).toEqual([]);
});

test.each(['AlertSender', 'Reader', 'Operator', 'Owner'] as const)(
  'who may report may not do what %s may',
  async (role) => {
    const token = await aToken(['GatewayReporter']);
    const request = new HttpRequest({
      method: 'POST',
      url: 'https://app.example/api/alerts',
      headers: { authorization: `Bearer ${token}` },
    });
    const other = asked(role, () => Promise.resolve({ status: 200 }));
    expect(await other(request, aContext())).toMatchObject({ status: 403 });
  },
);

test('a report that could not be acted on is answered 503, and the sweep makes up for it', async () => {
  durable.fail(true);
  expect(await send(down)).toMatchObject({ status: 503 });
  await expect(nudgeOwed(new Date(), aContext())).rejects.toThrow();
  durable.fail(false);
  await nudgeOwed(new Date(), aContext());
  expect(durable.started()).toEqual(['site-hq']);
});

test('a report too large is answered 413, one that is none 422, and neither is quoted in the log', async () => {
  expect(await send(aReport({ more: 'x'.repeat(101 * 1024) }))).toMatchObject({ status: 413 });
  expect(await send(aReport({ probe: 'Correct7Horse' }))).toMatchObject({ status: 422 });
  expect(logged.join()).not.toContain('Correct7Horse');
  expect(durable.started()).toEqual([]);
});

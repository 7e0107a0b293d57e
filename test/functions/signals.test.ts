/** What do alerts, events and the sweep do to sites, in whatever shape and number they come? */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { HttpRequest, type HttpResponseInit } from '@azure/functions';
import { postAlert } from '../../functions/alerts.js';
import { answering } from '../../functions/answer.js';
import { takeResourceEvents } from '../../functions/resource-events.js';
import { asked } from '../../functions/route.js';
import { sweep } from '../../functions/sweep.js';
import type { SiteRecord } from '../../shared/site/site-record.js';
import { createSiteRow, readSiteRow, replaceSiteRow } from '../../shared/store/sites.js';
import { openTable } from '../../shared/store/table-client.js';
import { startTables, type TableService } from '../../infra/local/region/azurite.js';
import { startFleetCloud, type FleetCloud } from '../shared/azure/helpers/fleet-cloud.js';
import { atSeconds, noon } from '../shared/site/helpers/builders.js';
import { aServingRecord } from '../shared/site/helpers/serving.js';
import { anAlert, anEvent, balancerId, machineId } from '../shared/site/helpers/signals.js';
import { stopDate } from './helpers/stop-date.js';
import { startDurableService, type DurableService } from './helpers/durable-service.js';

let tables: TableService;
let durable: DurableService;
let cloud: FleetCloud;
let logged: string[];

beforeAll(async () => {
  tables = await startTables();
  process.env['TUNNELKEEPER_STORAGE'] = tables.connectionString;
  durable = await startDurableService();
  cloud = await startFleetCloud();
}, 30_000);

afterAll(async () => {
  await cloud.stop();
  await durable.stop();
  await tables.close();
});

/** Deletes by the hundred, as one transaction takes them: a flood of alerts leaves a thousand rows. */
async function empty(name: 'sites' | 'signals'): Promise<void> {
  const table = await openTable(name);
  const byPartition = new Map<string, string[]>();
  for await (const { partitionKey = '', rowKey = '' } of table.listEntities())
    byPartition.set(partitionKey, [...(byPartition.get(partitionKey) ?? []), rowKey]);
  for (const [partitionKey, rowKeys] of byPartition) {
    for (let from = 0; from < rowKeys.length; from += 100) {
      const batch = rowKeys.slice(from, from + 100);
      await table.submitTransaction(batch.map((rowKey) => ['delete', { partitionKey, rowKey }]));
    }
  }
}

beforeEach(async () => {
  stopDate(noon);
  for (const name of ['sites', 'signals'] as const) await empty(name);
  logged = [];
  durable.reset();
  cloud.reset();
  cloud.machines = {};
  cloud.pointsOf = () => undefined;
}, 30_000);

afterEach(() => {
  durable.fail(false);
  jest.useRealTimers();
});

const aContext = () =>
  durable.aContext((level, ...said) => void logged.push(`${level} ${said.map(String).join(' ')}`));

/** A site at rest: no mark, and its next look is ten minutes away. */
async function aSite(
  name: string,
  changes: Partial<SiteRecord> = {},
  spec: object = {},
): Promise<SiteRecord> {
  const record = aServingRecord({ name, ...spec }, changes);
  await createSiteRow(record);
  const row = await readSiteRow(record.name);
  await replaceSiteRow(record, row?.etag ?? '', undefined);
  return record;
}

const lookWanted = async ({ name }: SiteRecord) => (await readSiteRow(name))?.lookWanted;

const handler = answering(asked('AlertSender', postAlert));
const send = (body: unknown): Promise<HttpResponseInit> =>
  handler(
    new HttpRequest({
      method: 'POST',
      url: 'https://app.example/api/alerts',
      headers: { 'content-type': 'application/json' },
      body: { string: JSON.stringify(body) },
    }),
    aContext(),
  );

describe('an alert', () => {
  test('nudges the site of its balancer, whatever the case, and says so', async () => {
    const record = await aSite('hq');
    const answer = await send(anAlert({ alertTargetIDs: [balancerId('hq').toUpperCase()] }));
    expect(answer).toMatchObject({
      status: 202,
      jsonBody: { condition: 'Fired', repeated: false, nudged: ['hq'], ignored: [] },
    });
    expect(await lookWanted(record)).toBe(noon.toISOString());
    expect(durable.started()).toEqual(['site-hq']);
  });

  test('that comes again does nothing; once resolved it does', async () => {
    await aSite('hq');
    await send(anAlert());
    expect(await send(anAlert())).toMatchObject({ status: 202, jsonBody: { repeated: true, nudged: [] } });
    expect(durable.started()).toHaveLength(1);
    const resolved = { monitorCondition: 'Resolved', resolvedDateTime: atSeconds(1).toISOString() };
    expect(await send(anAlert(resolved))).toMatchObject({
      jsonBody: { condition: 'Resolved', nudged: ['hq'] },
    });
    expect(durable.started()).toHaveLength(2);
  });

  test('from before signals are kept is taken for one that came already', async () => {
    await aSite('hq');
    const old = anAlert({ firedDateTime: atSeconds(-25 * 3600).toISOString() });
    expect(await send(old)).toMatchObject({ status: 202, jsonBody: { repeated: true } });
    expect(durable.started()).toEqual([]);
  });

  test('nudges each site once, and says which targets are nobody’s', async () => {
    await aSite('hq');
    await aSite('moved', {}, { resourceGroup: 'rg-other' });
    const targets = [
      balancerId('hq'),
      machineId('vm-hq-z1-1-g1'),
      balancerId('moved'),
      balancerId('nobody'),
      balancerId('hq').replace('rg-gateways', 'rg-forged'),
      'no id',
    ];
    expect(await send(anAlert({ alertTargetIDs: targets }))).toMatchObject({
      status: 202,
      jsonBody: { nudged: ['hq'], ignored: targets.slice(2) },
    });
    expect(durable.started()).toEqual(['site-hq']);
  });

  test('a thousand at once for one site become a few looks, and all are answered', async () => {
    const record = await aSite('hq');
    const alerts = Array.from({ length: 1000 }, (_, index) => anAlert({ alertId: `/alerts/${index}` }));
    const answers = await Promise.all(alerts.map(send));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(answers.every(({ jsonBody }) => JSON.stringify(jsonBody).includes('"nudged":["hq"]'))).toBe(true);
    expect(await lookWanted(record)).toBe(noon.toISOString());
    expect(durable.started().length).toBeGreaterThan(0);
    expect(durable.started().length).toBeLessThan(15);
  }, 60_000);

  test('that could not be acted on is answered 503, and counts when it is sent again', async () => {
    await aSite('hq');
    durable.fail(true);
    expect(await send(anAlert())).toMatchObject({ status: 503 });
    durable.fail(false);
    expect(await send(anAlert())).toMatchObject({
      status: 202,
      jsonBody: { repeated: false, nudged: ['hq'] },
    });
  });

  test('of the end may come before that of the beginning: each has the site looked at', async () => {
    const record = await aSite('hq');
    const resolved = { monitorCondition: 'Resolved', resolvedDateTime: atSeconds(1).toISOString() };
    expect(await send(anAlert(resolved))).toMatchObject({ status: 202, jsonBody: { nudged: ['hq'] } });
    expect(await send(anAlert())).toMatchObject({ status: 202, jsonBody: { nudged: ['hq'] } });
    expect((await readSiteRow(record.name))?.record).toEqual(record);
  });

  test.each([
    { when: 'the site goes', changes: { wanted: 'absent', phase: 'deleting' }, spec: {} },
    { when: 'the site is paused', changes: {}, spec: { paused: true } },
  ] as const)('changes nothing of what is wanted when $when', async ({ changes, spec }) => {
    const record = await aSite('hq', changes, spec);
    expect(await send(anAlert())).toMatchObject({ status: 202 });
    expect((await readSiteRow(record.name))?.record).toEqual(record);
  });

  test.each([
    { when: 'it is of another schema', body: { schemaId: 'AzureMonitorMetricAlert', data: {} }, status: 422 },
    {
      when: 'it is from the future',
      body: anAlert({ firedDateTime: atSeconds(601).toISOString() }),
      status: 422,
    },
    { when: 'it is too large', body: { ...anAlert(), more: 'x'.repeat(101 * 1024) }, status: 413 },
  ])('is answered $status when $when', async ({ body, status }) => {
    expect(await send(body)).toMatchObject({ status });
    expect(durable.started()).toEqual([]);
  });
});

describe('a resource event', () => {
  test('nudges a site once for a batch, in any order and as often as it comes', async () => {
    await aSite('hq');
    await aSite('two');
    const batch = [
      anEvent({ id: 'e-2', eventType: 'Microsoft.Resources.ResourceDeleteSuccess' }),
      anEvent({ id: 'e-1' }),
      anEvent({ id: 'e-1' }),
      anEvent({ id: 'e-3', subject: balancerId('two') }),
    ];
    await takeResourceEvents(batch, aContext());
    expect([...durable.started()].sort()).toEqual(['site-hq', 'site-two']);
    await takeResourceEvents(JSON.stringify([...batch].reverse()), aContext());
    expect(durable.started()).toHaveLength(4);
  });

  test('a thousand messages at once for one site become a few looks', async () => {
    const record = await aSite('hq');
    const events = Array.from({ length: 1000 }, (_, index) => anEvent({ id: `e-${index}` }));
    await Promise.all(events.map((event) => takeResourceEvents(event, aContext())));
    expect(await lookWanted(record)).toBe(noon.toISOString());
    expect(durable.started().length).toBeGreaterThan(0);
    expect(durable.started().length).toBeLessThan(15);
  }, 60_000);

  test.each([
    {
      when: 'we wrote it',
      event: anEvent({ data: { claims: { appid: 'AAAAAAAA-0000-4000-8000-000000000001' } } }),
    },
    { when: 'the site isn’t there', event: anEvent({ subject: balancerId('nobody') }) },
    {
      when: 'it is of another group',
      event: anEvent({ subject: balancerId('hq').replace('rg-gateways', 'rg-x') }),
    },
  ])('nudges nobody when $when', async ({ event }) => {
    await aSite('hq');
    await takeResourceEvents(event, aContext());
    expect(durable.started()).toEqual([]);
    expect(logged).toEqual([]);
  });

  test.each([
    { when: 'the secret is a site’s', secret: 'PSK-hq', vault: 'kv', started: ['site-hq'] },
    { when: 'the secret is of another vault', secret: 'psk-hq', vault: 'other', started: [] },
    { when: 'no site uses the secret', secret: 'psk-old', vault: 'kv', started: [] },
  ])('about a newer version nudges $started when $when', async ({ secret, vault, started }) => {
    await aSite('hq');
    const eventType = 'Microsoft.KeyVault.SecretNewVersionCreated';
    const data = { VaultName: vault, ObjectType: 'Secret', ObjectName: secret, Version: 'v2' };
    await takeResourceEvents(anEvent({ eventType, subject: secret, data }), aContext());
    expect(durable.started()).toEqual(started);
  });

  test('that can’t be read is logged by its id alone, and thrown away', async () => {
    await takeResourceEvents({ id: 'e-9', data: { psk: 'Correct7Horse' } }, aContext());
    expect(logged).toEqual(["warning Resource event e-9 can't be read; it is left out."]);
    await takeResourceEvents('{', aContext());
  });

  test('that could not be acted on is left to the queue, once the others were nudged', async () => {
    await aSite('hq');
    durable.fail(true);
    await expect(takeResourceEvents(anEvent(), aContext())).rejects.toThrow();
  });
});

describe('the sweep', () => {
  const running = (site: string) =>
    Object.fromEntries(['1', '2'].map((zone) => [machineId(`vm-${site}-z${zone}-1-g1`), 'running']));
  const point = (average: unknown) => [{ timeStamp: atSeconds(-120).toISOString(), average }];

  test('starts what is due, nudges what looks off, and leaves the others alone', async () => {
    await aSite('due', { lookAt: atSeconds(-1).toISOString() });
    const stopped = await aSite('stopped');
    const half = await aSite('half');
    const fine = await aSite('fine');
    cloud.machines = {
      ...running('stopped'),
      ...running('half'),
      ...running('fine'),
      [machineId('vm-stopped-z2-1-g1')]: 'deallocated',
    };
    cloud.pointsOf = (id) => point(id.endsWith('lb-half') ? 50 : 100);
    await sweep(undefined, aContext());
    expect([...durable.started()].sort()).toEqual(['site-due', 'site-half', 'site-stopped']);
    expect(await Promise.all([stopped, half, fine].map(lookWanted))).toEqual([
      noon.toISOString(),
      noon.toISOString(),
      undefined,
    ]);
    expect(logged.filter((line) => line.includes('looks off'))).toHaveLength(2);
  });

  test.each([
    { when: 'machines can’t be listed', failures: { statusOnly: 400 } },
    { when: 'metrics can’t be read', failures: { getBatch: 400 } },
    { when: 'nothing answers', failures: { subscriptions: 400 } },
  ])('nudges nobody for that alone, and starts what is due, when $when', async ({ failures }) => {
    await aSite('due', { lookAt: atSeconds(-1).toISOString() });
    await aSite('fine');
    cloud.machines = running('fine');
    cloud.failures = failures;
    await sweep(undefined, aContext());
    expect(durable.started()).toEqual(['site-due']);
    expect(logged.some((line) => line.startsWith('warning The fleet was not seen in full'))).toBe(true);
  });

  test('says why a start failed, and goes on', async () => {
    await aSite('due', { lookAt: atSeconds(-1).toISOString() });
    const stopped = await aSite('stopped');
    durable.fail(true);
    cloud.machines = {};
    await sweep(undefined, aContext());
    expect(logged.filter((line) => line.startsWith('error'))).toHaveLength(2);
    expect(await lookWanted(stopped)).toBe(noon.toISOString());
  });

  test('asks Azure nothing while no site serves', async () => {
    await aSite('paused', {}, { paused: true });
    await aSite('new', { gateways: [], lookAt: atSeconds(60).toISOString() });
    await sweep(undefined, aContext());
    expect(cloud.asked()).toEqual([]);
    expect(durable.started()).toEqual([]);
  });

  test('throws old signals away', async () => {
    const table = await openTable('signals');
    await table.createEntity({ partitionKey: '2026-03-01T00', rowKey: 'old' });
    await table.createEntity({ partitionKey: '2026-03-02T11', rowKey: 'young' });
    await sweep(undefined, aContext());
    const left: string[] = [];
    for await (const { rowKey = '' } of table.listEntities()) left.push(rowKey);
    expect(left).toEqual(['young']);
  });
});

/** What does a verb do to a site's row, timeline and run; and is it the same when it is asked twice? */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { operate } from '../../functions/operations.js';
import { answerRequested } from '../../functions/site-answer.js';
import { findSite } from '../../functions/site-requests.js';
import { specTag } from '../../functions/site-view.js';
import { operateSite, type SiteVerb } from '../../shared/site/operate.js';
import { operateGateway, type GatewayVerb } from '../../shared/site/operate-gateway.js';
import type { SiteRecord } from '../../shared/site/site-record.js';
import { createSiteRow, readSiteRow } from '../../shared/store/sites.js';
import { readTimeline } from '../../shared/store/timeline.js';
import { startTables, type TableService } from '../../infra/local/region/azurite.js';
import { aServingRecord } from '../shared/site/helpers/serving.js';
import { noon } from '../shared/site/helpers/builders.js';
import { startDurableService, type DurableService } from './helpers/durable-service.js';

const ann = { by: 'ann@example.com', at: noon.toISOString() };
let tables: TableService;
let durable: DurableService;

beforeAll(async () => {
  tables = await startTables();
  process.env['TUNNELKEEPER_STORAGE'] = tables.connectionString;
  durable = await startDurableService();
}, 30_000);

afterAll(async () => {
  await durable.stop();
  await tables.close();
});

beforeEach(() => durable.reset());

async function aSite(name: string, changes: Partial<SiteRecord> = {}): Promise<SiteRecord> {
  const record = aServingRecord({ name }, changes);
  await createSiteRow(record);
  return record;
}

const onSite = (name: string, verb: SiteVerb, ifMatch: string | null = null) =>
  operate(name, ifMatch, ann, (record) => operateSite(record, verb, ann));
const onGateway = (name: string, slot: string, verb: GatewayVerb) =>
  operate(name, null, ann, (record) => operateGateway(record, slot, verb, ann));
const sentences = async ({ name }: SiteRecord) =>
  (await readTimeline(name, 20)).map(({ sentence }) => sentence);

describe('a verb', () => {
  test('changes the row, is told once with who asked, and starts the site’s run', async () => {
    const record = await aSite('paused');
    const answer = await answerRequested(await onSite('paused', 'pause'), durable.aContext());
    expect(answer).toMatchObject({ status: 202, jsonBody: { name: 'paused', desired: { paused: true } } });
    expect(answer.headers).toMatchObject({ location: '/api/sites/paused' });
    const again = await answerRequested(await onSite('paused', 'pause'), durable.aContext());
    expect(again.status).toBe(200);
    expect(await readTimeline(record.name, 5)).toMatchObject([{ reason: 'operator-asked', by: ann.by }]);
    expect(durable.started()).toEqual(['site-paused', 'site-paused']);
    expect(await readSiteRow(record.name)).toMatchObject({ record: { revision: 2, lookAt: ann.at } });
  });

  test('look changes no record, marks the row and is told', async () => {
    const record = await aSite('looked');
    await answerRequested(await onSite('looked', 'look'), durable.aContext());
    const row = await readSiteRow(record.name);
    expect(row?.record).toEqual(record);
    expect(Date.parse(row?.lookWanted ?? '')).toBeGreaterThan(noon.getTime());
    expect(await sentences(record)).toEqual(['looked is to be looked at now.']);
  });

  test('on a gateway is kept among the orders, and shown with it', async () => {
    const record = await aSite('kept');
    const answer = await answerRequested(await onGateway('kept', 'kept-z1-1', 'replace'), durable.aContext());
    expect(answer).toMatchObject({
      status: 202,
      jsonBody: {
        observed: { gateways: [{ slot: 'kept-z1-1', orders: { replace: { ...ann, generation: 1 } } }, {}] },
      },
    });
    await onGateway('kept', 'kept-z1-1', 'replace');
    expect(await sentences(record)).toHaveLength(1);
  });

  test('twenty at once leave one order, one line and a row that can be read', async () => {
    const record = await aSite('crowd');
    const asked = Array.from({ length: 20 }, () => onGateway('crowd', 'crowd-z2-1', 'drain'));
    for (const outcome of await Promise.all(asked)) expect(outcome.ok).toBe(true);
    expect((await readSiteRow(record.name))?.record.orders).toEqual({ 'crowd-z2-1': { drain: ann } });
    expect(await sentences(record)).toHaveLength(1);
  });

  test('draining both of two gateways at once drains one', async () => {
    await aSite('race');
    const asked = ['race-z1-1', 'race-z2-1'].map((slot) => onGateway('race', slot, 'drain'));
    const outcomes = await Promise.all(asked);
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    expect(outcomes.find(({ ok }) => !ok)).toMatchObject({
      problem: { type: '/problems/last-healthy-gateway' },
    });
  });

  test.each([
    { ifMatch: (tag: string) => tag, is: 'ok' },
    { ifMatch: () => '"1-9"', is: 412 },
  ])('obeys If-Match when it is sent ($is)', async ({ ifMatch, is }) => {
    const record = await aSite(`tag-${is}`);
    const outcome = await onSite(record.name, 'pause', ifMatch(specTag(record)));
    expect(outcome.ok ? 'ok' : outcome.problem.status).toBe(is);
  });

  test.each(['nobody', 'NO NAME', undefined])('on the site %j finds nothing', async (name) => {
    const outcome = await operate(name, null, ann, (record) => operateSite(record, 'pause', ann));
    expect(outcome).toMatchObject({ ok: false, problem: { status: 404 } });
    expect(await findSite(name)).toMatchObject({ ok: false });
  });
});

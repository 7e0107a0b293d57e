/** What does a request about a site do to its row, and when is it refused? */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  deleteSite,
  findSite,
  replaceSite,
  requestSite,
  type Asker,
  type Requested,
} from '../../functions/site-requests.js';
import { specTag } from '../../functions/site-view.js';
import type { Outcome } from '../../shared/site/problem.js';
import type { SiteRecord } from '../../shared/site/site-record.js';
import { readSiteRow, replaceSiteRow, wantLook, type SiteRow } from '../../shared/store/sites.js';
import { readTimeline } from '../../shared/store/timeline.js';
import { aBody } from '../shared/site/helpers/bodies.js';
import { atSeconds, noon } from '../shared/site/helpers/builders.js';
import { startTables, type TableService } from '../../infra/local/region/azurite.js';

const ann: Asker = { by: 'ann@example.com', at: noon.toISOString() };
const later: Asker = { ...ann, at: atSeconds(60).toISOString() };
let tables: TableService;

beforeAll(async () => {
  tables = await startTables();
  process.env['TUNNELKEEPER_STORAGE'] = tables.connectionString;
}, 30_000);

afterAll(() => tables.close());

/** What a test goes on with; a problem fails it. */
function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.problem.detail);
  return outcome.value;
}

const statusOf = (outcome: Outcome<unknown>) => (outcome.ok ? 'ok' : outcome.problem.status);
const reasons = async ({ record }: SiteRow) =>
  (await readTimeline(record.name, 20)).map(({ reason, by }) => ({ reason, by }));

/** A site that was asked for, and what has become of it since. */
async function aSiteThatIs(name: string, changes: Partial<SiteRecord> = {}): Promise<SiteRow> {
  const { row } = valueOf(await requestSite(aBody({ name }), ann));
  const current = valueOf(await findSite(name));
  await replaceSiteRow({ ...row.record, ...changes }, current.etag, undefined);
  return valueOf(await findSite(name));
}

describe('a request for a site', () => {
  test('makes it, says so, and tells who asked', async () => {
    const { row, isNew }: Requested = valueOf(await requestSite(aBody({ name: 'new' }), ann));
    expect(isNew).toBe(true);
    expect(row.record).toMatchObject({
      phase: 'accepted',
      wanted: 'present',
      requestedBy: ann.by,
      revision: 1,
    });
    expect(await reasons(row)).toEqual([{ reason: 'site-requested', by: ann.by }]);
  });

  test('finds the same one again, and tells nothing twice', async () => {
    await requestSite(aBody({ name: 'same' }), ann);
    const again = valueOf(await requestSite(aBody({ name: 'same' }), { ...ann, by: 'bob' }));
    expect(again).toMatchObject({ isNew: false, row: { record: { requestedBy: ann.by } } });
    expect(await reasons(again.row)).toHaveLength(1);
  });

  test('is refused when the name stands for another spec, with the fields that differ', async () => {
    await requestSite(aBody({ name: 'taken' }), ann);
    const refused = await requestSite(aBody({ name: 'taken', region: 'northeurope' }), ann);
    expect(refused).toMatchObject({ ok: false, problem: { status: 409, field: 'region' } });
  });

  test('is refused while the site of that name goes, and says when to ask again', async () => {
    await aSiteThatIs('going', { wanted: 'absent', phase: 'deleting' });
    expect(await requestSite(aBody({ name: 'going' }), ann)).toMatchObject({
      ok: false,
      problem: { type: '/problems/site-deleting', status: 409, retryAfterSeconds: 60 },
    });
  });

  test('that is no site makes none', async () => {
    expect(statusOf(await requestSite(aBody({ name: 'wrong', region: 'West' }), ann))).toBe(422);
    expect(statusOf(await findSite('wrong'))).toBe(404);
  });
});

describe('a replacement', () => {
  const other = (name: string) => aBody({ name, zones: ['1'] });

  test('needs the ETag of what it replaces', async () => {
    await aSiteThatIs('tagless');
    expect(statusOf(await replaceSite('tagless', null, other('tagless'), ann))).toBe(428);
  });

  test('is refused when somebody was faster', async () => {
    await aSiteThatIs('stale');
    expect(statusOf(await replaceSite('stale', '"7"', other('stale'), ann))).toBe(412);
  });

  test.each(['accepted', 'refused'] as const)(
    'is taken of a site that is %s, once for each ETag',
    async (phase) => {
      const name = `swap-${phase}`;
      const before = await aSiteThatIs(name, { phase });
      const tag = specTag(before.record);
      const { row, isNew } = valueOf(await replaceSite(name, tag, other(name), later));
      expect(isNew).toBe(true);
      expect(row.record).toMatchObject({ revision: 2, phase: 'accepted', spec: { zones: ['1'] } });
      expect((await reasons(row))[0]).toEqual({ reason: 'site-replaced', by: ann.by });
      expect(statusOf(await replaceSite(name, tag, aBody({ name }), ann))).toBe(412);
    },
  );

  test('wants a look of its own, so that a run at work forgets what it saw around the old spec', async () => {
    await aSiteThatIs('fresh');
    const { row } = valueOf(await replaceSite('fresh', '*', other('fresh'), later));
    expect(row.lookWanted).toBe(later.at);
  });

  test.each([
    { ifMatch: (tag: string) => `"7", ${tag}`, status: 'ok' },
    { ifMatch: (tag: string) => `W/${tag}`, status: 412 },
  ])('reads a list of ETags, and takes no weak one ($status)', async ({ ifMatch, status }) => {
    const name = `list-${status}`;
    const { record } = await aSiteThatIs(name);
    expect(statusOf(await replaceSite(name, ifMatch(specTag(record)), other(name), later))).toBe(status);
  });

  test('by the same spec changes nothing', async () => {
    const before = await aSiteThatIs('twin');
    const same = valueOf(await replaceSite('twin', '*', aBody({ name: 'twin' }), ann));
    expect(same).toMatchObject({ isNew: false, row: { record: { revision: before.record.revision } } });
  });

  test.each([
    {
      when: 'a field that can’t change differs',
      changes: { phase: 'serving' },
      body: { region: 'northeurope' },
      status: 422,
      type: '/problems/field-fixed',
    },
    {
      when: 'the site goes',
      changes: { wanted: 'absent' },
      body: {},
      status: 409,
      type: '/problems/site-deleting',
    },
  ] as const)('is refused when $when', async ({ changes, body, status, type }) => {
    const name = `late-${type.slice(-5)}`;
    const before = await aSiteThatIs(name, changes);
    const refused = await replaceSite(name, '*', { ...other(name), ...body }, ann);
    expect(refused).toMatchObject({ ok: false, problem: { status, type } });
    expect((await readSiteRow(before.record.name))?.etag).toBe(before.etag);
  });

  test('of a standing site keeps what was observed, and says what differs', async () => {
    const generations = { 'stands-z1-1': 4 };
    const before = await aSiteThatIs('stands', { phase: 'degraded', generations, frontendIp: '10.0.1.4' });
    const tag = specTag(before.record);
    const { row } = valueOf(
      await replaceSite('stands', tag, aBody({ name: 'stands', gatewaysPerZone: 2 }), later),
    );
    expect(row).toMatchObject({
      lookWanted: later.at,
      record: { revision: 2, phase: 'degraded', generations, frontendIp: '10.0.1.4', lookAt: later.at },
    });
    const [entry] = await readTimeline(row.record.name, 1);
    expect(entry?.sentence).toBe('The spec of stands is replaced; it differs in gatewaysPerZone.');
    expect(statusOf(await replaceSite('stands', tag, aBody({ name: 'stands' }), later))).toBe(412);
  });

  test('of two at once with one ETag is carried out once', async () => {
    const { record } = await aSiteThatIs('both');
    const bodies = [other('both'), aBody({ name: 'both', zones: ['2'] })];
    const asked = bodies.map((body) => replaceSite('both', specTag(record), body, later));
    const outcomes = await Promise.all(asked);
    expect(outcomes.map(statusOf).sort()).toEqual([412, 'ok']);
    const winner = outcomes.findIndex(({ ok }) => ok) === 0 ? ['1'] : ['2'];
    expect(valueOf(await findSite('both')).record).toMatchObject({ revision: 2, spec: { zones: winner } });
  });

  test('of a refused site that stood once keeps what was tried', async () => {
    const kept = { generations: { 'stood-z1-1': 4 }, orders: { 'stood-z1-1': { protect: ann } } };
    await aSiteThatIs('stood', { phase: 'refused', ...kept });
    const { row } = valueOf(await replaceSite('stood', '*', other('stood'), later));
    expect(row.record).toMatchObject({ ...kept, revision: 2, spec: { zones: ['1'] } });
  });

  test('renames nothing', async () => {
    await aSiteThatIs('kept');
    const refused = await replaceSite('kept', '*', other('else'), ann);
    expect(refused).toMatchObject({ ok: false, problem: { status: 422, field: 'name' } });
  });

  test.each(['nobody', 'NO NAME', undefined])('of %j finds nothing', async (name) => {
    expect(statusOf(await replaceSite(name, '*', other('nobody'), ann))).toBe(404);
  });
});

describe('a deletion', () => {
  test('takes the row at once when nothing was ever begun', async () => {
    const { record } = valueOf(await requestSite(aBody({ name: 'unborn' }), ann)).row;
    expect(statusOf(await deleteSite('unborn', null, ann))).toBe('ok');
    await expect(readSiteRow(record.name)).resolves.toBeUndefined();
  });

  test('marks a site that a run has touched, keeps a look that is wanted, and tells who asked', async () => {
    const run = { id: 'run-1', startedAt: noon.toISOString() };
    const before = await aSiteThatIs('built', { run, phase: 'serving' });
    await wantLook(before.record.name, '2026-03-02T11:00:00.000Z');
    expect(statusOf(await deleteSite('built', null, later))).toBe('ok');
    const after = valueOf(await findSite('built'));
    expect(after.record).toMatchObject({ wanted: 'absent', phase: 'deleting', phaseSince: later.at });
    expect(after.lookWanted).toBe('2026-03-02T11:00:00.000Z');
    expect((await reasons(after))[0]).toEqual({ reason: 'deletion-requested', by: ann.by });
    expect(statusOf(await deleteSite('built', null, ann))).toBe(404);
  });

  test.each([
    { when: 'it is of another version', ifMatch: '"1-9"', status: 412 },
    { when: 'it is empty', ifMatch: '', status: 412 },
    { when: 'it is any', ifMatch: '*', status: 'ok' },
  ])('obeys If-Match when $when ($status)', async ({ ifMatch, status }) => {
    const name = `unless-${ifMatch.length}`;
    const before = await aSiteThatIs(name);
    expect(statusOf(await deleteSite(name, ifMatch, ann))).toBe(status);
    expect((await readSiteRow(before.record.name))?.etag).toBe(status === 412 ? before.etag : undefined);
  });

  test('of a site that is not there finds nothing', async () => {
    expect(statusOf(await deleteSite('nobody', null, ann))).toBe(404);
  });
});

/** Do rows and timeline survive what two writers, long records and repeated calls do to them? */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseSiteName, type SiteName } from '../../../shared/site/ids.js';
import type { SiteRecord } from '../../../shared/site/site-record.js';
import type { TimelineEntry } from '../../../shared/site/timeline-entry.js';
import {
  createSiteRow,
  listSiteRows,
  readSiteRow,
  removeSiteRow,
  replaceSiteRow,
  wantLook,
  type SiteRow,
} from '../../../shared/store/sites.js';
import { openTable } from '../../../shared/store/table-client.js';
import { appendTimeline, readTimeline } from '../../../shared/store/timeline.js';
import { aRecord, atSeconds, noon } from '../site/helpers/builders.js';
import { startTables, type TableService } from '../../../infra/local/region/azurite.js';

let tables: TableService;

beforeAll(async () => {
  tables = await startTables();
  process.env['TUNNELKEEPER_STORAGE'] = tables.connectionString;
}, 30_000);

afterAll(() => tables.close());

function named(text: string): SiteName {
  const name = parseSiteName(text);
  if (name === undefined) throw new Error(`${text} is no name.`);
  return name;
}

async function aRow(name: string, changes: Partial<SiteRecord> = {}): Promise<SiteRow> {
  const record = { ...aRecord({ name }), ...changes };
  await createSiteRow(record);
  const row = await readSiteRow(record.name);
  if (row === undefined) throw new Error('The row was made.');
  return row;
}

describe('a site’s row', () => {
  test('comes back as it was written, and wants a look from the start', async () => {
    const record = aRecord({ name: 'same', tags: { owner: 'Zoë' } });
    const row = await aRow('same', record);
    expect(row.record).toEqual(record);
    expect(row.lookWanted).toBe(record.lookAt);
  });

  test('is made once', async () => {
    await aRow('once');
    await expect(createSiteRow(aRecord({ name: 'once', paused: true }))).resolves.toBe('exists');
    expect((await readSiteRow(named('once')))?.record.spec.paused).toBe(false);
  });

  test('is absent when nobody made it', async () => {
    await expect(readSiteRow(named('nobody'))).resolves.toBeUndefined();
  });

  test.each([
    {
      name: 'long',
      when: 'it is longer than four properties',
      requestedBy: `${'x'.repeat(60_000)}${'é'.repeat(10_000)}`,
    },
    {
      name: 'even',
      when: 'a pair of halves may stand across a cut',
      requestedBy: `${'x'.repeat(20_000)}${'𝔸'.repeat(6000)}`,
    },
    {
      name: 'odd',
      when: 'a pair of halves may stand across a cut',
      requestedBy: `${'x'.repeat(20_001)}${'𝔸'.repeat(6000)}`,
    },
  ])('comes back whole when $when ($name), and short when it has shrunk', async ({ name, requestedBy }) => {
    const { etag, record } = await aRow(name, { requestedBy });
    expect(record.requestedBy === requestedBy).toBe(true);
    await replaceSiteRow(aRecord({ name }), etag, undefined);
    expect((await readSiteRow(named(name)))?.record).toEqual(aRecord({ name }));
    const entity = await (await openTable('sites')).getEntity('site', name);
    expect(Object.keys(entity).filter((key) => key.startsWith('record'))).toEqual(['record0']);
  });

  test('is refused when a later release wrote it', async () => {
    await aRow('later');
    const table = await openTable('sites');
    await table.updateEntity({ partitionKey: 'site', rowKey: 'later', schemaVersion: 2 }, 'Merge');
    await expect(readSiteRow(named('later'))).rejects.toThrow(
      'Row later has schema version 2; this release reads 1.',
    );
    const { rows, unreadable } = await listSiteRows();
    expect(unreadable).toEqual(['Row later has schema version 2; this release reads 1.']);
    expect(rows.length).toBeGreaterThan(0);
    await table.deleteEntity('site', 'later');
  });

  test('is listed with the others by name', async () => {
    await aRow('zz');
    await aRow('aa');
    const names = (await listSiteRows()).rows.map(({ record }) => record.name);
    expect(names).toEqual([...names].sort());
    expect(names).toEqual(expect.arrayContaining(['aa', 'zz']));
  });
});

describe('a table that is gone', () => {
  test('is told, and not taken for a site that is gone', async () => {
    await aRow('kept');
    const table = await openTable('sites');
    await table.deleteTable();
    await expect(readSiteRow(named('kept'))).rejects.toThrow('TableNotFound');
    await expect(wantLook(named('kept'), noon.toISOString())).rejects.toThrow('TableNotFound');
    await expect(removeSiteRow(named('kept'), '*')).rejects.toThrow('TableNotFound');
    await table.createTable();
  });
});

describe('of two writers with one ETag', () => {
  test('the second loses, and the first’s row stays', async () => {
    const { record, etag } = await aRow('two');
    const first = await replaceSiteRow({ ...record, phase: 'building' }, etag, undefined);
    const second = await replaceSiteRow({ ...record, phase: 'down' }, etag, undefined);
    expect([first.kind, second.kind]).toEqual(['written', 'changed']);
    expect((await readSiteRow(named('two')))?.record.phase).toBe('building');
  });

  test('a written ETag is good for the next write', async () => {
    const { record, etag } = await aRow('next');
    const first = await replaceSiteRow(record, etag, undefined);
    if (first.kind === 'changed') throw new Error('Nobody else wrote.');
    await expect(replaceSiteRow(record, first.etag, undefined)).resolves.toMatchObject({ kind: 'written' });
  });

  test('a removal loses too, and wins with the newest', async () => {
    const { record, etag } = await aRow('away');
    const written = await replaceSiteRow(record, etag, undefined);
    await expect(removeSiteRow(named('away'), etag)).resolves.toEqual({ kind: 'changed' });
    await removeSiteRow(named('away'), written.kind === 'written' ? written.etag : '');
    await expect(readSiteRow(named('away'))).resolves.toBeUndefined();
    await expect(removeSiteRow(named('away'), etag)).resolves.toEqual({ kind: 'changed' });
  });
});

describe('a wish for a look', () => {
  test('changes the ETag, so that a run that doesn’t know it can’t clear it', async () => {
    const { record, etag } = await aRow('wish');
    const rested = await replaceSiteRow(record, etag, undefined);
    expect((await readSiteRow(named('wish')))?.lookWanted).toBeUndefined();
    await wantLook(named('wish'), atSeconds(60).toISOString());
    const seen = rested.kind === 'written' ? rested.etag : '';
    await expect(replaceSiteRow(record, seen, undefined)).resolves.toEqual({ kind: 'changed' });
    const row = await readSiteRow(named('wish'));
    expect(row).toMatchObject({ record, lookWanted: atSeconds(60).toISOString() });
  });

  test('makes no row of a site that is gone', async () => {
    await wantLook(named('ghost'), noon.toISOString());
    await expect(readSiteRow(named('ghost'))).resolves.toBeUndefined();
  });
});

describe('a timeline', () => {
  const entry = (seconds: number, sentence: string): TimelineEntry => ({
    at: atSeconds(seconds).toISOString(),
    reason: 'operation-succeeded',
    sentence,
    evidence: { seconds },
  });
  const sentences = async (name: string, most = 500) =>
    (await readTimeline(named(name), most)).map(({ sentence }) => sentence);

  test('is read newest first, and within one moment last first', async () => {
    await appendTimeline(named('line'), [entry(0, 'a'), entry(0, 'b')]);
    await appendTimeline(named('line'), [entry(-60, 'before'), entry(60, 'after')]);
    await expect(sentences('line')).resolves.toEqual(['after', 'b', 'a', 'before']);
    await expect(sentences('line', 2)).resolves.toEqual(['after', 'b']);
  });

  test('has an entry once that was written twice', async () => {
    await appendTimeline(named('twice'), [entry(0, 'a'), entry(0, 'b')]);
    await appendTimeline(named('twice'), [entry(0, 'a'), entry(0, 'b')]);
    await expect(sentences('twice')).resolves.toEqual(['b', 'a']);
  });

  test('takes more entries than one transaction does, and none at all', async () => {
    await appendTimeline(
      named('many'),
      Array.from({ length: 250 }, (_, index) => entry(0, String(index))),
    );
    await appendTimeline(named('many'), []);
    await expect(sentences('many')).resolves.toHaveLength(250);
  });

  test('belongs to its site alone', async () => {
    await appendTimeline(named('mine'), [entry(0, 'mine')]);
    await appendTimeline(named('mine-2'), [entry(0, 'not mine')]);
    await expect(sentences('mine')).resolves.toEqual(['mine']);
  });
});

/** Is a signal known again, forgotten when it has to be, and thrown away when it is old? */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { lookAtFleet } from '../../../shared/store/fleet.js';
import { forgetSignal, purgeSignals, recordSignal } from '../../../shared/store/signals.js';
import { createSiteRow } from '../../../shared/store/sites.js';
import { openTable } from '../../../shared/store/table-client.js';
import { aRecord, atSeconds, noon } from '../site/helpers/builders.js';
import { startTables, type TableService } from '../../../infra/local/region/azurite.js';

let tables: TableService;

beforeAll(async () => {
  tables = await startTables();
  process.env['TUNNELKEEPER_STORAGE'] = tables.connectionString;
}, 30_000);

afterAll(() => tables.close());

const signal = (id: string, changes: object = {}) => ({
  id: `/subscriptions/s/alerts/${id}`,
  condition: 'Fired',
  at: noon.toISOString(),
  ...changes,
});

test('recordSignal knows a signal again, also in other letters, and from many at once', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => recordSignal(signal('one'))));
  expect(answers.filter((answer) => answer === 'new')).toHaveLength(1);
  expect(await recordSignal(signal('ONE'))).toBe('repeated');
});

test.each([
  { differs: 'condition', changes: { condition: 'Resolved' } },
  { differs: 'time', changes: { at: atSeconds(60).toISOString() } },
])('recordSignal takes a signal as new when its $differs differs', async ({ differs, changes }) => {
  await recordSignal(signal(differs));
  expect(await recordSignal(signal(differs, changes))).toBe('new');
});

test('forgetSignal makes a signal new again, and bears that it isn’t there', async () => {
  await recordSignal(signal('lost'));
  await forgetSignal(signal('lost'));
  await forgetSignal(signal('lost'));
  expect(await recordSignal(signal('lost'))).toBe('new');
});

test('purgeSignals deletes what is older than a day, so many at once, and nothing younger', async () => {
  const table = await openTable('signals');
  for await (const { partitionKey = '', rowKey = '' } of table.listEntities())
    await table.deleteEntity(partitionKey, rowKey);
  const hours = [-30, -26, -24, -1, 0];
  const keys = hours.flatMap((hour) =>
    ['a', 'b'].map((id) => signal(`${id}${hour}`, { at: atSeconds(hour * 3600).toISOString() })),
  );
  for (const key of keys) await recordSignal(key);
  expect(await purgeSignals(noon, 3)).toBe(3);
  expect(await purgeSignals(noon, 100)).toBe(1);
  expect(await purgeSignals(noon, 100)).toBe(0);
  const left = await Promise.all(keys.map(recordSignal));
  expect(left.map((answer, index) => `${hours[Math.floor(index / 2)]} ${answer}`)).toEqual([
    '-30 new',
    '-30 new',
    '-26 new',
    '-26 new',
    ...[-24, -24, -1, -1, 0, 0].map((hour) => `${hour} repeated`),
  ]);
});

test('purgeSignals deletes more rows of one hour than one transaction takes', async () => {
  const table = await openTable('signals');
  const rows = Array.from({ length: 230 }, (_, index) => ({
    partitionKey: '2020-01-01T00',
    rowKey: `r${index}`,
  }));
  for (let from = 0; from < rows.length; from += 100) {
    await table.submitTransaction(rows.slice(from, from + 100).map((row) => ['create', row]));
  }
  expect(await purgeSignals(new Date('2020-02-01T00:00:00Z'), 1000)).toBe(230);
});

test('lookAtFleet sums the rows of all sites up, and leaves out one that can’t be read', async () => {
  const about = { zone: '1' as const, since: noon.toISOString(), because: '' };
  const gateways = [
    { ...about, slot: 'one-z1-1', doing: 'serving' },
    { ...about, slot: 'one-z1-2', doing: 'broken' },
  ] as unknown as ReturnType<typeof aRecord>['gateways']; // ids as their parser makes them
  await createSiteRow(aRecord({ name: 'one' }, { gateways }));
  await createSiteRow(aRecord({ name: 'two' }, { gateways }));
  const table = await openTable('sites');
  await table.updateEntity({ partitionKey: 'site', rowKey: 'two', schemaVersion: 9 }, 'Merge');
  expect(await lookAtFleet()).toEqual({
    gateways: 2,
    failing: 1,
    edges: { 'fra4-vpn.zscaler.net': { up: 1, down: 0 } },
  });
});

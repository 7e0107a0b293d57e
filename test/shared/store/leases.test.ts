/** Do seats stay as few as they are, whoever takes them at once? */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { giveSeatBack, takeSeat } from '../../../shared/store/leases.js';
import { openTable } from '../../../shared/store/table-client.js';
import { atSeconds, noon } from '../site/helpers/builders.js';
import { startTables, type TableService } from '../../../infra/local/region/azurite.js';

let tables: TableService;

beforeAll(async () => {
  tables = await startTables();
  process.env['TUNNELKEEPER_STORAGE'] = tables.connectionString;
}, 30_000);

afterAll(() => tables.close());

beforeEach(async () => {
  const table = await openTable('leases');
  for await (const { partitionKey = '', rowKey = '' } of table.listEntities())
    await table.deleteEntity(partitionKey, rowKey);
});

const term = { now: noon, until: atSeconds(600) };
const take = (holder: string, seats: number, when = term) => takeSeat('remedy', holder, seats, when);

async function holders(): Promise<readonly string[]> {
  const table = await openTable('leases');
  const held: string[] = [];
  for await (const { holder } of table.listEntities<{ holder: string }>())
    if (holder !== '') held.push(holder);
  return held.sort();
}

test('takeSeat gives as many seats as there are, when twenty take them at once', async () => {
  const takers = Array.from({ length: 20 }, (_, index) => `site-${index}`);
  const answers = await Promise.all(takers.map((holder) => take(holder, 5)));
  expect(answers.filter((answer) => answer === 'taken')).toHaveLength(5);
  const winners = takers.filter((_, index) => answers[index] === 'taken').sort();
  expect(await holders()).toEqual(winners);
});

test('takeSeat gives one seat when one holder takes it twenty times at once', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => take('same', 20)));
  expect(new Set(answers)).toEqual(new Set(['taken']));
  expect(await holders()).toEqual(['same']);
});

test('takeSeat renews the own seat when all are held', async () => {
  await take('a', 1);
  expect(await take('a', 1, { now: atSeconds(500), until: atSeconds(1100) })).toBe('taken');
  expect(await take('b', 1, { now: atSeconds(601), until: atSeconds(1200) })).toBe('full');
});

test.each([
  { when: 'its time is not over', seconds: 599, answer: 'full' },
  { when: 'its time is over', seconds: 600, answer: 'taken' },
])('takeSeat answers $answer for the seat of another when $when', async ({ seconds, answer }) => {
  await take('a', 1);
  expect(await take('b', 1, { now: atSeconds(seconds), until: atSeconds(2000) })).toBe(answer);
});

test('takeSeat gives an expired seat to one alone, when ten want it at once', async () => {
  await take('gone', 1);
  const late = { now: atSeconds(700), until: atSeconds(1300) };
  const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => take(`late-${index}`, 1, late)));
  expect(answers.filter((answer) => answer === 'taken')).toHaveLength(1);
});

test('takeSeat gives none while those who held more seats go on, when there are fewer now', async () => {
  await Promise.all(['a', 'b', 'c'].map((holder) => take(holder, 3)));
  expect(await take('d', 2)).toBe('full');
  expect(await take('c', 2)).toBe('taken');
});

test('giveSeatBack frees the seat for another, and does nothing when there is none', async () => {
  await take('a', 1);
  await giveSeatBack('remedy', 'a');
  await giveSeatBack('remedy', 'a');
  expect(await holders()).toEqual([]);
  expect(await take('b', 1)).toBe('taken');
  await giveSeatBack('remedy', 'a');
  expect(await holders()).toEqual(['b']);
});

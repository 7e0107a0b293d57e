/** Do the examples come up, all at once in one region? Both routings, both identities, several zones and ports. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { ClientCounts } from '../../infra/local/clients/counts.js';
import { TestRegion } from './start-region.js';

jest.setTimeout(60_000);

const folder = new URL('../../examples/', import.meta.url);
const examples = readdirSync(folder).map((file) => {
  const text = readFileSync(new URL(file, folder), 'utf8');
  return { file, text, name: (JSON.parse(text) as { readonly name: string }).name }; // the schema refuses another
});

let region: TestRegion;

beforeAll(async () => {
  region = await TestRegion.start({ seed: 2 });
  for (const { text } of examples) await region.api.request(text);
}, 60_000);

afterAll(() => region.close());

test.each(examples)('$file comes up', async ({ name }) => {
  const site = await region.until(name, ({ phase }) => phase === 'serving', 4000);
  expect(site.problem).toBeUndefined();
});

test('their clients are served by both edges, none by a gateway that was not ready, nothing in the clear', async () => {
  const { lost, byEdge } = await region.call<ClientCounts>('region.clientCounts');
  expect(Object.keys(byEdge).sort()).toEqual(['ams2-2', 'fra4']);
  expect(lost).toBe(0);
  expect(await region.call('region.guests.leaks')).toBe(0);
  expect(await region.call('region.guests.gaps')).toEqual([]);
});

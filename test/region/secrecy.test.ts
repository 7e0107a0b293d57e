/** Is the PSK anywhere but where it must be? All that was stored, logged, answered and sent is searched. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { encodingsOf, sightings } from './find-secret.js';
import { searchedPlaces, type SearchedPlaces } from './searched-places.js';
import { siteSpec, TestRegion } from './start-region.js';

jest.setTimeout(90_000);

/** Long enough that it stands nowhere by chance. */
const psk = 'Zq7Tunnel4keeper9Psk2Sighting5Never8';
const wrongPsk = 'Wr0ngOne7ThatTheFarSide3Rejects5Here';

const tables = mkdtempSync(join(tmpdir(), 'tunnelkeeper-tables-'));
let searched: SearchedPlaces = new Map();

beforeAll(async () => {
  const region = await TestRegion.start({ seed: 5, tables });
  await region.call('region.cloud.vault.set', 'psk-hq', psk);
  await region.call('region.cloud.vault.set', 'psk-rejected', wrongPsk);
  await region.call('region.edges.trouble', 'ams2-2', { wrongPsk: true });
  await region.api.request(siteSpec('hq', { zones: ['1'] }));
  await region.api.request(
    siteSpec('rejected', { zones: ['1'], tunnel: { edges: { primary: 'ams2-2-vpn.zscaler.net' } } }),
  );
  await region.until('hq', ({ phase }) => phase === 'serving', 6000);
  await region.until('rejected', ({ problem }) => problem !== undefined, 6000);
  searched = await searchedPlaces(region, ['hq', 'rejected'], tables);
}, 90_000);

afterAll(() => {
  rmSync(tables, { recursive: true, force: true });
});

describe('the PSK is nowhere in', () => {
  test.each([
    'answers of the API',
    'log',
    'requests to Azure and their answers',
    'orchestrations',
    'resources in Azure',
    'tables and queues',
  ])('the %s', (place) => {
    const text = searched.get(place) ?? '';
    expect(text).toContain(place === 'log' ? 'tunnel' : 'psk-hq'); // the search sees what it must
    expect(sightings(text, psk)).toEqual([]);
    expect(sightings(text, wrongPsk)).toEqual([]);
  });
});

test.each([...encodingsOf(psk)])('a planted one is found: %s', (name, encoded) => {
  for (const text of searched.values()) expect(sightings(`${text}${encoded}`, psk)).toContain(name);
});

test.each([0, 1, 2, 3])('one inside a base64 of more is found, after %i bytes', (before) => {
  const encoded = Buffer.from(`${'x'.repeat(before)}${psk}and more`).toString('base64');
  expect(sightings(encoded, psk)).not.toEqual([]);
});

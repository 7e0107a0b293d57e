/** Is a PSK anywhere but where it must be after rotations that succeeded, were refused, or met a crash? */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { encodingsOf, sightings } from './find-secret.js';
import { rotate, secretName, sidesOf, siteName, startRotatingSite } from './rotation-site.js';
import { searchedPlaces, watchAnswers, type SearchedPlaces } from './searched-places.js';
import type { TestRegion } from './start-region.js';
import type { ZiaCall } from './zia-traffic.js';

jest.setTimeout(300_000);

/** As long as a PSK that is made; it stands in a tag of the site, and so goes where the site's own data go. */
const planted = 'Pl4ntedInATag0'.repeat(5).slice(0, 64);

const tables = mkdtempSync(join(tmpdir(), 'tunnelkeeper-tables-'));
let searched: SearchedPlaces = new Map();
let psks: readonly string[] = [];
/** Seconds after which a site that serves has its alert rule: eight minutes, and the next look at rest. */
const ruleSeconds = 20 * 60;

/** Of the API client at Zscaler, and of its sessions. */
let ziaSecrets: readonly string[] = [];

/** Every value that the vault holds of a secret, of versions that are disabled too. */
async function valuesOf(region: TestRegion, name: string): Promise<readonly string[]> {
  const versions = await region.call<readonly { version: string }[]>('region.cloud.vault.versions', name);
  return Promise.all(
    versions.map(({ version }) => region.call<string>('region.cloud.vault.valueOf', name, version)),
  );
}

/** Tokens of the sessions, as Zscaler gave them. */
async function tokensOf(region: TestRegion): Promise<readonly string[]> {
  const calls = await region.call<readonly ZiaCall[]>('ziaCalls');
  return calls
    .filter(({ path }) => path.startsWith('/oauth2/'))
    .map(({ answer }) => (JSON.parse(answer) as { access_token: string }).access_token); // the simulator's own answer
}

/** Breaks a tunnel once the alert rule is there, so that alerts are among what is searched. */
async function letAlertsFire(region: TestRegion): Promise<void> {
  const alerts = () => region.call<readonly unknown[]>('region.cloud.alerts');
  await region.pass(ruleSeconds);
  await region.call('applyFault', { fault: 'ipsec-stopped', gateway: `${siteName}-z1-1` });
  await region.until(siteName, async () => (await alerts()).length > 0);
  await region.until(siteName, ({ phase }) => phase === 'serving');
}

beforeAll(async () => {
  const watched = watchAnswers();
  const region = await startRotatingSite({ seed: 8, tables }, { planted });
  await letAlertsFire(region);
  await rotate(region);
  await region.call('keepPskAtEdge', `${siteName}-z1-1`);
  await rotate(region);
  await region.call('endRefusals');
  await region.call('refuseCredential', `${siteName}-z2-1`);
  await rotate(region);
  await region.call('endRefusals');
  await region.call('region.zscaler.expireSessions');
  await region.call('crashAt', 'tellFarSide', 'ended');
  await rotate(region);
  await region.call('crashAt', 'runSetup', 'ended');
  await rotate(region);
  expect(await region.call('crashes')).toEqual(['tellFarSide ended', 'runSetup ended']);
  expect((await sidesOf(region)).versions).toHaveLength(6);
  psks = await valuesOf(region, secretName);
  ziaSecrets = [...(await valuesOf(region, 'zia-client-secret')), ...(await tokensOf(region))];
  const places = await searchedPlaces(region, [siteName], tables);
  watched.end();
  searched = new Map([...places, ['answers of the API while rotations went', watched.answers.join('\n')]]);
}, 300_000);

afterAll(() => {
  rmSync(tables, { recursive: true, force: true });
});

/** What is there to be seen in each place; the planted value too where the site's tags go. */
const places = [
  { place: 'answers of the API', sees: ['psk-hq', planted] },
  { place: 'answers of the API while rotations went', sees: ['telling-far-side', 'isGoingBack', planted] },
  { place: 'log', sees: ['tunnel'] },
  { place: 'requests to Azure and their answers', sees: ['psk-hq', 'runCommands', planted] },
  { place: 'requests to Zscaler and their answers', sees: ['vpnCredentials', 'oauth2', 'activate'] },
  { place: 'orchestrations', sees: ['tellFarSide', 'disableVersion', planted] },
  { place: 'resources in Azure', sees: ['psk-hq', planted] },
  { place: 'alerts', sees: ['lb-hq'] },
  { place: 'tables and queues', sees: ['psk-hq', 'SecretNewVersionCreated', planted] },
];

test('six PSKs and the secrets of the far side are looked for', () => {
  expect(psks).toHaveLength(6);
  expect(new Set(psks).size).toBe(6);
  expect(psks.slice(1).every((psk) => /^[A-Za-z0-9]{64}$/.test(psk))).toBe(true);
  expect(ziaSecrets.length).toBeGreaterThan(2); // the client's, and tokens of two sessions
});

describe('no PSK and no secret of the far side is in', () => {
  test.each(places)('the $place', ({ place, sees }) => {
    const text = searched.get(place) ?? '';
    for (const seen of sees) expect({ seen, in: sightings(text, seen) }).not.toEqual({ seen, in: [] });
    for (const secret of [...psks, ...ziaSecrets]) expect(sightings(text, secret)).toEqual([]);
  });
});

test.each(places)('a PSK that is planted in the $place is found in every encoding', ({ place }) => {
  const text = searched.get(place) ?? '';
  const at = Math.floor(text.length / 2);
  for (const [name, encoded] of encodingsOf(psks.at(-1) ?? '')) {
    expect(sightings(`${text.slice(0, at)}${encoded}${text.slice(at)}`, psks.at(-1) ?? '')).toContain(name);
  }
});

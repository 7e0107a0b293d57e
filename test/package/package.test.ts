/** Does the package run by itself? Built twice, unpacked where no node_modules is, started in a local region, a site built. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { bundleApp } from '../../infra/package/bundle-app.js';
import { writeFiles } from '../../infra/package/write-files.js';
import { zipFiles } from '../../infra/package/zip-files.js';
import type { ClientCounts } from '../../infra/local/clients/counts.js';
import { siteSpec, TestRegion } from '../region/start-region.js';
import { namesTakenOnDemand } from './names-taken-on-demand.js';
import { noteLoads } from './note-loads.js';
import { readZip, type ZipEntry } from './read-zip.js';

jest.setTimeout(120_000);

const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');
const folder = mkdtempSync(join(tmpdir(), 'tunnelkeeper-package-'));
const appFolder = join(folder, 'app');
const loadsFile = join(folder, 'loads.txt');

let zip: Buffer;
let entries: readonly ZipEntry[];
let region: TestRegion;

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const textOf = ({ bytes }: ZipEntry) => bytes.toString('utf8');
const loads = () => (existsSync(loadsFile) ? readFileSync(loadsFile, 'utf8').split('\n') : []);

/** Chunks in which an SDK's client is defined: where its class is given its name. */
const chunksOf = (client: string) =>
  entries
    .filter((entry) => entry.path.endsWith('.js') && textOf(entry).includes(`"${client}")}`))
    .map(({ path }) => path);

beforeAll(async () => {
  zip = await zipFiles(await bundleApp(root));
  entries = readZip(zip);
  writeFiles(entries, (path) => join(appFolder, path));
  writeFileSync(loadsFile, '');
  region = await TestRegion.start(
    { seed: 7, appFile: pathToFileURL(join(appFolder, 'main.js')).href },
    noteLoads(appFolder, loadsFile),
  );
});

afterAll(async () => {
  await region.close();
  rmSync(folder, { recursive: true, force: true });
});

test('the package has the same bytes when it is built again', async () => {
  expect(sha256(await zipFiles(await bundleApp(root)))).toBe(sha256(zip));
});

test('the package weighs at most 5 MB', () => {
  expect(zip.length).toBeLessThanOrEqual(5 * 1024 * 1024);
});

test('the package holds the app alone: its code, host.json and package.json', () => {
  const others = entries.map(({ path }) => path).filter((path) => !/^chunks\/[\w-]+\.js$/.test(path));
  expect(others).toEqual(['host.json', 'main.js', 'package.json']);
});

test('the package has no word of the local region and none of a test', () => {
  const words = ['infra/local', '.tunnelkeeper/', 'Azurite', 'installFunctionsCore', '@jest/globals'];
  const found = entries.flatMap((entry) =>
    words.filter((word) => textOf(entry).includes(word)).map((word) => `${word} in ${entry.path}`),
  );
  expect(found).toEqual([]);
});

test('the package has no path of the machine that built it', () => {
  expect(entries.filter((entry) => textOf(entry).includes(root)).map(({ path }) => path)).toEqual([]);
});

test('every entry has the same date and mode, and they are in order', () => {
  const firstDate = (0 << 9) | (1 << 5) | 1; // 1 January 1980
  expect(
    new Set(entries.map(({ dosDate, dosTime, mode }) => `${dosDate} ${dosTime} ${mode.toString(8)}`)),
  ).toEqual(new Set([`${firstDate} 0 100644`]));
  const paths = entries.map(({ path }) => path);
  expect(paths).toEqual([...paths].sort());
});

test('package.json makes the bundle a module and asks for no dependency', () => {
  const manifest = JSON.parse(readFileSync(join(appFolder, 'package.json'), 'utf8')) as object; // written by us
  expect(manifest).toMatchObject({ type: 'module', main: 'main.js' });
  expect(manifest).not.toHaveProperty('dependencies');
});

test('there is no node_modules above the unpacked package', () => {
  for (let at = appFolder; at !== dirname(at); at = dirname(at)) {
    expect([at, existsSync(join(at, 'node_modules'))]).toEqual([at, false]);
  }
});

test('what the package loads on demand gives each name that the app takes from it', async () => {
  const main = readFileSync(join(appFolder, 'main.js'), 'utf8');
  const onDemand = [...main.matchAll(/import\("\.\/(chunks\/[\w-]+\.js)"\)/g)].map(([, path = '']) => path);
  // In Node itself: jest's own loader can't link them all at once.
  const tellNames =
    "for (const url of process.argv.slice(1)) console.log(Object.keys(await import(url)).join('\\n'))";
  const urls = onDemand.map((path) => pathToFileURL(join(appFolder, path)).href);
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '-e',
    tellNames,
    ...urls,
  ]);
  const taken = namesTakenOnDemand(root);
  // Of each kind one: ARM, tables, identity, tokens.
  expect(taken).toEqual(
    expect.arrayContaining(['MonitorClient', 'TableClient', 'DefaultAzureCredential', 'jwtVerify']),
  );
  expect(taken.filter((name) => !stdout.split('\n').includes(name))).toEqual([]);
});

test('the packaged app loads its SDKs with the first activity that needs them, and builds a site that serves', async () => {
  const sdks = ['NetworkManagementClient', 'ComputeManagementClient', 'SecretClient'].flatMap(chunksOf);
  expect(sdks.length).toBeGreaterThanOrEqual(3);
  expect(loads()).toContain('main.js');
  expect(loads().filter((path) => sdks.includes(path))).toEqual([]);
  await region.api.request(siteSpec('hq'));
  await region.until('hq', ({ phase }) => phase === 'serving', 6000);
  expect(sdks.filter((path) => !loads().includes(path))).toEqual([]);
  const counts = () => region.call<ClientCounts>('region.clientCounts');
  while ((await counts()).answered < 5) await new Promise((resolve) => setTimeout(resolve, 50));
});

test('the packaged app deletes the site again', async () => {
  expect((await fetch(`${region.api.base}/sites/hq`, { method: 'DELETE' })).status).toBe(202);
  await region.untilGone('hq', 6000);
});

/** Does a site get Netdata by a change, opened to those it names alone, and lose it again, without a request lost? */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { ClientCounts } from '../../infra/local/clients/counts.js';
import type { Resource } from '../../infra/local/cloud/resources.js';
import { siteSpec, TestRegion } from './start-region.js';

jest.setTimeout(200_000);

let region: TestRegion;

const spec = (netdata: unknown) => siteSpec('hq', { zones: ['1', '2'], monitoring: { netdata } });
const counts = () => region.call<ClientCounts>('region.clientCounts');

interface Rule {
  readonly name: string;
  readonly properties: { readonly sourceAddressPrefixes?: readonly string[] };
}

/** Who Netdata's rule in the site's security group lets in; `undefined` without the rule. */
async function letIn(): Promise<readonly string[] | undefined> {
  const all = await region.call<readonly Resource[]>('region.cloud.resources');
  const group = all.find(({ name }) => name === 'nsg-hq');
  const { securityRules } = group?.body['properties'] as { securityRules: readonly Rule[] }; // as the simulator keeps it
  return securityRules.find(({ name }) => name === 'netdata')?.properties.sourceAddressPrefixes;
}

/** Replaces the site, and waits until both gateways were taken out and came back. */
async function change(netdata: unknown): Promise<void> {
  const seen = (await region.api.timeline('hq')).length;
  const url = `${region.api.base}/sites/hq`;
  const etag = (await fetch(url)).headers.get('etag') ?? '';
  const headers = { 'content-type': 'application/json', 'if-match': etag };
  expect((await fetch(url, { method: 'PUT', headers, body: spec(netdata) })).status).toBe(202);
  const isBack = async () => {
    const lines = (await region.api.timeline('hq')).slice(seen);
    return lines.filter(({ sentence }) => sentence.includes('is back in service')).length >= 2;
  };
  await region.until('hq', isBack, 6000);
  await region.until('hq', ({ phase }) => phase === 'serving');
}

beforeAll(async () => {
  region = await TestRegion.start({ seed: 7 });
  await region.api.request(spec({ from: ['10.9.0.0/24', '10.10.0.0/15'] }));
  await region.until('hq', ({ phase }) => phase === 'serving');
  await region.until('hq', async () => (await counts()).answered > 20);
  await region.call('region.countAnew');
}, 60_000);

afterAll(() => region.close());

test('a site is built with Netdata for those who were named', async () => {
  expect(await letIn()).toEqual(['10.9.0.0/24', '10.10.0.0/15']);
  const { observed } = await region.api.site('hq');
  for (const { because } of observed.gateways) expect(because).not.toContain('Netdata');
});

test('Netdata for loopback alone closes the rule, and none at all is a change too', async () => {
  await change(true);
  expect(await letIn()).toBeUndefined();
  await change({ from: ['10.8.0.0/24'] });
  expect(await letIn()).toEqual(['10.8.0.0/24']);
  await change(false);
  expect(await letIn()).toBeUndefined();
  expect(await counts()).toMatchObject({ lost: 0, nobody: 0 });
});

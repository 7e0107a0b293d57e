/** Is a site mended after answers that lied, and after edits by somebody in the portal? */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Resource } from '../../infra/local/cloud/resources.js';
import { siteSpec, TestRegion } from './start-region.js';

jest.setTimeout(150_000);

let region: TestRegion;

beforeAll(async () => {
  region = await TestRegion.start({ seed: 5 });
}, 60_000);

afterAll(() => region.close());

const breakIt = async (body: object) => {
  const answer = await fetch(`${region.cloudUrl}/faults`, { method: 'POST', body: JSON.stringify(body) });
  expect([answer.status, await answer.text()]).toEqual([200, expect.anything()]);
};

const named = async (name: string) =>
  (await region.call<readonly Resource[]>('region.cloud.resources')).find((one) => one.name === name);

test('a setup that is called a success without having run is not believed, and is run again', async () => {
  await breakIt({ fault: 'run-command-lies', machine: 'vm-hq-z1-1' });
  await region.api.request(siteSpec('hq', { zones: ['1', '2'], farSide: 'zia' }));
  const gateway = async () => (await region.api.timeline('hq')).filter((line) => line.gateway === 'hq-z1-1');
  await region.until(
    'hq',
    async () => (await gateway()).some(({ reason }) => reason === 'setup-failed'),
    6000,
  );
  await fetch(`${region.cloudUrl}/faults?fault=run-command-lies`, { method: 'DELETE' });
  await region.until('hq', ({ phase }) => phase === 'serving', 6000);
  const reasons = (await gateway()).map(({ reason }) => reason);
  expect(reasons.indexOf('gateway-serves')).toBeGreaterThan(reasons.indexOf('setup-failed'));
});

test('an interface that somebody took out of the pool is put back', async () => {
  await breakIt({ fault: 'pool-member-removed', gateway: 'hq-z1-1' });
  await region.until('hq', ({ phase }) => phase !== 'serving', 3000);
  await region.until('hq', ({ phase }) => phase === 'serving', 6000);
  expect(JSON.stringify((await named('nic-hq-z1-1'))?.body)).toContain('loadBalancerBackendAddressPools');
});

test('rules that somebody removed are there again, and a tag that somebody added stays', async () => {
  await breakIt({ fault: 'tags-edited', gateway: 'hq-z2-1' });
  await breakIt({ fault: 'rule-removed', site: 'hq' });
  await region.until(
    'hq',
    async () => {
      const group = await named('nsg-hq');
      return JSON.stringify(group?.body).includes('"nothing-else"');
    },
    6000,
  );
  await region.until('hq', ({ phase }) => phase === 'serving', 6000);
  expect((await named('nic-hq-z2-1'))?.body['tags']).toMatchObject({ 'edited-by': 'somebody' });
});

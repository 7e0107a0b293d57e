/** What do gateways’ own reports change? Two regions whose alerts and events are lost, one of them without reports too. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { FaultWish } from '../../infra/local/region/faults.js';
import { siteSpec, TestRegion } from './start-region.js';

jest.setTimeout(60_000);

/** What the metric says of a minute is read a minute after its end at the soonest (docs/azure.md). */
const metricSeconds = 60;

let withReports: TestRegion;
let without: TestRegion;

beforeAll(async () => {
  [withReports, without] = (await Promise.all(
    [[], ['lose-reports']].map(async (besides) => {
      const region = await TestRegion.start({ seed: 9 });
      await region.api.request(siteSpec('hq', { zones: ['1', '2'] }));
      await region.until('hq', ({ phase }) => phase === 'serving');
      await region.pass(600);
      for (const kind of ['lose-alerts', 'lose-events', ...besides])
        await region.call('region.cloud.faults.add', { kind });
      return region;
    }),
  )) as [TestRegion, TestRegion]; // one for each of the two
}, 60_000);

afterAll(() => Promise.all([withReports.close(), without.close()]));

/** Seconds from a fault until the site is told to be degraded, and until it serves again. */
async function courseOf(region: TestRegion, wish: FaultWish) {
  const began = await region.now();
  const seconds = async () => ((await region.now()) - began) / 1000;
  await region.call('applyFault', wish);
  await region.until('hq', ({ phase }) => phase !== 'serving');
  const noticed = await seconds();
  await region.until('hq', ({ phase }) => phase === 'serving');
  return { noticed, served: await seconds() };
}

/** What was said since the last look at it. */
async function timelineSince(region: TestRegion, before: number) {
  return (await region.api.timeline('hq')).slice(before);
}

test('a tunnel that is down is told within seconds by its gateway, long before the metric', async () => {
  const before = (await withReports.api.timeline('hq')).length;
  const fault: FaultWish = { fault: 'ipsec-stopped', gateway: 'hq-z1-1' };
  const [heard, unheard] = await Promise.all([courseOf(withReports, fault), courseOf(without, fault)]);
  process.stdout.write(
    `ipsec-stopped: told after ${heard.noticed} s and served after ${heard.served} s with reports, ` +
      `${unheard.noticed} s and ${unheard.served} s without\n`,
  );
  expect(heard.noticed).toBeLessThan(30);
  expect(unheard.noticed).toBeGreaterThan(metricSeconds);
  expect(heard.served).toBeLessThan(unheard.served);
  const lines = await timelineSince(withReports, before);
  const asked = lines.find(({ reason }) => reason === 'asks-machine');
  expect(asked?.sentence).toMatch(/^hq-z1-1 may not serve: it reports so itself \(probe 503, primary down: /);
});

test('what a gateway says of itself last is shown', async () => {
  const { observed } = await withReports.api.site('hq');
  expect(observed.gateways.find(({ slot }) => slot === 'hq-z1-1')).toMatchObject({
    reported: { probe: 200, because: 'primary is up', route: 'primary' },
  });
});

test('what the agent mends by itself is told, and no machine is asked', async () => {
  await withReports.pass(600);
  const before = (await withReports.api.timeline('hq')).length;
  const { noticed } = await courseOf(withReports, { fault: 'tunnel-stuck', gateway: 'hq-z2-1' });
  expect(noticed).toBeLessThan(30);
  const reasons = (await timelineSince(withReports, before)).map(({ reason }) => reason);
  expect(reasons).toContain('phase-changed');
  expect(reasons.filter((reason) => reason === 'asks-machine' || reason === 'mends')).toEqual([]);
});

test('words of a report are answered as the JSON text that they are', async () => {
  const report = {
    site: 'hq',
    slot: 'hq-z2-1',
    probe: 200,
    because: '<script>alert(1)</script>\u001b[31m"}]',
    route: null,
    tunnels: [{ role: 'primary', isUp: true, trouble: null }],
    changes: [],
  };
  const sent = await fetch(`${withReports.api.base}/gateway-reports`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(report),
  });
  expect(sent.status).toBe(202);
  const answer = await fetch(`${withReports.api.base}/sites/hq`);
  expect(answer.headers.get('content-type')).toBe('application/json');
  expect(await answer.text()).toContain(JSON.stringify('<script>alert(1)</script>?[31m"}]'));
});

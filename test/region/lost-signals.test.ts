/** Is everything mended with every alert, event and report lost, and how much later? Two regions, one with its signals and one without. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { SentAlert } from '../../infra/local/cloud/alert-notifications.js';
import type { FaultWish } from '../../infra/local/region/faults.js';
import type { SiteView } from '../../infra/local/region/site-api.js';
import { siteSpec, TestRegion } from './start-region.js';

jest.setTimeout(200_000);

const faults: readonly FaultWish[] = [
  { fault: 'ipsec-stopped', gateway: 'hq-z1-1' },
  { fault: 'machine-stopped', gateway: 'hq-z2-1' },
  { fault: 'machine-deleted', gateway: 'hq-z1-1' },
  { fault: 'machine-hangs', gateway: 'hq-z2-1' },
  { fault: 'psk-changed', gateway: 'hq-z1-1' },
];

/** How a fault went, in seconds of the region since it began. */
interface Course {
  readonly noticed: number;
  readonly served: number;
}

/** Seconds after which the site has its alert rule, and what it found at first is over. */
const ruleSeconds = 30 * 60;

let withSignals: TestRegion;
let without: TestRegion;
let lostSince = 0;
const isServing = ({ phase, rotation }: SiteView) => phase === 'serving' && rotation === undefined;

beforeAll(async () => {
  const spec = siteSpec('hq', { zones: ['1', '2'], farSide: 'zia' });
  [withSignals, without] = (await Promise.all(
    [1, 2].map(async () => {
      const region = await TestRegion.start({ seed: 8 });
      await region.api.request(spec);
      await region.until('hq', isServing);
      await region.pass(ruleSeconds);
      return region;
    }),
  )) as [TestRegion, TestRegion]; // one for each of the two
  lostSince = await without.call<number>('now');
  await without.call('region.cloud.faults.add', { kind: 'lose-alerts' });
  await without.call('region.cloud.faults.add', { kind: 'lose-events' });
  await without.call('region.cloud.faults.add', { kind: 'lose-reports' });
}, 90_000);

afterAll(() => Promise.all([withSignals.close(), without.close()]));

/** Waits until a rule could fire again: one that has fired does so only after it was resolved. */
async function untilResolved(region: TestRegion): Promise<void> {
  const isResolved = async () =>
    (await region.call<readonly SentAlert[]>('region.cloud.alerts')).at(-1)?.condition !== 'Fired';
  await region.until('hq', isResolved, 6000);
}

/** Breaks something and waits until all serve again. */
async function courseOf(region: TestRegion, wish: FaultWish): Promise<Course> {
  await untilResolved(region);
  const seen = (await region.api.timeline('hq')).length;
  const began = await region.call<number>('now');
  await region.call('applyFault', wish);
  await region.until('hq', (site) => !isServing(site), 3000);
  await region.until('hq', isServing, 12_000);
  const lines = (await region.api.timeline('hq')).slice(seen);
  const secondsTo = (reason: string, from = lines) => {
    const line = from.find((other) => other.reason === reason) ?? from[0];
    return Math.round((Date.parse(line?.at ?? '') - began) / 1000);
  };
  return { noticed: secondsTo('phase-changed'), served: secondsTo('gateway-mended', lines.toReversed()) };
}

test.each(faults)('$fault of $gateway is mended by the sweep alone', async (wish) => {
  const [heard, unheard] = await Promise.all([courseOf(withSignals, wish), courseOf(without, wish)]);
  process.stdout.write(
    `${wish.fault}: noticed after ${heard.noticed} s and served after ${heard.served} s with its signals, ` +
      `${unheard.noticed} s and ${unheard.served} s without\n`,
  );
  // The sweep comes every minute, and a minute of the balancer's metric is known 60 to 180 s after it ended.
  expect(unheard.noticed).toBeLessThan(6 * 60);
});

test('none of what the rules found reached anybody there', async () => {
  const alerts = await without.call<readonly SentAlert[]>('region.cloud.alerts');
  const since = alerts.filter(({ foundAt }) => foundAt >= lostSince);
  expect(since.length).toBeGreaterThan(0);
  // What was found a moment ago isn't sent yet.
  expect(since.every(({ isLost, calls }) => isLost || calls.length === 0)).toBe(true);
  expect(since.some(({ isLost }) => isLost)).toBe(true);
});

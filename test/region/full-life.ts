/** What is everything that a site meets? Built with two gateways and two edges, broken, mended, its PSKs rotated, gone. */
import type { FaultWish } from '../../infra/local/region/faults.js';
import type { SiteView } from '../../infra/local/region/site-api.js';
import { siteSpec, subnetOf, type TestRegion } from './start-region.js';

/** Seconds that one step may take; the longest, a rotation, is more than an hour. */
const patienceSeconds = 12_000;

/** Seconds after which a site that serves has its alert rule: eight minutes, and the next look at rest. */
const ruleSeconds = 20 * 60;

const faults: readonly FaultWish[] = [
  { fault: 'ipsec-stopped', gateway: 'hq-z1-1' },
  { fault: 'machine-stopped', gateway: 'hq-z2-1' },
];

const spec = siteSpec('hq', {
  // One that is given is asked for before.
  network: { subnetId: subnetOf('gateways'), frontendIp: '10.1.4.20' },
  zones: ['1', '2'],
  tunnel: { edges: { primary: 'fra4-vpn.zscaler.net', secondary: 'ams2-2-vpn.zscaler.net' } },
  farSide: 'zia',
});

/** Lets a site live from its request to its end, just before which it may be used for something. */
export async function liveThroughEverything(
  region: TestRegion,
  beforeItsEnd: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const until = (isSo: (site: SiteView) => boolean) => region.until('hq', isSo, patienceSeconds);
  await region.api.request(spec);
  await until(({ phase }) => phase === 'serving');
  await region.pass(ruleSeconds);
  for (const fault of faults) {
    await region.call('applyFault', fault);
    await until(({ phase }) => phase !== 'serving');
    await until(({ phase }) => phase === 'serving');
  }
  await ask(region, 'POST', '/rotate-psk');
  await untilTold(region, 'rotation-done');
  await beforeItsEnd();
  await ask(region, 'DELETE', '');
  await region.untilGone('hq', patienceSeconds);
}

async function ask({ api }: TestRegion, method: 'POST' | 'DELETE', path: string): Promise<void> {
  const answer = await fetch(`${api.base}/sites/hq${path}`, { method });
  if (!answer.ok) throw new Error(`${method} answered ${answer.status}: ${await answer.text()}`);
}

/** Waits until the timeline tells of something. */
async function untilTold(region: TestRegion, reason: string): Promise<void> {
  const isTold = async () => (await region.api.timeline('hq')).some((line) => line.reason === reason);
  await region.until('hq', isTold, patienceSeconds);
}

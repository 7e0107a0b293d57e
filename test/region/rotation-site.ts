/** How does a test rotate the PSKs of a site? One with two gateways, whose far side is kept by Zscaler's API. */
import type { ClientCounts } from '../../infra/local/clients/counts.js';
import type { TimelineLine } from '../../infra/local/region/site-api.js';
import type { RegionWish } from './region-messages.js';
import type { Sides } from './rotation-sides.js';
import { siteSpec, TestRegion } from './start-region.js';

/** Name of the site, and of its secret. */
export const [siteName, secretName] = ['hq', 'psk-hq'];

/** Seconds that a rotation may take, with what a crash adds: a sweep comes each minute. */
const patienceSeconds = 9000;

/** Seconds in which the balancer's pool has its last gateway back. */
const settleSeconds = 90;

/** Starts a region with a site that serves, and clients whose requests are answered. */
export async function startRotatingSite(
  wish: Pick<RegionWish, 'seed' | 'tables'>,
  tags: Readonly<Record<string, string>> = {},
): Promise<TestRegion> {
  const region = await TestRegion.start({ ...wish });
  await region.api.request(siteSpec(siteName, { zones: ['1', '2'], farSide: 'zia', tags }));
  await region.until(siteName, ({ phase }) => phase === 'serving', patienceSeconds);
  await region.until(siteName, async () => (await clientCounts(region)).answered > 20, patienceSeconds);
  return region;
}

/** What clients noticed since the last rotation was asked for. */
export function clientCounts(region: TestRegion): Promise<ClientCounts> {
  return region.call('region.clientCounts');
}

/** Both sides of the site. */
export function sidesOf(region: TestRegion): Promise<Sides> {
  return region.call('sides', siteName, secretName);
}

/** Asks for a rotation, and gives its lines of the timeline when it is over. */
export async function rotate(region: TestRegion): Promise<readonly TimelineLine[]> {
  const began = await region.call<number>('now');
  await region.call('region.countAnew');
  const answer = await fetch(`${region.api.base}/sites/${siteName}/rotate-psk`, { method: 'POST' });
  if (answer.status !== 202) throw new Error(`rotate-psk answered ${answer.status}: ${await answer.text()}`);
  const since = async () => (await region.api.timeline(siteName)).filter(({ at }) => Date.parse(at) >= began);
  await region.until(siteName, async () => (await since()).some(isEnd), patienceSeconds);
  await region.until(siteName, ({ phase, rotation }) => phase === 'serving' && rotation === undefined);
  await region.pass(settleSeconds);
  return since();
}

function isEnd({ reason, sentence }: TimelineLine): boolean {
  return reason === 'rotation-done' || (reason === 'rotation-goes-back' && sentence.includes('taken back'));
}

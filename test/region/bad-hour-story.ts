/** What happens to a build that falls into a bad hour, and is anything doubled or left over? As the cloud itself saw it. */
import type { Call } from '../../infra/local/cloud/call-log.js';
import type { Fault } from '../../infra/local/cloud/faults.js';
import type { Operation } from '../../infra/local/cloud/operations.js';
import type { Resource } from '../../infra/local/cloud/resources.js';
import type { SiteView, TimelineLine } from '../../infra/local/region/site-api.js';
import { siteSpec, TestRegion } from './start-region.js';

/** What is wrong in that hour: 5 % of calls fail, buckets are a tenth, zone 2 has no capacity for 20 minutes. */
export const badHour: readonly Fault[] = [
  { kind: 'failing-calls', share: 0.05, forSeconds: 3600 },
  { kind: 'tight-buckets', share: 0.1, forSeconds: 3600 },
  { kind: 'no-capacity', zone: '2', forSeconds: 1200 },
];

/** How it went. */
export interface BadHourStory {
  readonly seed: number;
  readonly site: SiteView;
  readonly timeline: readonly TimelineLine[];
  readonly calls: readonly Call[];
  readonly operations: readonly Operation[];
  readonly resources: readonly Resource[];
  /** The region's seconds from the request until all gateways served. */
  readonly servedSeconds: number;
  /** Tunnel credentials of the site at Zscaler. */
  readonly credentials: number;
  readonly leaks: number;
}

/** Lets a site of three zones be built in that hour, and looks at what is there once it serves. */
export async function buildInBadHour(seed: number): Promise<BadHourStory> {
  const region = await TestRegion.start({ seed });
  try {
    for (const fault of badHour) await region.call('region.cloud.faults.add', fault);
    await region.api.request(siteSpec('hq', { farSide: 'zia' }));
    const site = await region.until('hq', ({ phase }) => phase === 'serving', 7200);
    // The alert rule is made when all have served for a while, and its calls fail like any other.
    await region.pass(1800);
    return {
      ...{ seed, site },
      timeline: await region.api.timeline('hq'),
      calls: await region.call<readonly Call[]>('region.cloud.calls'),
      operations: await region.call<readonly Operation[]>('region.cloud.operations'),
      resources: await region.call<readonly Resource[]>('region.cloud.resources'),
      servedSeconds: (Date.parse(site.phaseSince) - Date.parse(site.requestedAt)) / 1000,
      credentials: (await region.call<readonly unknown[]>('region.zscaler.active')).length,
      leaks: await region.call<number>('region.guests.leaks'),
    };
  } finally {
    await region.close();
  }
}

/** How many requests does Azure take? ARM counts by who asks, then the provider counts once more. */
import { computePolicyOf } from './compute-policies.js';
import { TokenBuckets } from './token-buckets.js';
import { fromGateway, refusal, type Refusal, type WireRequest } from './wire.js';

/** What of a request is counted. */
export type Counted = Pick<WireRequest, 'method' | 'path' | 'headers'>;

/** ARM's buckets by subscription, region, principal and kind (documented, since 2024). */
const armLimits = {
  reads: { size: 250, perSecond: 25 },
  writes: { size: 200, perSecond: 10 },
  deletes: { size: 200, perSecond: 10 },
} as const;

/** All principals of a subscription together have so many times as much (documented, and as recorded: 2999 after 199). */
const globalTimes = 15;

/** The network provider's, by subscription and region (documented in 2020). */
const networkLimits = {
  reads: { size: 10_000, perSecond: 10_000 / 300 },
  writes: { size: 1000, perSecond: 1000 / 300 },
} as const;

/** What Monitor has left after a write (recorded); it is told, never counted down here. */
const monitorLeft = { metricAlerts: 299, actionGroups: 24 } as const;

type Kind = keyof typeof armLimits;

/** The buckets of one subscription in one region. */
export class Throttling {
  readonly #buckets: TokenBuckets;

  /** @param share of their size and filling that all buckets have now, above 0 to 1 */
  constructor(share: () => number = () => 1) {
    this.#buckets = new TokenBuckets(share);
  }

  /** Takes ARM's tokens for a request, and gives the headers that say how many are left. Throws a refusal. */
  takeArm({ method, headers }: Counted): Record<string, string> {
    const kind = kindOf(method);
    const limit = armLimits[kind];
    const own = this.#buckets.take(`arm ${headers['authorization'] ?? ''} ${kind}`, limit);
    if (!own.isTaken) throw armRefusal(kind, own.waitSeconds);
    const all = this.#buckets.take(`arm ${kind}`, {
      size: limit.size * globalTimes,
      perSecond: limit.perSecond * globalTimes,
    });
    if (!all.isTaken) throw armRefusal(kind, all.waitSeconds);
    return {
      [`x-ms-ratelimit-remaining-subscription-${kind}`]: String(own.left),
      [`x-ms-ratelimit-remaining-subscription-global-${kind}`]: String(all.left),
      'x-ms-throttling-version': 'v2',
    };
  }

  /** Takes the provider's tokens, and gives its headers. Throws a refusal in the provider's own words. */
  takeProvider(counted: Counted): Record<string, string> {
    const provider = /\/providers\/Microsoft\.([A-Za-z]+)/i.exec(counted.path)?.[1]?.toLowerCase();
    if (provider === 'network') return this.#takeNetwork(counted);
    if (provider === 'compute') return this.#takeCompute(counted);
    return monitorHeaders(counted);
  }

  /** No header of its own was recorded, and its 429 comes without Retry-After. */
  #takeNetwork({ method }: Counted): Record<string, string> {
    const kind = method === 'GET' ? 'reads' : 'writes';
    if (this.#buckets.take(`network ${kind}`, networkLimits[kind]).isTaken) return {};
    throw refusal(429, 'TooManyRequests', 'Too many requests. Please try again after sometime.');
  }

  #takeCompute({ method, path }: Counted): Record<string, string> {
    const policy = computePolicyOf(method, path);
    if (policy === undefined) return {};
    const { name, subscription, resource } = policy;
    const all = this.#buckets.take(`compute ${name}`, subscription);
    if (!all.isTaken) throw computeRefusal(`${name}SubscriptionMaximum`, subscription.size, all.waitSeconds);
    const left = [`Microsoft.Compute/${name}SubscriptionMaximum;${all.left}`];
    if (resource !== undefined) {
      const own = this.#buckets.take(`compute ${name} ${resource.id}`, resource.limit);
      if (!own.isTaken) throw computeRefusal(`${name}Resource`, resource.limit.size, own.waitSeconds);
      left.push(`Microsoft.Compute/${name}Resource;${own.left}`);
    }
    return { 'x-ms-ratelimit-remaining-resource': left.join(',') };
  }
}

function kindOf(method: string): Kind {
  if (method === 'GET' || method === 'HEAD') return 'reads';
  return method === 'DELETE' ? 'deletes' : 'writes';
}

function armRefusal(kind: Kind, waitSeconds: number): Refusal {
  return fromGateway(
    refusal(
      429,
      'SubscriptionRequestsThrottled',
      `Number of '${kind}' requests for subscription exceeded the limit. Please try again after '${waitSeconds}' seconds.`,
    ).with({ 'retry-after': String(waitSeconds) }),
  );
}

/** As quoted in public issues and in the vendor's page on it, which promises Retry-After. */
function computeRefusal(target: string, allowed: number, waitSeconds: number): Refusal {
  const now = Date.now();
  const measured = {
    operationGroup: target,
    startTime: new Date(now - 60_000).toISOString(),
    endTime: new Date(now).toISOString(),
    allowedRequestCount: allowed,
    measuredRequestCount: allowed + 1,
  };
  return refusal(
    429,
    'OperationNotAllowed',
    'The server rejected the request because too many requests have been received for this subscription.',
    {
      details: [{ code: 'TooManyRequests', target, message: JSON.stringify(measured) }],
      innererror: { internalErrorCode: 'TooManyRequestsReceived' },
    },
  ).with({ 'retry-after': String(waitSeconds) });
}

function monitorHeaders({ method, path }: Counted): Record<string, string> {
  const [, kind] = /\/providers\/Microsoft\.Insights\/(metricAlerts|actionGroups)\//i.exec(path) ?? [];
  if (kind === undefined || method === 'GET') return {};
  const left = kind.toLowerCase() === 'metricalerts' ? monitorLeft.metricAlerts : monitorLeft.actionGroups;
  return { 'x-ms-ratelimit-remaining-subscription-resource-requests': String(left) };
}

/** Which of compute's policies counts a request? Each has a bucket a subscription and one a resource. */
import type { BucketLimit } from './token-buckets.js';

/** A policy with its buckets; a list belongs to no resource. */
export interface ComputePolicy {
  /** As `x-ms-ratelimit-remaining-resource` names it. */
  readonly name: string;
  readonly subscription: BucketLimit;
  readonly resource?: { readonly id: string; readonly limit: BucketLimit };
}

/**
 * Sizes: the highest remaining that was recorded, and one. 12 refill with 4 a minute (documented); that the others
 * refill a third of their size a minute too is inferred from that.
 */
const limit = (size: number): BucketLimit => ({ size, perSecond: size / 3 / 60 });

const sizes = {
  PutVM: [1500, 12],
  UpdateVM: [1500, 12],
  DeleteVM: [1500, 12],
  LowCostGet: [24_000, 36],
  GetOperation: [15_000, 45],
  /** Of lists; an estimate, and without a bucket of a resource. */
  HighCostGet: [900, undefined],
} as const;

type Name = keyof typeof sizes;

const machinePath =
  /^\/subscriptions\/[^/]+(?:\/resourceGroups\/[^/]+)?\/providers\/Microsoft\.Compute\/virtualMachines(?:\/([^/]+)(\/(?!providers\/).+)?)?$/i;
const operationPath =
  /^\/subscriptions\/[^/]+\/providers\/Microsoft\.Compute\/locations\/[^/]+\/operations\/([^/]+)$/i;

/** The policy of a request; `undefined` for what compute doesn't count here (sizes, usages, images, disks). */
export function computePolicyOf(method: string, path: string): ComputePolicy | undefined {
  const operation = operationPath.exec(path)?.[1];
  if (operation !== undefined) return policy('GetOperation', operation);
  const found = machinePath.exec(path);
  if (found === null) return undefined;
  const [, machine, more] = found;
  if (machine === undefined) return policy('HighCostGet', undefined);
  return policy(nameOf(method, more), path.slice(0, path.length - (more ?? '').length));
}

/** That run commands and what is done by POST count as updates of their machine is inferred. */
function nameOf(method: string, more: string | undefined): Name {
  if (method === 'GET') return 'LowCostGet';
  if (more !== undefined || method === 'PATCH') return 'UpdateVM';
  return method === 'DELETE' ? 'DeleteVM' : 'PutVM';
}

function policy(name: Name, resourceId: string | undefined): ComputePolicy {
  const [ofSubscription, ofResource] = sizes[name];
  const subscription = limit(ofSubscription);
  return ofResource === undefined || resourceId === undefined
    ? { name, subscription }
    : { name, subscription, resource: { id: resourceId.toLowerCase(), limit: limit(ofResource) } };
}

/** How is one resource of a site deleted? Only if it bears the site's tag. */
import type { Begun, DeletionIntent } from '../site/intent.js';
import { nameTaken } from '../site/name-taken.js';
import { failure, success, type Outcome } from '../site/problem.js';
import { begin, type OnResponse } from './begin.js';
import { computeClient, monitorClient, networkClient } from './clients.js';
import { outcomeOf, statusOf } from './problem-of-error.js';
import { isOf, type Tags } from './tags.js';

interface Deletable {
  readonly get: () => Promise<{ readonly tags?: Tags | undefined }>;
  readonly remove: (onResponse: OnResponse) => Promise<unknown>;
}

/** Begins to delete a resource; one that is gone already is a success without an operation. */
export async function beginDeletion(intent: DeletionIntent): Promise<Outcome<Begun>> {
  const { get, remove } = await deletable(intent);
  const existing = await outcomeOf({ verb: 'read', what: intent.name }, async () => {
    try {
      return await get();
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  });
  if (!existing.ok) return existing;
  if (existing.value === undefined) return success({});
  if (!isOf(intent.placement.site, existing.value.tags))
    return failure(nameTaken(intent.name, intent.placement.resourceGroup, intent.placement.site));
  return begin({ verb: 'delete', what: intent.name }, remove, () => undefined);
}

async function deletable({ kind, name, placement }: DeletionIntent): Promise<Deletable> {
  const { resourceGroup, subscriptionId } = placement;
  if (kind === 'virtual-machine') {
    const { virtualMachines } = await computeClient(subscriptionId);
    return {
      get: () => virtualMachines.get(resourceGroup, name),
      remove: (onResponse) => virtualMachines.delete(resourceGroup, name, { onResponse }).submitted(),
    };
  }
  if (kind === 'alert-rule') {
    const { metricAlerts } = await monitorClient(subscriptionId);
    return {
      get: () => metricAlerts.get(resourceGroup, name),
      remove: (onResponse) => metricAlerts.delete(resourceGroup, name, { onResponse }),
    };
  }
  const network = await networkClient(subscriptionId);
  const group = {
    'network-interface': network.networkInterfaces,
    'public-ip': network.publicIPAddresses,
    'load-balancer': network.loadBalancers,
    'security-group': network.networkSecurityGroups,
  }[kind];
  return {
    get: () => group.get(resourceGroup, name),
    remove: (onResponse) => group.beginDelete(resourceGroup, name, { onResponse }),
  };
}

/** How do all machines and balancers of the fleet look from far away? A few lists and batches, whatever the number of sites. */
import type { FleetSignals, HealthSample, MachineList } from '../site/looks-off.js';
import type { Problem } from '../site/problem.js';
import { batchBalancers, readBackendHealth } from './backend-health.js';
import { listMachinePower } from './machine-power.js';

/** A balancer of the fleet. */
export interface FleetBalancer {
  readonly subscriptionId: string;
  readonly region: string;
  /** ARM id. */
  readonly id: string;
}

/** What was seen, what could not be, and what it cost. */
export interface LookedAtFleet extends FleetSignals {
  /** One for each list or batch that failed; its machines and balancers are not told of. */
  readonly problems: readonly Problem[];
  /** Requests that were sent, retries not counted. */
  readonly calls: number;
}

/** Batches that are asked at once. */
const batchesAtOnce = 5;

/**
 * Looks at the fleet: one list of machines a subscription, and one call for 50 balancers of a region. A part that fails
 * holds up no other.
 */
export async function readFleetSignals(
  balancers: readonly FleetBalancer[],
  now: Date,
): Promise<LookedAtFleet> {
  const machines = new Map<string, MachineList>();
  const health = new Map<string, readonly HealthSample[]>();
  const problems: Problem[] = [];
  let calls = 0;
  for (const subscriptionId of new Set(balancers.map((balancer) => balancer.subscriptionId.toLowerCase()))) {
    const listed = await listMachinePower(subscriptionId);
    if (listed.ok) {
      machines.set(subscriptionId, listed.value);
      calls += listed.value.calls;
    } else {
      problems.push(listed.problem);
      calls++; // at least the page that failed
    }
  }
  const batches = batchesOf(balancers);
  for (let from = 0; from < batches.length; from += batchesAtOnce) {
    const some = batches.slice(from, from + batchesAtOnce);
    const looked = await Promise.all(some.map(({ region, ids }) => readBackendHealth(region, ids, now)));
    calls += some.length;
    for (const outcome of looked) {
      if (outcome.ok) outcome.value.forEach((samples, id) => health.set(id, samples));
      else problems.push(outcome.problem);
    }
  }
  return { machines, health, problems, calls };
}

interface Batch {
  readonly region: string;
  readonly ids: readonly string[];
}

/** A call asks for one region and one subscription. */
function batchesOf(balancers: readonly FleetBalancer[]): readonly Batch[] {
  const groups = new Map<string, { readonly region: string; readonly ids: string[] }>();
  for (const { subscriptionId, region, id } of balancers) {
    const key = `${subscriptionId.toLowerCase()} ${region}`;
    const group = groups.get(key) ?? { region, ids: [] };
    group.ids.push(id);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap(({ region, ids }) =>
    Array.from({ length: Math.ceil(ids.length / batchBalancers) }, (_, index) => ({
      region,
      ids: ids.slice(index * batchBalancers, (index + 1) * batchBalancers),
    })),
  );
}

/** Which sites look off from far away? What Azure lists and measures, against what their rows tell. */
import { resourceName } from './ids.js';
import type { Placement } from './intent.js';
import type { ObservedVirtualMachine } from './observed-site.js';
import type { GatewayStatus, SiteRecord } from './site-record.js';

/** What one list of a subscription's machines said. */
export interface MachineList {
  /** Power by ARM id in lower case. */
  readonly power: ReadonlyMap<string, ObservedVirtualMachine['power']>;
  /** The list was read to its end: a machine that isn't in it isn't there. */
  readonly isComplete: boolean;
}

/** Backend health of a balancer in one minute. */
export interface HealthSample {
  /** ISO 8601: when the minute began. */
  readonly at: string;
  /** Percentage of probes that were answered. */
  readonly percent: number;
}

/** What is known of the fleet from far away. */
export interface FleetSignals {
  /** By subscription in lower case; one that could not be listed is absent. */
  readonly machines: ReadonlyMap<string, MachineList>;
  /** By ARM id of the balancer in lower case; one without sound samples is absent. */
  readonly health: ReadonlyMap<string, readonly HealthSample[]>;
}

/**
 * Says why a site looks off, or `undefined`. What its row knows already, or what can't be told, doesn't look off:
 * a look would find nothing new.
 *
 * @param placement where the site's resources stand
 */
export function looksOff(
  record: SiteRecord,
  placement: Pick<Placement, 'subscriptionId' | 'resourceGroup'>,
  signals: FleetSignals,
): string | undefined {
  if (record.wanted === 'absent' || record.spec.paused) return undefined;
  const scope =
    `/subscriptions/${placement.subscriptionId}/resourcegroups/${placement.resourceGroup}`.toLowerCase();
  const serving = record.gateways.filter((status) => isToldToServe(record, status));
  const list = signals.machines.get(placement.subscriptionId.toLowerCase());
  for (const status of serving) {
    const why = list === undefined ? undefined : machineLooksOff(status, scope, list);
    if (why !== undefined) return why;
  }
  if (serving.length === 0 || serving.length < record.gateways.length) return undefined;
  const id = `${scope}/providers/microsoft.network/loadbalancers/${resourceName.loadBalancer(record.name)}`;
  return healthLooksOff(record, serving, signals.health.get(id) ?? []);
}

/** A gateway that serves as far as anybody knows. */
function isToldToServe({ remedies, outOfService }: SiteRecord, { slot, doing }: GatewayStatus): boolean {
  return doing === 'serving' && remedies?.[slot] === undefined && outOfService?.[slot] === undefined;
}

function machineLooksOff(
  { slot, virtualMachine }: GatewayStatus,
  scope: string,
  { power, isComplete }: MachineList,
): string | undefined {
  if (virtualMachine === undefined) return undefined;
  const found = power.get(
    `${scope}/providers/microsoft.compute/virtualmachines/${virtualMachine}`.toLowerCase(),
  );
  if (found === undefined) {
    return isComplete
      ? `${slot} is told to serve, but ${virtualMachine} is not among the subscription's machines.`
      : undefined;
  }
  // A machine without a power state is one of which nobody can tell.
  return found === 'running' || found === 'unknown'
    ? undefined
    : `${slot} is told to serve, but ${virtualMachine} is ${found}.`;
}

/** A minute that began before the youngest gateway served says nothing of it. */
function healthLooksOff(
  { name }: SiteRecord,
  serving: readonly GatewayStatus[],
  samples: readonly HealthSample[],
): string | undefined {
  const allServeSince = serving.map(({ since }) => Date.parse(since)).reduce((a, b) => Math.max(a, b));
  const newest = samples.reduce<HealthSample | undefined>(
    (best, sample) => (best === undefined || Date.parse(sample.at) > Date.parse(best.at) ? sample : best),
    undefined,
  );
  if (newest === undefined || newest.percent >= 100 || Date.parse(newest.at) < allServeSince)
    return undefined;
  return (
    `All ${serving.length} gateways of ${name} are told to serve, but ${Math.floor(newest.percent * 10) / 10} % of the ` +
    `balancer's probes were answered in the minute from ${newest.at.slice(11, 16)} UTC.`
  );
}

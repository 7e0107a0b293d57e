/** What bears the site's tag? One list a type, and each machine's setup. */
import type { SiteName, SlotId } from '../site/ids.js';
import { isNameOf } from '../site/name-taken.js';
import type {
  BackendSample,
  ObservedLoadBalancer,
  ObservedResource,
  ObservedResources,
  ObservedRun,
  ObservedSetup,
} from '../site/observed-site.js';
import type { Outcome } from '../site/problem.js';
import { observedAlertRule } from './alert-rules.js';
import { readMemberHealth } from './backend-health.js';
import { computeClient, monitorClient, networkClient } from './clients.js';
import { secretState } from './key-vault.js';
import { observedLoadBalancer } from './load-balancers.js';
import { observedNetworkInterface } from './network-interfaces.js';
import { outcomeOf, statusOf } from './problem-of-error.js';
import { observedPublicIp } from './public-ips.js';
import { observedSecurityGroup } from './security-groups.js';
import { isRunName, observedRun, type ReadRun } from './runs.js';
import { observedSetup, setupName } from './setups.js';
import { isOf, type Tags } from './tags.js';
import { observedVirtualMachine } from './virtual-machines.js';

/** Where to look. */
export interface LookScope {
  readonly site: SiteName;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly region: string;
  /** Secrets whose newest versions are looked for. */
  readonly secretNames: readonly string[];
}

/** Most resources of one type that are read in a resource group; far above Azure's 800 of a type. */
const maxListed = 2000;

/** Sees all of a site: six lists, one read for each machine, one for the balancer's health, one or two for each secret. */
export function lookAtResources(scope: LookScope, read: ReadRun): Promise<Outcome<ObservedResources>> {
  const { site, subscriptionId, resourceGroup, secretNames } = scope;
  return outcomeOf({ verb: 'read', what: `the resources of ${site} in ${resourceGroup}` }, async () => {
    const network = await networkClient(subscriptionId);
    const taken: string[] = [];
    const monitor = await monitorClient(subscriptionId);
    const [groups, balancers, addresses, interfaces, machines, rules, secrets] = await Promise.all([
      listed(site, network.networkSecurityGroups.list(resourceGroup), observedSecurityGroup, taken),
      listed(site, network.loadBalancers.list(resourceGroup), observedLoadBalancer, taken),
      listed(site, network.publicIPAddresses.list(resourceGroup), observedPublicIp, taken),
      listed(site, network.networkInterfaces.list(resourceGroup), observedNetworkInterface, taken),
      listMachines(scope, taken),
      listed(site, monitor.metricAlerts.listByResourceGroup(resourceGroup), observedAlertRule, taken),
      Promise.all(secretNames.map(secretState)),
    ]);
    const [commands, health] = await Promise.all([
      Promise.all(machines.map(({ name, slot }) => readCommands(scope, name, slot, read))),
      healthOf(scope, balancers[0]),
    ]);
    return {
      site,
      resourceGroup,
      observedAt: new Date().toISOString(),
      resources: [
        ...groups,
        ...balancers,
        ...addresses,
        ...interfaces,
        ...machines,
        ...rules,
        ...commands.flat(),
      ],
      taken,
      health,
      secrets,
    };
  });
}

/** The site's machines with their power states, by one list. */
export async function listMachines(
  { site, subscriptionId, resourceGroup }: Pick<LookScope, 'site' | 'subscriptionId' | 'resourceGroup'>,
  taken: string[] = [],
) {
  const { virtualMachines } = await computeClient(subscriptionId);
  return listed(
    site,
    virtualMachines.list(resourceGroup, { expand: 'instanceView' }),
    observedVirtualMachine,
    taken,
  );
}

/** Reads a list to its end and keeps what is the site's; names of the site that others have go into `taken`. */
export async function listed<
  Found extends { readonly name?: string | undefined; readonly tags?: Tags | undefined },
  Observed extends ObservedResource,
>(
  site: SiteName,
  pages: AsyncIterable<Found>,
  observe: (found: Found) => Observed | undefined,
  taken: string[] = [],
): Promise<readonly Observed[]> {
  const all: Observed[] = [];
  let count = 0;
  for await (const found of pages) {
    if (++count > maxListed)
      throw new Error(`More than ${maxListed} resources of one type; use a resource group of your own.`);
    const isMine = isOf(site, found.tags);
    if (!isMine && isNameOf(site, found.name ?? '')) taken.push(found.name ?? '');
    const observed = isMine ? observe(found) : undefined;
    if (observed !== undefined) all.push(observed);
  }
  return all;
}

/** Metrics that can't be read say nothing for or against anybody: they come late anyway, and the sweep asks again. */
async function healthOf(
  { region }: LookScope,
  balancer: ObservedLoadBalancer | undefined,
): Promise<readonly BackendSample[]> {
  if (balancer === undefined) return [];
  const read = await readMemberHealth(region, balancer.id, new Date());
  return read.ok ? read.value : [];
}

/** Reads what was run on a machine, by one list. */
export async function readCommands(
  { subscriptionId, resourceGroup }: Pick<LookScope, 'subscriptionId' | 'resourceGroup'>,
  virtualMachine: string,
  slot: SlotId,
  read: ReadRun,
): Promise<readonly (ObservedSetup | ObservedRun)[]> {
  const { virtualMachineRunCommands } = await computeClient(subscriptionId);
  const all: (ObservedSetup | ObservedRun)[] = [];
  try {
    const commands = virtualMachineRunCommands.listByVirtualMachine(resourceGroup, virtualMachine, {
      expand: 'instanceView',
    });
    for await (const found of commands) {
      const { name } = found;
      if (name === setupName) all.push(observedSetup(found, virtualMachine, slot, read.result));
      else if (isRunName(name)) all.push(observedRun(found, name, { virtualMachine, slot }, read));
    }
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
  return all;
}

/** What bears the site's tag? One list a type, and each machine's setup. */
import type { SiteName, SlotId } from '../site/ids.js';
import { isNameOf } from '../site/name-taken.js';
import type { ObservedResource, ObservedResources, ObservedSetup } from '../site/observed-site.js';
import type { Outcome } from '../site/problem.js';
import { computeClient, networkClient } from './clients.js';
import { observedLoadBalancer } from './load-balancers.js';
import { observedNetworkInterface } from './network-interfaces.js';
import { outcomeOf, statusOf } from './problem-of-error.js';
import { observedPublicIp } from './public-ips.js';
import { observedSecurityGroup } from './security-groups.js';
import { observedSetup, setupName, type ReadResult } from './setups.js';
import { isOf, type Tags } from './tags.js';
import { observedVirtualMachine } from './virtual-machines.js';

/** Where to look. */
export interface LookScope {
  readonly site: SiteName;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
}

/** Most resources of one type that are read in a resource group; far above Azure's 800 of a type. */
const maxListed = 2000;

/** Sees all of a site's resources: five lists, and one read for each machine. */
export function lookAtResources(
  scope: LookScope,
  readResult: ReadResult,
): Promise<Outcome<ObservedResources>> {
  const { site, subscriptionId, resourceGroup } = scope;
  return outcomeOf({ verb: 'read', what: `the resources of ${site} in ${resourceGroup}` }, async () => {
    const network = await networkClient(subscriptionId);
    const taken: string[] = [];
    const [groups, balancers, addresses, interfaces, machines] = await Promise.all([
      listed(site, network.networkSecurityGroups.list(resourceGroup), observedSecurityGroup, taken),
      listed(site, network.loadBalancers.list(resourceGroup), observedLoadBalancer, taken),
      listed(site, network.publicIPAddresses.list(resourceGroup), observedPublicIp, taken),
      listed(site, network.networkInterfaces.list(resourceGroup), observedNetworkInterface, taken),
      listMachines(scope, taken),
    ]);
    const setups = await Promise.all(
      machines.map(({ name, slot }) => readSetup(scope, name, slot, readResult)),
    );
    const resources: ObservedResource[] = [...groups, ...balancers, ...addresses, ...interfaces, ...machines];
    return {
      site,
      resourceGroup,
      observedAt: new Date().toISOString(),
      resources: [...resources, ...setups.filter((setup) => setup !== undefined)],
      taken,
    };
  });
}

/** The site's machines with their power states, by one list. */
export async function listMachines({ site, subscriptionId, resourceGroup }: LookScope, taken: string[] = []) {
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

/** Reads a machine's setup; `undefined` when it has none. */
export async function readSetup(
  { subscriptionId, resourceGroup }: LookScope,
  virtualMachine: string,
  slot: SlotId,
  readResult: ReadResult,
): Promise<ObservedSetup | undefined> {
  const { virtualMachineRunCommands } = await computeClient(subscriptionId);
  try {
    const found = await virtualMachineRunCommands.getByVirtualMachine(
      resourceGroup,
      virtualMachine,
      setupName,
      {
        expand: 'instanceView',
      },
    );
    return observedSetup(found, virtualMachine, slot, readResult);
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

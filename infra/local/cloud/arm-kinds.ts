/** Which kinds of resources does ARM serve here? */
import type { AdminStates } from './admin-states.js';
import type { ResourceKind } from './arm-provider.js';
import type { MachineGround } from './boot-machine.js';
import type { LoadBalancerDataPlane } from './load-balancer-data-plane.js';
import { loadBalancers } from './load-balancers.js';
import { networkInterfaces } from './network-interfaces.js';
import { publicIps, type PublicIpQuota } from './public-ips.js';
import type { Resource } from './resources.js';
import { routeTables } from './route-tables.js';
import { runCommands } from './run-commands.js';
import { securityGroups } from './security-groups.js';
import { virtualMachines } from './virtual-machines.js';
import { virtualNetworks } from './virtual-network-kind.js';
import type { Subnets } from './virtual-networks.js';

/** What kinds stand on. */
export interface KindGround extends MachineGround {
  readonly subnets: Subnets;
  readonly states: AdminStates;
  readonly publicIpQuota: PublicIpQuota;
  /** Told of each balancer that was written, or is gone. */
  readonly balancers: LoadBalancerDataPlane;
}

/** All of them. */
export function kindsOf(ground: KindGround): readonly ResourceKind[] {
  const { resources, random, subnets, states, publicIpQuota, machines, clock, faults } = ground;
  return [
    publicIps(resources, random, publicIpQuota),
    securityGroups(resources, random),
    watchedBalancers(ground),
    networkInterfaces(resources, random, subnets, states),
    virtualMachines(ground),
    runCommands({ machines, clock, liesOf: (name) => faults.liesOf(name) }),
    routeTables(resources, random),
    virtualNetworks(resources, subnets, random),
  ];
}

/** A balancer probes from the end of its first write until it is gone. */
function watchedBalancers({ resources, random, subnets, states, balancers }: KindGround): ResourceKind {
  const kind = loadBalancers(resources, random, subnets, states);
  return {
    ...kind,
    settle: (balancer: Resource) => {
      kind.settle?.(balancer);
      balancers.watch(balancer);
    },
    removed: (balancer: Resource) => {
      kind.removed?.(balancer);
      balancers.forget(balancer.id);
    },
  };
}

/** What does ARM answer with? Every service of it, put together for one cloud. */
import type { AdminStates } from './admin-states.js';
import { kindsOf } from './arm-kinds.js';
import type { ArmServices } from './arm.js';
import type { Clock } from './clock.js';
import { ComputeOffers } from './compute-offers.js';
import { durationsDrawnBy, type Draw } from './durations.js';
import { EffectiveRoutes } from './effective-routes.js';
import { Faults } from './faults.js';
import { Governance } from './governance.js';
import { GroupDeletion } from './group-deletion.js';
import type { LoadBalancerDataPlane } from './load-balancer-data-plane.js';
import type { MachineHosts } from './machine-host.js';
import type { Machines } from './machines.js';
import { Monitor } from './monitor.js';
import { Operations } from './operations.js';
import type { Random } from './random.js';
import type { RecordedAnswers } from './recorded-answers.js';
import { ResourceGroups } from './resource-groups.js';
import type { Resources } from './resources.js';
import { Throttling } from './throttling.js';
import { Subnets } from './virtual-networks.js';
import type { World } from './world.js';

/** What the services stand on. */
export interface ServiceGround {
  readonly random: Random;
  readonly resources: Resources;
  readonly machines: Machines;
  readonly hosts: MachineHosts;
  readonly balancers: LoadBalancerDataPlane;
  readonly states: AdminStates;
  readonly draw: Draw;
  readonly clock: Clock;
  /** What Monitor draws from. */
  readonly signals: Random;
  readonly seed: number;
  readonly longest: number;
  readonly answers: RecordedAnswers;
}

/** Puts them together. */
export function armServices(world: World, ground: ServiceGround): ArmServices {
  const {
    random,
    resources,
    machines,
    hosts,
    balancers,
    states,
    draw,
    clock,
    signals,
    seed,
    longest,
    answers,
  } = ground;
  const coreQuotas = Object.fromEntries(
    Object.entries(world.coreQuotas).map(([name, quota]) => [name, { ...quota }]),
  );
  const publicIpQuota = { ...world.publicIpQuota };
  const offers = new ComputeOffers(resources, world.region, world.sizes, world.images, coreQuotas);
  const faults = new Faults(random, clock);
  const subnets = new Subnets(resources);
  const groups = new ResourceGroups(world.resourceGroups, world.region);
  const place = placeOf(world, groups);
  const governance = new Governance(resources, (name) => groups.content(name), world.governed ?? []);
  const monitor = new Monitor({
    ...{ resources, states, faults, clock, draw: durationsDrawnBy(signals, longest), random: signals },
    ...{ seed, longest, place, world, identities: hosts.identities },
  });
  balancers.onRound((...round) => {
    monitor.round(...round);
  });
  const shared = { resources, random, subnets, states, publicIpQuota };
  const compute = { machines, hosts, offers, faults, clock, governance };
  const kinds = kindsOf({ ...shared, ...compute, balancers });
  const going = { groups, resources, kinds, draw, random, clock, monitor, governance, region: world.region };
  return {
    resources,
    operations: new Operations(random, answers, place),
    answers,
    failureOf: ({ type, verb }) => faults.failureOf(type, verb),
    draw,
    clock,
    place,
    kinds,
    subnets,
    offers,
    publicIpQuota,
    faults,
    throttling: new Throttling(() => faults.bucketShare()),
    monitor,
    governance,
    groups,
    groupDeletion: new GroupDeletion(going),
    effectiveRoutes: new EffectiveRoutes(resources, machines, world.announced),
  };
}

/** Subscription and region, and the groups that are there by now. */
function placeOf({ subscriptionId, region }: World, groups: ResourceGroups): ArmServices['place'] {
  return {
    subscriptionId,
    region,
    get resourceGroups() {
      return groups.names();
    },
  };
}

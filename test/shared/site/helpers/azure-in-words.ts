/** What would Azure show after a step? A step's success folded into what was observed, without a wire. */
import type { ObservedResource } from '../../../../shared/site/observed-site.js';
import { identityOf, type Kept, type Observed, type Plan, type Step } from '../../../../shared/site/plan.js';
import { planSite } from '../../../../shared/site/plan-site.js';
import { pskTag } from '../../../../shared/site/psk-tag.js';
import type { SiteRecord } from '../../../../shared/site/site-record.js';
import { atSeconds, nothingYet, policy } from './builders.js';

/** A site in the middle of being reconciled. */
export interface World {
  readonly record: SiteRecord;
  readonly observed: Observed;
}

function idOf(name: string): string {
  return `/subscriptions/s/resourceGroups/rg-gateways/providers/Microsoft.X/y/${name}`;
}

/** The resource that a write leaves once its operation has succeeded. */
export function made(step: Extract<Step, { verb: 'put' }>): ObservedResource {
  const { intent } = step;
  const common = {
    name: intent.name,
    id: idOf(intent.name),
    state: 'settled' as const,
    config: intent.config,
  };
  switch (intent.kind) {
    case 'security-group':
      return { kind: intent.kind, ...common };
    case 'load-balancer':
      return { kind: intent.kind, ...common, frontendIp: '10.0.1.4', drained: [], ports: intent.proxyPorts };
    case 'alert-rule':
      return { kind: intent.kind, ...common };
    case 'public-ip': {
      const [, zone, n] = /-z(\d)-(\d+)$/.exec(intent.slot) ?? [];
      return {
        kind: intent.kind,
        ...common,
        slot: intent.slot,
        address: `203.0.113.${zone ?? ''}${n ?? ''}`,
      };
    }
    case 'network-interface':
      return { kind: intent.kind, ...common, slot: intent.slot, inPool: true, privateIp: '10.0.1.5' };
    case 'virtual-machine':
      return {
        kind: intent.kind,
        ...common,
        slot: intent.slot,
        generation: intent.generation,
        power: 'running',
      };
    case 'setup':
      return {
        kind: intent.kind,
        ...common,
        slot: intent.slot,
        virtualMachine: intent.virtualMachine,
        execution: 'succeeded',
        psk: pskTag(intent.psk),
        result: {
          ok: true,
          config: intent.config,
          changed: [],
          tunnels: { primary: { state: 'up', seconds: 3 } },
          probe: 200,
        },
      };
    case 'run':
      return {
        kind: intent.kind,
        ...common,
        name: intent.name,
        slot: intent.slot,
        virtualMachine: intent.virtualMachine,
        execution: 'succeeded',
        requestedAt: intent.requestedAt,
      };
    case 'pool':
      throw new Error('A pool is a part of its balancer.');
  }
}

/** What is observed after a step has succeeded. */
export function after(resources: readonly ObservedResource[], step: Step): readonly ObservedResource[] {
  if (step.verb === 'start' || step.verb === 'redeploy') {
    return resources.map((resource) =>
      resource.kind === 'virtual-machine' && resource.name === step.intent.name
        ? { ...resource, power: 'running' }
        : resource,
    );
  }
  if (step.verb === 'put' && step.intent.kind === 'pool') {
    const { drained } = step.intent;
    return resources.map((resource) =>
      resource.kind === 'load-balancer' ? { ...resource, drained } : resource,
    );
  }
  if (step.verb === 'delete') {
    return resources.filter(
      (resource) =>
        identityOf(resource) !== identityOf(step.intent) &&
        !('virtualMachine' in resource && resource.virtualMachine === step.intent.name),
    );
  }
  if (step.verb !== 'put') return resources;
  const resource = made(step);
  return [...resources.filter((other) => identityOf(other) !== identityOf(resource)), resource];
}

/** Folds a plan into the world: its steps succeed, its status and generations are recorded. */
export function follow({ record, observed }: World, plan: Plan): World {
  const generations = plan.steps.flatMap(({ intent }) =>
    'generation' in intent ? [[intent.slot, intent.generation] as const] : [],
  );
  const { phase, gateways, resolved, frontendIp, kept } = plan;
  return {
    record: {
      ...record,
      phase,
      gateways,
      ...(kept === undefined ? {} : withoutWish(kept)),
      ...(resolved === undefined ? {} : { resolved }),
      ...(frontendIp === undefined ? {} : { frontendIp }),
      generations: { ...record.generations, ...Object.fromEntries(generations) },
    },
    observed: { ...observed, resources: plan.steps.reduce(after, observed.resources) },
  };
}

function withoutWish({ isRotationWanted: _, ...kept }: Kept): Omit<Kept, 'isRotationWanted'> {
  return kept;
}

/** Plans, and looks at what the plan asks for first, as a run does: a quiet fleet, and seats for everybody. */
export function planAsked(record: SiteRecord, observed: Observed, now: Date): Plan {
  let seen: Observed = observed;
  for (let question = 0; question < 3; question++) {
    const plan = planSite(record, seen, policy, now);
    const { needsFleet = false, wantsSeats = [] } = plan;
    if (!needsFleet && wantsSeats.length === 0) return plan;
    const seats = Object.fromEntries(wantsSeats.map((slot) => [slot, 'taken' as const]));
    seen = { ...seen, fleet: { gateways: 20, failing: 0, edges: {} }, seats: { ...seen.seats, ...seats } };
  }
  throw new Error('The plan asks for ever.');
}

/** The plans of every round until one has no steps, and the world then; each round is a minute later. */
export function settle(world: World, mostRounds = 30): World & { readonly plans: readonly Plan[] } {
  const plans: Plan[] = [];
  let current = world;
  for (let round = 0; round < mostRounds; round++) {
    const plan = planAsked(current.record, current.observed, atSeconds(60 * round));
    plans.push(plan);
    current = follow(current, plan);
    if (plan.steps.length === 0) return { ...current, plans };
  }
  throw new Error(`Still busy after ${mostRounds} rounds.`);
}

/** A site that was built from nothing and is at rest; the surroundings are not looked at any more. */
export function atRest(record: SiteRecord, observed: Observed = nothingYet()): World {
  const { record: built, observed: seen } = settle({ record, observed });
  return { record: built, observed: { resources: seen.resources, inFlight: [], attempts: [] } };
}

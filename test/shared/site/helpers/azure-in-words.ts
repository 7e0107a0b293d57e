/** What would Azure show after a step? A step's success folded into what was observed, without a wire. */
import type { GatewayDiagnosis } from '../../../../shared/gateway/gateway-diagnosis.js';
import type { BackendSample, ObservedResource } from '../../../../shared/site/observed-site.js';
import { identityOf, type Observed, type Plan, type Step } from '../../../../shared/site/plan.js';
import { planSite } from '../../../../shared/site/plan-site.js';
import { pskTag } from '../../../../shared/site/psk-tag.js';
import type { SiteRecord } from '../../../../shared/site/site-record.js';
import { withoutField } from '../../../../shared/site/without-field.js';
import { atSeconds, nothingYet, policy } from './builders.js';

/** A site in the middle of being reconciled. */
export interface World {
  readonly record: SiteRecord;
  readonly observed: Observed;
}

function idOf(name: string): string {
  return `/subscriptions/s/resourceGroups/rg-gateways/providers/Microsoft.X/y/${name}`;
}

/** An hour before noon: what was made then is settled at noon, and what is done about it later is later. */
const longAgo = atSeconds(-3600);

/** The resource that a write leaves once its operation has succeeded; a machine serves, and says so when it is asked. */
export function made(step: Extract<Step, { verb: 'put' }>, at: Date = longAgo): ObservedResource {
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
    case 'public-ip':
      return {
        kind: intent.kind,
        ...common,
        slot: intent.slot,
        address: `203.0.113.${hostOf(intent.slot)}`,
      };
    case 'network-interface':
      return {
        kind: intent.kind,
        ...common,
        slot: intent.slot,
        inPool: true,
        privateIp: `10.0.1.${hostOf(intent.slot)}`,
      };
    case 'virtual-machine':
      return {
        kind: intent.kind,
        ...common,
        slot: intent.slot,
        generation: intent.generation,
        power: 'running',
        createdAt: at.toISOString(),
      };
    case 'setup':
      return {
        kind: intent.kind,
        ...common,
        slot: intent.slot,
        virtualMachine: intent.virtualMachine,
        execution: 'succeeded',
        psk: pskTag(intent.psk),
        endedAt: at.toISOString(),
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
        endedAt: at.toISOString(),
        ...(intent.name === 'diagnose'
          ? { diagnosis: allIsWell }
          : { result: { ok: true, config: intent.config, changed: [], tunnels: {}, probe: 200 } }),
      };
    case 'pool':
      throw new Error('A pool is a part of its balancer.');
  }
}

/** Last part of a slot's addresses: 21 for the first gateway of zone 2. */
function hostOf(slot: string): string {
  const [, zone, n] = /-z(\d)-(\d+)$/.exec(slot) ?? [];
  return `${zone ?? ''}${n ?? ''}`;
}

/** What a machine says of itself that serves. */
export const allIsWell: GatewayDiagnosis = {
  changedFiles: [],
  services: { ipsec: true, forwarding: true, agent: true },
  tunnels: { primary: { state: 'up', request: true } },
  probe: 200,
  connections: 0,
};

/** What is observed after a step has succeeded. */
export function after(
  resources: readonly ObservedResource[],
  step: Step,
  at: Date = longAgo,
): readonly ObservedResource[] {
  if (step.verb === 'put') return afterWrite(resources, step, at);
  if (step.verb === 'delete') {
    const { intent } = step;
    const left = resources.filter(
      (resource) =>
        identityOf(resource) !== identityOf(intent) &&
        !('virtualMachine' in resource && resource.virtualMachine === intent.name),
    );
    // A network interface takes its place in the pool along.
    return left.map((resource) =>
      resource.kind === 'load-balancer' && intent.kind === 'network-interface'
        ? { ...resource, drained: resource.drained.filter((slot) => slot !== intent.slot) }
        : resource,
    );
  }
  return resources.map((resource) =>
    resource.kind === 'virtual-machine' && resource.name === step.intent.name
      ? { ...resource, power: 'running' }
      : resource,
  );
}

function afterWrite(resources: readonly ObservedResource[], step: Extract<Step, { verb: 'put' }>, at: Date) {
  const { intent } = step;
  if (intent.kind === 'pool') {
    return resources.map((resource) =>
      resource.kind === 'load-balancer' ? { ...resource, drained: intent.drained } : resource,
    );
  }
  const resource = made(step, at);
  return [...resources.filter((other) => identityOf(other) !== identityOf(resource)), resource];
}

/** Folds a plan into the world: its steps have succeeded by a time, its status and generations are recorded. */
export function follow({ record, observed }: World, plan: Plan, at: Date = longAgo): World {
  const generations = plan.steps.flatMap(({ intent }) =>
    'generation' in intent ? [[intent.slot, intent.generation] as const] : [],
  );
  const { phase, gateways, resolved, frontendIp, kept } = plan;
  return {
    record: {
      ...record,
      phase,
      gateways,
      ...(kept === undefined ? {} : withoutField(kept, 'isRotationWanted')),
      ...(resolved === undefined ? {} : { resolved }),
      ...(frontendIp === undefined ? {} : { frontendIp }),
      generations: { ...record.generations, ...Object.fromEntries(generations) },
    },
    observed: {
      ...observed,
      resources: plan.steps.reduce((seen, step) => after(seen, step, at), observed.resources),
    },
  };
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

/** Steps of a round have succeeded before the next one, which is a minute later. */
const [stepSeconds, roundSeconds] = [30, 60];

/** The plans of every round until one has no steps, and the world then. */
export function settle(
  world: World,
  mostRounds = 30,
  fromSeconds = 0,
): World & { readonly plans: readonly Plan[] } {
  const plans: Plan[] = [];
  let current = world;
  for (let round = 0; round < mostRounds; round++) {
    const seconds = fromSeconds + roundSeconds * round;
    const plan = planAsked(current.record, current.observed, atSeconds(seconds));
    plans.push(plan);
    current = follow(current, plan, atSeconds(seconds + stepSeconds));
    if (plan.steps.length === 0) return { ...current, plans };
  }
  throw new Error(`Still busy after ${mostRounds} rounds.`);
}

/** A site that was built from nothing and is at rest; the surroundings are not looked at any more. */
export function atRest(record: SiteRecord, observed: Observed = nothingYet()): World {
  const { record: built, observed: seen } = settle({ record, observed }, 30, -3600);
  return { record: built, observed: { resources: seen.resources, inFlight: [], attempts: [] } };
}

/** A minute in which all probes of every gateway were answered. */
export function wellMeasured({ resources }: Observed, at: Date): readonly BackendSample[] {
  return resources.flatMap((resource) =>
    resource.kind === 'network-interface' && resource.privateIp !== undefined
      ? [{ privateIp: resource.privateIp, at: at.toISOString(), percent: 100 }]
      : [],
  );
}

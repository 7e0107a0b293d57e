/** What is to be done for a site now? The one plan for build, repair, growth and deletion. */
import { desiredSlots, loadBalancerIntent, securityGroupIntent, type DesiredSlot } from './desired-site.js';
import type { Missing } from './preflight.js';
import { preflight } from './preflight.js';
import { resourceName, type SlotId } from './ids.js';
import type { LoadBalancerIntent, SecurityGroupIntent } from './intent.js';
import type { Surroundings } from './observed-site.js';
import {
  isInFlight,
  pausedAttempt,
  removalOf,
  subjectOf,
  type Observed,
  type Plan,
  type Step,
  type Wait,
} from './plan.js';
import { planDeletion } from './plan-deletion.js';
import { planSlot } from './plan-slot.js';
import type { Policy } from './policy.js';
import type { Objection } from './preflight-slots.js';
import type { Problem } from './problem.js';
import { refuse } from './refusal.js';
import { gatewayStatus, sitePhase, siteProblem } from './site-status.js';
import type { Resolved, SiteRecord } from './site-record.js';
import type { SlotPlan } from './slot-question.js';

/**
 * Decides what to do for a site: the steps that can be taken now, what is waited for, and what `GET` tells.
 * Pure and total: the same record, observation, policy and time give the same plan.
 *
 * @param record what is wanted and what was tried; `wanted: absent` is an empty desired state
 * @param observed what Azure says now, and what is in flight
 * @returns a plan; `needsSurroundings` when nothing can be decided before they are looked at
 */
export function planSite(record: SiteRecord, observed: Observed, policy: Policy, now: Date): Plan {
  if (record.wanted === 'absent') return planAbsence(record, observed, policy, now);
  const { spec } = record;
  if (spec.paused) return planPause(record);
  const surroundings = observed.surroundings;
  const resolved = record.resolved ?? (surroundings && resolve(record, surroundings));
  if (surroundings === undefined && (resolved === undefined || isIncomplete(record, observed, resolved))) {
    return { ...planPause(record), waits: [], needsSurroundings: true };
  }
  const slots = resolved === undefined ? [] : desiredSlots(spec, resolved.zones);
  const objections =
    surroundings === undefined ? [] : preflight(spec, surroundings, missingOf(record, slots, observed));
  const isUntouched = observed.resources.length === 0 && observed.inFlight.length === 0;
  if (resolved === undefined || (objections.length > 0 && isUntouched)) {
    const problems = objections.map(({ problem }) => problem);
    return refuse(record, observed, problems, now);
  }
  return planPresence({ record, observed, policy, now, slots, resolved, surroundings, objections });
}

interface Presence {
  readonly record: SiteRecord;
  readonly observed: Observed;
  readonly policy: Policy;
  readonly now: Date;
  readonly slots: readonly DesiredSlot[];
  readonly resolved: Resolved;
  readonly surroundings: Surroundings | undefined;
  readonly objections: readonly Objection[];
}

/** Says whether an objection holds up one of these gateways. */
function concerns({ slots }: Objection, some: readonly SlotId[]): boolean {
  return slots === undefined || slots.some((slot) => some.includes(slot));
}

function planPresence(presence: Presence): Plan {
  const { record, observed, policy, now, slots, resolved, objections } = presence;
  const { spec } = record;
  const shared = [
    planShared(securityGroupIntent(spec, resolved, policy), observed, now),
    planShared(atKnownAddress(loadBalancerIntent(spec, policy), record), observed, now),
  ];
  const planned = slots.map((slot) => ({ slot, plan: planOneSlot(presence, slot) }));
  const gateways = planned.map(({ slot, plan }) => gatewayStatus(record, observed, slot, plan, now));
  const parts: readonly (SlotPlan | SharedPlan)[] = [...shared, ...planned.map(({ plan }) => plan)];
  const phase = sitePhase(record.phase, gateways, sharedProblems(record, observed).length > 0);
  const lacking = gateways.filter(({ doing }) => doing !== 'serving').map(({ slot }) => slot);
  const why = siteProblem(phase, gateways, [
    ...sharedProblems(record, observed),
    ...objections.filter((objection) => concerns(objection, lacking)).map(({ problem }) => problem),
  ]);
  const frontendIp = observed.resources.find((resource) => resource.kind === 'load-balancer')?.frontendIp;
  return {
    steps: parts.flatMap(({ step }) => step ?? []),
    waits: parts.flatMap(({ wait }) => wait ?? []),
    needsSurroundings: false,
    isGone: false,
    phase,
    ...(why === undefined ? {} : { problem: why }),
    gateways,
    ...(frontendIp === undefined ? {} : { frontendIp }),
    resolved,
  };
}

function planOneSlot(
  { record, observed, policy, now, resolved, surroundings, objections }: Presence,
  slot: DesiredSlot,
): SlotPlan {
  const told = record.gateways.find((status) => status.slot === slot.slot);
  const knownAddress = told?.publicIp;
  const hold = objections.find((objection) => concerns(objection, [slot.slot]))?.problem;
  return planSlot({
    site: record.spec,
    slot,
    observed,
    resolved,
    versions: usableVersions(surroundings),
    generation: record.generations[slot.slot] ?? 0,
    ...(knownAddress === undefined ? {} : { knownAddress }),
    ...(told?.doing === 'setting-up' ? { settingUpSince: told.since } : {}),
    ...(hold === undefined ? {} : { hold }),
    policy,
    now,
  });
}

interface SharedPlan {
  readonly step?: Step;
  readonly wait?: Wait;
}

function planShared(
  intent: SecurityGroupIntent | LoadBalancerIntent,
  observed: Observed,
  now: Date,
): SharedPlan {
  const subject = intent.name;
  const found = observed.resources.find(({ kind, name }) => kind === intent.kind && name === intent.name);
  if (isInFlight(observed, subject)) {
    return { wait: { subject, reason: 'waits-for-operation', sentence: `${subject} is being written.` } };
  }
  if (found?.state === 'settled' && found.config === intent.config) return {};
  const paused = pausedAttempt(observed, subject, now);
  if (paused !== undefined) {
    const sentence = `${paused.problem.detail} Again after ${paused.notBefore}.`;
    return { wait: { subject, reason: 'waits-after-failure', sentence, until: paused.notBefore } };
  }
  const reason = found === undefined ? 'resource-missing' : 'resource-differs';
  const why = found === undefined ? 'the site has none' : 'it differs from what the site asks for';
  return { step: { verb: 'put', subject, intent, reason, sentence: `Writes ${subject}: ${why}.` } };
}

/** A balancer that is written again keeps the address that clients have in their proxy.pac. */
function atKnownAddress(intent: LoadBalancerIntent, { frontendIp }: SiteRecord): LoadBalancerIntent {
  return frontendIp === undefined || intent.frontendIp !== undefined ? intent : { ...intent, frontendIp };
}

function usableVersions(surroundings: Surroundings | undefined): ReadonlyMap<string, string> {
  const usable = (surroundings?.secrets ?? []).flatMap((looked) =>
    looked.ok && looked.value.state === 'usable' ? [[looked.value.name, looked.value.version] as const] : [],
  );
  return new Map(usable);
}

/** Decides what the site left open, once the surroundings are known well enough. */
function resolve({ spec }: SiteRecord, { offer, subnet }: Surroundings): Resolved | undefined {
  if (!offer.ok || !subnet.ok) return undefined;
  return {
    zones: spec.zones ?? offer.value.zones,
    clients: spec.clients ?? subnet.value.addressSpace,
    acceleratedNetworking: offer.value.acceleratedNetworking,
  };
}

function sharedProblems({ name }: SiteRecord, { attempts }: Observed): readonly Problem[] {
  const shared: readonly string[] = [resourceName.loadBalancer(name), resourceName.securityGroup(name)];
  return attempts.filter(({ subject }) => shared.includes(subject)).map(({ problem }) => problem);
}

/** Says whether anything is to be made or written, so that the surroundings matter. */
function isIncomplete(record: SiteRecord, observed: Observed, { zones }: Resolved): boolean {
  const machines = observed.resources.filter(({ kind }) => kind === 'virtual-machine');
  const setups = observed.resources.filter(
    (resource) =>
      resource.kind === 'setup' &&
      (resource.result?.ok === true || isInFlight(observed, subjectOf(resource))),
  );
  const wanted = desiredSlots(record.spec, zones).length;
  const hasBalancer = observed.resources.some(({ kind }) => kind === 'load-balancer');
  return machines.length < wanted || setups.length < wanted || !hasBalancer;
}

function missingOf({ spec }: SiteRecord, slots: readonly DesiredSlot[], observed: Observed): Missing {
  const has = (name: string) => observed.resources.some((resource) => resource.name === name);
  const machineSlots = new Set(
    observed.resources.flatMap((resource) => (resource.kind === 'virtual-machine' ? [resource.slot] : [])),
  );
  return {
    slots,
    machines: slots.filter(({ slot }) => !machineSlots.has(slot)).length,
    addresses: slots.filter(
      ({ slot, foreignAddressId }) => foreignAddressId === undefined && !has(resourceName.publicIp(slot)),
    ).length,
    networkInterfaces: slots.filter(({ slot }) => !has(resourceName.networkInterface(slot))).length,
    hasLoadBalancer: has(resourceName.loadBalancer(spec.name)),
  };
}

/** Nothing is done, nothing changes; what was told last is told again. */
function planPause({ phase, problem, gateways, frontendIp, resolved, name }: SiteRecord): Plan {
  return {
    steps: [],
    waits: [{ subject: name, reason: 'paused', sentence: `${name} is paused; nothing is begun.` }],
    needsSurroundings: false,
    isGone: false,
    phase,
    ...(problem === undefined ? {} : { problem }),
    gateways,
    ...(frontendIp === undefined ? {} : { frontendIp }),
    ...(resolved === undefined ? {} : { resolved }),
  };
}

function planAbsence(record: SiteRecord, observed: Observed, policy: Policy, now: Date): Plan {
  const { steps, waits } = planDeletion(record.spec, observed, policy, now);
  const left = new Set(observed.resources.flatMap((resource) => ('slot' in resource ? [resource.slot] : [])));
  const removals = observed.resources.map(removalOf);
  const why = observed.attempts.find(({ subject }) => removals.includes(subject))?.problem;
  return {
    steps,
    waits,
    needsSurroundings: false,
    isGone: observed.resources.length === 0 && observed.inFlight.length === 0,
    phase: 'deleting',
    ...(why === undefined ? {} : { problem: why }),
    gateways: record.gateways
      .filter(({ slot }) => left.has(slot))
      .map((status) =>
        status.doing === 'deleting'
          ? status
          : {
              ...status,
              doing: 'deleting',
              since: now.toISOString(),
              because: 'The site is not wanted any more.',
            },
      ),
  };
}

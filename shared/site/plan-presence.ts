/** What is to be done for a site that is wanted? Its gateways, what they share, and what is arranged between them. */
import { arrange } from './arrange.js';
import type { PlannedSlot } from './arranging/table.js';
import { gatewayConfig, type DesiredSlot } from './desired-site.js';
import { resourceName, type SlotId } from './ids.js';
import type { ObservedResource, Surroundings } from './observed-site.js';
import type { Orders } from './orders.js';
import type { Kept, Observed, Plan, Step } from './plan.js';
import { planRotation } from './plan-rotation.js';
import type { RotationPlan } from './rotate/rotation-question.js';
import { planShared } from './plan-shared.js';
import { withBalancerPorts, withRollingPorts } from './rolling-ports.js';
import { planSlot } from './plan-slot.js';
import { planSurplus } from './plan-surplus.js';
import { alertLookBackSeconds, type Policy } from './policy.js';
import type { Objection } from './preflight-slots.js';
import type { Problem } from './problem.js';
import type { Resolved, SiteRecord } from './site-record.js';
import { gatewayStatus, isObstacle, sitePhase, siteProblem } from './site-status.js';
import { uncheckedWaits } from './unchecked.js';
import { wantedVersions } from './wanted-versions.js';

/** What the plan of a wanted site is made from. */
export interface Presence {
  readonly record: SiteRecord;
  readonly observed: Observed;
  readonly policy: Policy;
  readonly now: Date;
  readonly slots: readonly DesiredSlot[];
  readonly resolved: Resolved;
  readonly surroundings: Surroundings | undefined;
  readonly objections: readonly Objection[];
}

/** Plans a site that is wanted. */
export function planPresence(given: Presence): Plan {
  const spec = withRollingPorts(given.record.spec, given.observed);
  const presence = { ...given, record: { ...given.record, spec } };
  const { record, observed, policy, now, slots, resolved } = presence;
  const wanted = slots.map((slot) => plannedSlot(presence, slot));
  const surplus = planSurplus(presence, wanted);
  const arranged = arrange({
    record,
    observed,
    policy,
    now,
    slots: [...wanted, ...surplus],
    wanted: slots.length,
  });
  // One that is drained by order serves as well, though it gets no new connections.
  const serving = arranged.slots
    .filter(({ plan }) => plan.doing === 'serving' || plan.doing === 'drained')
    .map(({ slot }) => slot);
  const { outOfService, remedies } = arranged;
  const rotated = planRotation({
    record: { ...record, outOfService, remedies },
    observed,
    slots,
    configOf: (slot) => configOf(presence, slot),
    serving,
    now,
  });
  const balancerSite = withBalancerPorts(given.record.spec, observed, arranged.slots, outOfService);
  const { drained } = arranged;
  const isSettled = hasServed(record, arranged.slots, now);
  const shared = planShared({ record, balancerSite, observed, resolved, drained, isSettled, policy, now });
  const kept: Kept = {
    outOfService,
    remedies,
    replacements: arranged.replacements,
    ...(rotated.rotation === undefined ? {} : { rotation: rotated.rotation }),
    secretsInUse: rotated.secretsInUse,
    orders: standingOrders(record, observed),
    isRotationWanted: record.rotationWanted !== undefined && !rotated.isWishTaken,
  };
  return {
    ...whatIsTold(presence, arranged.slots),
    steps: [
      ...shared.flatMap(({ step }) => step ?? []),
      ...arranged.slots
        .flatMap(({ plan }) => plan.step ?? [])
        .filter((step) => !isOvertaken(step, presence, rotated)),
    ],
    rotationSteps: rotated.steps,
    waits: [
      ...(presence.surroundings === undefined ? [] : uncheckedWaits(presence.surroundings)),
      ...shared.flatMap(({ wait }) => wait ?? []),
      ...arranged.slots.flatMap(({ plan }) => plan.wait ?? []),
      ...rotated.waits,
    ],
    needsSurroundings: false,
    needsFleet: arranged.needsFleet,
    wantsSeats: arranged.wantsSeats,
    kept,
    happened: [...arranged.slots.flatMap(({ plan }) => plan.happened ?? []), ...rotated.happened],
    isGone: false,
    resolved,
  };
}

/** All have served for longer than the alert rule looks back, with what the metric is late. */
function hasServed({ gateways }: SiteRecord, slots: readonly PlannedSlot[], now: Date): boolean {
  const before = new Date(now.getTime() - alertLookBackSeconds * 1000).toISOString();
  return (
    slots.length > 0 &&
    slots.every(({ plan }) => plan.doing === 'serving') &&
    gateways.every(({ doing, since }) => doing === 'serving' && since <= before)
  );
}

/** What the site's row tells of it from now on. */
function whatIsTold(
  { record, observed, now, slots, objections }: Presence,
  arranged: readonly PlannedSlot[],
): Pick<Plan, 'phase' | 'problem' | 'gateways' | 'frontendIp'> {
  const gateways = arranged.map(({ slot, plan }) => {
    const desired = slots.find((other) => other.slot === slot);
    return gatewayStatus(record, observed, desired ?? slot, plan, now);
  });
  const ours = gateways.filter(({ slot }) => slots.some((desired) => desired.slot === slot));
  const phase = sitePhase(record.phase, ours, sharedProblems(record, observed).some(isObstacle));
  const lacking = ours.filter(({ doing }) => doing !== 'serving').map(({ slot }) => slot);
  const why = siteProblem(phase, ours, [
    ...sharedProblems(record, observed),
    ...objections.filter((objection) => concerns(objection, lacking)).map(({ problem }) => problem),
  ]);
  const frontendIp = observed.resources.find((resource) => resource.kind === 'load-balancer')?.frontendIp;
  return {
    phase,
    gateways,
    ...(why === undefined ? {} : { problem: why }),
    ...(frontendIp === undefined ? {} : { frontendIp }),
  };
}

/** Says whether an objection holds up one of these gateways. */
function concerns({ slots }: Objection, some: readonly SlotId[]): boolean {
  return slots === undefined || slots.some((slot) => some.includes(slot));
}

/** A setup with a version that the rotation has just taken back, or replaced, would interrupt its gateway for nothing. */
function isOvertaken(
  step: Step,
  { observed, surroundings }: Presence,
  { rotation, secretsInUse }: Pick<RotationPlan, 'rotation' | 'secretsInUse'>,
): boolean {
  if (step.verb !== 'put' || step.intent.kind !== 'setup') return false;
  const secrets = [...(surroundings?.secrets ?? []), ...(observed.secrets ?? [])];
  const after = rotation === undefined ? { secretsInUse } : { secretsInUse, rotation };
  const wanted = wantedVersions(after, secrets, step.intent.slot);
  return Object.values(step.intent.psk).some(({ name, version }) => wanted.get(name) !== version);
}

function plannedSlot(presence: Presence, slot: DesiredSlot): PlannedSlot {
  const plan = planOneSlot(presence, slot);
  return { slot: slot.slot, plan, health: plan.health };
}

function planOneSlot(
  { record, observed, policy, now, resolved, surroundings, objections }: Presence,
  slot: DesiredSlot,
) {
  const told = record.gateways.find((status) => status.slot === slot.slot);
  const knownAddress = told?.publicIp;
  const hold = objections.find((objection) => concerns(objection, [slot.slot]))?.problem;
  const secrets = [...(surroundings?.secrets ?? []), ...(observed.secrets ?? [])];
  return planSlot({
    site: record.spec,
    record,
    slot,
    observed,
    resolved,
    versions: wantedVersions(record, secrets, slot.slot),
    generation: record.generations[slot.slot] ?? 0,
    ...(knownAddress === undefined ? {} : { knownAddress }),
    ...(told?.doing === 'setting-up' || told?.doing === 'changing' ? { settingUpSince: told.since } : {}),
    ...(hold === undefined ? {} : { hold }),
    policy,
    now,
  });
}

function configOf({ record, observed, resolved, policy }: Presence, slot: DesiredSlot) {
  const address = observed.resources
    .filter((resource) => resource.kind === 'public-ip')
    .find((found) => found.slot === slot.slot)?.address;
  const told = record.gateways.find((status) => status.slot === slot.slot)?.publicIp;
  const known = address ?? told;
  return known === undefined ? undefined : gatewayConfig(record.spec, slot, known, resolved, policy);
}

function sharedProblems({ name }: SiteRecord, { attempts }: Observed): readonly Problem[] {
  const shared: readonly string[] = [resourceName.loadBalancer(name), resourceName.securityGroup(name)];
  return attempts.filter(({ subject }) => shared.includes(subject)).map(({ problem }) => problem);
}

/** An order to replace a machine is carried out once a later generation stands in its place. */
function standingOrders({ orders = {} }: SiteRecord, { resources }: Observed): Orders {
  const generationOf = (slot: string) =>
    Math.max(
      0,
      ...resources
        .filter(
          (resource): resource is Extract<ObservedResource, { kind: 'virtual-machine' }> =>
            resource.kind === 'virtual-machine',
        )
        .filter((machine) => machine.slot === slot)
        .map(({ generation }) => generation),
    );
  const standing = Object.entries(orders).map(([slot, { replace, ...others }]) => {
    const isDone = replace !== undefined && generationOf(slot) > replace.generation;
    return [slot, replace === undefined || isDone ? others : { ...others, replace }] as const;
  });
  return Object.fromEntries(standing.filter(([, order]) => Object.keys(order).length > 0));
}

/** What is to be done for a site now? The one plan for build, repair, healing, change, rotation and deletion. */
import { desiredSlots, machineFingerprint, type DesiredSlot } from './desired-site.js';
import type { Missing } from './missing.js';
import { preflight } from './preflight.js';
import { resourceName } from './ids.js';
import { isInFlight, removalOf, subjectOf, type Observed, type Plan } from './plan.js';
import { planDeletion } from './plan-deletion.js';
import { planPresence } from './plan-presence.js';
import type { Policy } from './policy.js';
import type { Surroundings } from './observed-site.js';
import { refuse } from './refusal.js';
import type { Resolved, SiteRecord } from './site-record.js';

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
    const refused = refuse(record, observed, problems, now);
    // A site that stands goes on as it is; only its change is refused for now.
    return isUntouched ? refused : { ...refused, phase: record.phase, gateways: record.gateways };
  }
  return planPresence({ record, observed, policy, now, slots, resolved, surroundings, objections });
}

/** Decides what the site left open, once the surroundings are known well enough. */
function resolve({ spec, gateways }: SiteRecord, { offer, subnet }: Surroundings): Resolved | undefined {
  if (!offer.ok || !subnet.ok) return undefined;
  // Another size may be offered in fewer zones: no gateway that stands goes because nobody named its zone.
  const standing = gateways.map(({ zone }) => zone);
  return {
    zones: spec.zones ?? [...new Set([...offer.value.zones, ...standing])].sort(),
    clients: spec.clients ?? subnet.value.addressSpace,
    acceleratedNetworking: offer.value.acceleratedNetworking,
  };
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
  return (
    machines.length < wanted || setups.length < wanted || !hasBalancer || isToBeReplaced(record, observed)
  );
}

/** No machine goes before it is known that the one in its place may be made. */
function isToBeReplaced({ spec, orders = {} }: SiteRecord, { resources }: Observed): boolean {
  const wanted = machineFingerprint(spec);
  return (
    Object.values(orders).some(({ replace }) => replace !== undefined) ||
    resources.some(
      ({ kind, config }) => kind === 'virtual-machine' && config !== undefined && config !== wanted,
    )
  );
}

function missingOf({ spec }: SiteRecord, slots: readonly DesiredSlot[], observed: Observed): Missing {
  const has = (name: string) => observed.resources.some((resource) => resource.name === name);
  const machineSlots = new Set(
    observed.resources.flatMap((resource) => (resource.kind === 'virtual-machine' ? [resource.slot] : [])),
  );
  return {
    slots,
    standing: slots.map(({ slot }) => slot).filter((slot) => machineSlots.has(slot)),
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
    ...keptWithoutRemedies(record),
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

/** Nothing is mended at a site that goes: who was being mended needs no seat of the fleet any more. */
function keptWithoutRemedies(record: SiteRecord): Pick<Plan, 'kept'> {
  const { remedies = {}, outOfService = {}, replacements = [], rotation, rotationWanted } = record;
  if (Object.keys(remedies).length === 0) return {};
  const { secretsInUse = {}, orders = {} } = record;
  const isRotationWanted = rotationWanted !== undefined;
  const kept = { outOfService, remedies: {}, replacements, secretsInUse, orders, isRotationWanted };
  return { kept: rotation === undefined ? kept : { ...kept, rotation } };
}

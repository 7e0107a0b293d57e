/** Which gateways has a site that it shouldn't have any more? They go one by one, drained first, once the others serve. */
import type { PlannedSlot } from './arranging/table.js';
import { placementOf, type DesiredSlot } from './desired-site.js';
import type { SlotId } from './ids.js';
import { changeHeldBy } from './guards/change-held.js';
import { healthOf } from './standing.js';
import type { ObservedResource, ObservedVirtualMachine } from './observed-site.js';
import { isInFlight, removalOf, subjectOf, type Observed, type Step, type Wait } from './plan.js';
import { planDeletion } from './plan-deletion.js';
import type { Policy } from './policy.js';
import type { SiteRecord } from './site-record.js';
import type { SlotPlan } from './slot-question.js';

/** What surplus is planned from. */
export interface SurplusQuestion {
  readonly record: SiteRecord;
  readonly observed: Observed;
  readonly policy: Policy;
  readonly now: Date;
  readonly slots: readonly DesiredSlot[];
}

/** Plans the gateways that a smaller site has no place for. */
export function planSurplus(
  question: SurplusQuestion,
  wanted: readonly PlannedSlot[],
): readonly PlannedSlot[] {
  const { observed, slots } = question;
  const there = new Set(
    observed.resources.flatMap((resource) => ('slot' in resource ? [resource.slot] : [])),
  );
  return [...there]
    .filter((slot) => !slots.some((desired) => desired.slot === slot))
    .sort()
    .map((slot) => ({ slot, plan: planOne(question, slot, wanted) }));
}

function planOne(question: SurplusQuestion, slot: SlotId, wanted: readonly PlannedSlot[]): SlotPlan {
  const { observed } = question;
  const machine = observed.resources.find(
    (resource): resource is ObservedVirtualMachine =>
      resource.kind === 'virtual-machine' && resource.slot === slot,
  );
  if (machine === undefined || isInFlight(observed, subjectOf(machine)) || !mayCarry(question, machine))
    return remove(question, slot);
  const { doing, because } = standing(question, machine);
  const waits = (reason: Wait['reason'], sentence: string): SlotPlan => ({
    doing,
    because,
    wait: { subject: machine.name, gateway: slot, reason, sentence },
  });
  if (doing === 'broken') {
    // There is nobody to drain from it; but as long as nobody else serves, it may still be better than nothing.
    const held = changeHeldBy(question.record, slot, question.now);
    if (held !== undefined) return waits(held.reason, held.sentence);
    return wanted.some((other) => takesOver(question, other))
      ? remove(question, slot)
      : waits('waits-for-resource', `${slot} goes once a gateway that the site should have serves.`);
  }
  if (wanted.some(({ plan }) => plan.doing !== 'serving'))
    return waits('waits-for-resource', `${slot} goes once every gateway that the site should have serves.`);
  const step = deletionOf(question, machine, slot);
  return {
    doing,
    because,
    wish: { kind: 'planned', because: 'removal', step, isOrdered: false, takesMachine: true },
  };
}

/** A machine that has served may carry connections, whatever is suspected of it, until its removal began. */
function mayCarry({ record }: SurplusQuestion, { slot, name }: ObservedVirtualMachine): boolean {
  const told = record.gateways.find((status) => status.slot === slot);
  return told?.doing !== 'deleting' && (told?.doing === 'serving' || told?.served?.machine === name);
}

/** It isn't mended any more, but it takes nobody over either once it doesn't serve. */
function standing(
  { record, observed }: SurplusQuestion,
  machine: ObservedVirtualMachine,
): Pick<SlotPlan, 'doing' | 'because'> {
  const { slot, power } = machine;
  const { complaint, report, said } = healthOf(record, observed, machine);
  const isOff = power === 'stopped' || power === 'deallocated';
  const why = `${slot} has no place in the site any more`;
  return !isOff && complaint === undefined && report === undefined && said === undefined
    ? { doing: 'serving', because: `${why}; it serves until it goes.` }
    : { doing: 'broken', because: `${why}, and may not serve.` };
}

/** Says whether clients of a gateway that goes find another one. */
function takesOver({ record }: SurplusQuestion, { slot, plan }: PlannedSlot): boolean {
  const isOut = record.outOfService?.[slot] !== undefined || record.orders?.[slot]?.drain !== undefined;
  return plan.doing === 'serving' && !isOut;
}

/** Deletes what is left of it, without asking. */
function remove({ record, observed, policy, now }: SurplusQuestion, slot: SlotId): SlotPlan {
  const mine = observed.resources.filter((resource) => 'slot' in resource && resource.slot === slot);
  const { steps, waits } = planDeletion(record.spec, { ...observed, resources: mine }, policy, now);
  const [step] = steps;
  const [wait] = waits;
  const because = `${slot} has no place in the site any more.`;
  return {
    doing: 'deleting',
    because,
    ...(step === undefined
      ? {}
      : {
          step: { ...step, reason: 'resource-surplus', sentence: `Deletes ${step.intent.name}: ${because}` },
        }),
    ...(step !== undefined || wait === undefined ? {} : { wait }),
  };
}

function deletionOf({ record, policy }: SurplusQuestion, machine: ObservedResource, slot: SlotId): Step {
  return {
    verb: 'delete',
    subject: removalOf(machine),
    gateway: slot,
    intent: {
      placement: placementOf(record.spec, policy),
      kind: 'virtual-machine',
      name: machine.name,
      slot,
    },
    reason: 'resource-surplus',
    sentence: `Deletes ${machine.name}: ${slot} has no place in the site any more.`,
  };
}

/** Which gateways has a site that it shouldn't have any more? They go one by one, drained first, once the others serve. */
import type { PlannedSlot } from './arranging/table.js';
import { placementOf, type DesiredSlot } from './desired-site.js';
import type { SlotId } from './ids.js';
import type { ObservedResource } from './observed-site.js';
import { isInFlight, removalOf, subjectOf, type Observed, type Step } from './plan.js';
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
  const { record, observed, policy, now } = question;
  const mine = observed.resources.filter((resource) => 'slot' in resource && resource.slot === slot);
  const told = record.gateways.find((status) => status.slot === slot)?.doing;
  const machine = mine.find((resource) => resource.kind === 'virtual-machine');
  const mayCarry = told === 'serving' || told === 'draining' || told === 'drained' || told === 'changing';
  const isGoing = machine !== undefined && isInFlight(observed, subjectOf(machine));
  if (machine !== undefined && mayCarry && !isGoing) {
    const step = deletionOf(question, machine, slot);
    const serves: SlotPlan = {
      doing: 'serving',
      because: `${slot} has no place in the site any more; it serves until it goes.`,
    };
    if (wanted.some(({ plan }) => plan.doing !== 'serving')) {
      const sentence = `${slot} goes once every gateway that the site should have serves.`;
      return {
        ...serves,
        wait: { subject: machine.name, gateway: slot, reason: 'waits-for-resource', sentence },
      };
    }
    return {
      ...serves,
      wish: { kind: 'planned', because: 'removal', step, isOrdered: false, takesMachine: true },
    };
  }
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

/** What do guards look at, of one gateway among the others? And what becomes of a wish that they hold? */
import { inSeconds, type GuardFacts, type GuardVerdict } from '../guards/guard.js';
import type { SlotId } from '../ids.js';
import { openTry, touchesMachine } from '../ladder.js';
import type { Step, Wait } from '../plan.js';
import type { Remedy } from '../remedy.js';
import { isDrained, replace, type ArrangeQuestion, type PlannedSlot, type Table } from './table.js';

/** Facts of one gateway. */
export function factsOf(
  { record, observed, policy, wanted }: ArrangeQuestion,
  table: Table,
  { slot, health }: PlannedSlot,
  remedy: Remedy | undefined,
): GuardFacts {
  const others = table.slots.filter((other) => other.slot !== slot);
  const isOut = (other: SlotId) =>
    table.outOfService[other] !== undefined ||
    touchesMachine(openTry(table.remedies[other])?.rung ?? 'configure');
  // Who is drained by order, or by the balancer still, takes nobody over, whether it was weighed before or comes later.
  const takesOver = (other: SlotId) =>
    !isOut(other) && record.orders?.[other]?.drain === undefined && !isDrained(observed, other);
  const seat = observed.seats?.[slot];
  return {
    record: { ...record, replacements: table.replacements },
    ...(health === undefined ? {} : { health }),
    ...(remedy === undefined ? {} : { remedy }),
    othersServing: others.filter((other) => other.plan.doing === 'serving' && takesOver(other.slot)).length,
    wanted,
    othersOut: others.filter((other) => isOut(other.slot)).map((other) => other.slot),
    ...(observed.fleet === undefined ? {} : { fleet: observed.fleet }),
    limits: policy.fleet,
    ...(seat === undefined ? {} : { seat }),
  };
}

/** A wish that a guard holds: a wait that says why. */
export function held(
  question: ArrangeQuestion,
  table: Table,
  planned: PlannedSlot,
  step: Step,
  verdict: Extract<GuardVerdict, { kind: 'hold' }>,
): Table {
  const { slot, plan } = planned;
  const isAdvice = verdict.reason === 'advised';
  const sentence = isAdvice
    ? `Would do: ${step.sentence} ${verdict.sentence}`
    : `${verdict.sentence} Held: ${step.sentence}`;
  const wait: Wait = {
    subject: step.subject,
    gateway: slot,
    reason: verdict.reason,
    sentence,
    until: verdict.until ?? inSeconds(question.now, 60),
    evidence: { ...step.evidence, ...verdict.evidence, guard: verdict.reason },
  };
  const doing = plan.doing === 'mending' ? ('broken' as const) : plan.doing;
  const because = plan.doing === 'serving' ? plan.because : sentence;
  return replace(table, { ...planned, plan: { ...plan, doing, because, wait } });
}

/** Is a gateway that doesn't serve mended now? */
import { mayBeDone } from '../guards/guards.js';
import { openTry, touchesMachine } from '../ladder.js';
import type { Remedy, Try } from '../remedy.js';
import { withoutField } from '../without-field.js';
import { factsOf, held } from './guard-facts.js';
import { replace, type ArrangeQuestion, type MendWish, type PlannedSlot, type Table } from './table.js';

/** Asks the guards, the fleet and a seat; then the rung is begun. */
export function weighMend(
  question: ArrangeQuestion,
  table: Table,
  planned: PlannedSlot,
  wish: MendWish,
): Table {
  const { slot } = planned;
  const { rung, remedy } = wish;
  const isReplacement = rung === 'replace';
  const isOrdered = isReplacement && question.record.orders?.[slot]?.replace !== undefined;
  const kind = touchesMachine(rung) ? 'machine' : 'mend';
  const facts = factsOf(question, table, planned, remedy);
  const verdict = mayBeDone({ slot, kind, rung, isOrdered, isReplacement }, facts, question.now);
  if (verdict.kind === 'hold') return held(question, table, planned, wish.step, verdict);
  if (question.observed.fleet === undefined) return { ...table, needsFleet: true };
  if (facts.seat === undefined) return { ...table, wantsSeats: [...table.wantsSeats, slot] };
  const begun = withTry(remedy, wish, question.record.generations[slot] ?? 0, question.now);
  const isNew = begun.tries.length > remedy.tries.length;
  return {
    ...replace(table, { ...planned, plan: { ...planned.plan, step: wish.step } }),
    remedies: { ...table.remedies, [slot]: begun },
    replacements:
      isReplacement && isNew
        ? [...table.replacements, { slot, at: question.now.toISOString() }]
        : table.replacements,
  };
}

function withTry(remedy: Remedy, { rung }: MendWish, generation: number, now: Date): Remedy {
  if (openTry(remedy)?.rung === rung) return remedy;
  const next: Try = { rung, begunAt: now.toISOString(), ...(rung === 'replace' ? { generation } : {}) };
  // An order goes on where the mending was given up.
  return { ...withoutField(remedy, 'suspendedAt'), tries: [...remedy.tries, next] };
}

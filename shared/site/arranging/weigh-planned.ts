/** Is a gateway that serves taken out of service now, and may it be touched yet? */
import { inSeconds, type Disruption } from '../guards/guard.js';
import { mayBeDone } from '../guards/guards.js';
import type { SlotId } from '../ids.js';
import type { Wait } from '../plan.js';
import { drainSeconds } from '../policy.js';
import type { OutOfService } from '../site-record.js';
import type { TimelineEntry } from '../timeline-entry.js';
import { withoutField } from '../without-field.js';
import { factsOf, held } from './guard-facts.js';
import {
  isDrained,
  replace,
  type ArrangeQuestion,
  type PlannedSlot,
  type PlannedWish,
  type Table,
} from './table.js';

/** Asks the guards; then drains, waits, and begins. */
export function weighPlanned(
  question: ArrangeQuestion,
  table: Table,
  planned: PlannedSlot,
  wish: PlannedWish,
): Table {
  const { now, wanted } = question;
  const { slot } = planned;
  const out = table.outOfService[slot];
  if (out !== undefined && out.returnedAt === undefined) return goOn(question, table, planned, wish, out);
  const verdict = mayBeDone(disruptionOf(slot, wish), factsOf(question, table, planned, undefined), now);
  if (verdict.kind === 'hold') return held(question, table, planned, wish.step, verdict);
  // The only gateway has nobody to hand its connections to: it is changed as it serves.
  if (wanted === 1 && !wish.takesMachine) {
    return replace(table, { ...planned, plan: { ...planned.plan, step: wish.step } });
  }
  const entry: TimelineEntry = {
    at: now.toISOString(),
    gateway: slot,
    reason: 'drains',
    sentence: `Takes ${slot} out of service: ${wish.step.sentence}`,
  };
  const begun = { because: wish.because, since: now.toISOString() };
  return {
    ...replace(table, drainingPlan(question, planned, begun, [entry])),
    outOfService: { ...table.outOfService, [slot]: begun },
  };
}

function disruptionOf(slot: SlotId, { isOrdered, takesMachine }: PlannedWish): Disruption {
  return { slot, kind: 'planned', isOrdered, isReplacement: takesMachine };
}

function goOn(
  question: ArrangeQuestion,
  table: Table,
  planned: PlannedSlot,
  wish: PlannedWish,
  out: OutOfService,
): Table {
  const { now, observed } = question;
  const { slot } = planned;
  // Whoever was to serve meanwhile may have failed since, or somebody protects it: then it goes back as it is.
  const verdict = mayBeDone(disruptionOf(slot, wish), factsOf(question, table, planned, undefined), now);
  if (verdict.kind === 'hold') {
    return {
      ...held(question, table, planned, wish.step, verdict),
      outOfService: withoutField(table.outOfService, slot),
    };
  }
  if (!isDrained(observed, slot)) return replace(table, drainingPlan(question, planned, out, []));
  const drained = { ...out, drainedAt: out.drainedAt ?? now.toISOString() };
  const outOfService = { ...table.outOfService, [slot]: drained };
  const seconds = (now.getTime() - Date.parse(drained.drainedAt)) / 1000;
  if (seconds < drainSeconds)
    return { ...replace(table, drainingPlan(question, planned, drained, [])), outOfService };
  const doing = wish.takesMachine ? ('deleting' as const) : ('changing' as const);
  return {
    ...replace(table, { ...planned, plan: { ...planned.plan, doing, step: wish.step } }),
    outOfService,
  };
}

function drainingPlan(
  { now }: ArrangeQuestion,
  planned: PlannedSlot,
  { drainedAt }: OutOfService,
  happened: readonly TimelineEntry[],
): PlannedSlot {
  const { slot, plan } = planned;
  const until =
    drainedAt === undefined
      ? inSeconds(now, 15)
      : new Date(Date.parse(drainedAt) + drainSeconds * 1000).toISOString();
  const sentence =
    drainedAt === undefined
      ? `${slot} is taken out of the balancer’s pool.`
      : `${slot} gets no new connections; those that are open have until ${until.slice(11, 19)} UTC to end.`;
  const wait: Wait = { subject: slot, gateway: slot, reason: 'drains', sentence, until };
  return {
    ...planned,
    plan: {
      ...plan,
      doing: 'draining',
      because: sentence,
      wait,
      happened: [...(plan.happened ?? []), ...happened],
    },
  };
}

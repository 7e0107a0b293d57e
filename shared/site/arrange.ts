/** Which of the wishes of a site's gateways are carried out now? One at a time, drained first, with every guard asked. */
import { mayBeDone } from './guards/guards.js';
import { inSeconds, type Disruption, type GuardFacts, type GuardVerdict } from './guards/guard.js';
import type { GatewayHealth } from './gateway-health.js';
import type { SlotId } from './ids.js';
import { openTry, touchesMachine } from './ladder.js';
import type { Observed, Step, Wait } from './plan.js';
import { drainSeconds, returnSeconds, type Policy } from './policy.js';
import type { Remedy, Replacement, Try } from './remedy.js';
import type { OutOfService, SiteRecord } from './site-record.js';
import type { SlotPlan } from './slot-question.js';
import type { TimelineEntry } from './timeline-entry.js';
import type { Wish } from './wish.js';
import { withoutField } from './without-field.js';

/** A gateway with its plan. */
export interface PlannedSlot {
  readonly slot: SlotId;
  readonly plan: SlotPlan;
  readonly health?: GatewayHealth | undefined;
}

/** What is arranged. */
export interface Arrangement {
  /** The plans after all was weighed: with a step, or with a wait that says why not. */
  readonly slots: readonly PlannedSlot[];
  readonly outOfService: Readonly<Record<string, OutOfService>>;
  readonly remedies: Readonly<Record<string, Remedy>>;
  readonly replacements: readonly Replacement[];
  /** Gateways that get no new connections. */
  readonly drained: readonly SlotId[];
  /** Nothing is mended before the fleet was looked at. */
  readonly needsFleet: boolean;
  /** Gateways whose mending needs a seat of the fleet. */
  readonly wantsSeats: readonly SlotId[];
}

/** What the weighing is made from. */
export interface ArrangeQuestion {
  readonly record: SiteRecord;
  readonly observed: Observed;
  readonly policy: Policy;
  readonly now: Date;
  readonly slots: readonly PlannedSlot[];
  /** Gateways that the site should have. */
  readonly wanted: number;
}

/** Replacements are remembered for a day. */
const daySeconds = 24 * 3600;

/** Weighs the wishes one after the other: first those that are under way, then who doesn't serve, then the rest. */
export function arrange(question: ArrangeQuestion): Arrangement {
  const { record, now, slots } = question;
  let table: Table = {
    slots,
    outOfService: record.outOfService ?? {},
    remedies: remediesOf(question),
    replacements: (record.replacements ?? []).filter(
      ({ at }) => now.getTime() - Date.parse(at) < daySeconds * 1000,
    ),
    needsFleet: false,
    wantsSeats: [],
  };
  const weight = ({ slot, plan }: PlannedSlot) =>
    table.outOfService[slot] !== undefined ? 0 : plan.wish?.kind === 'mend' ? 1 : 2;
  for (const { slot } of [...slots].sort((a, b) => weight(a) - weight(b)))
    table = weigh(question, table, slot);
  return { ...table, drained: drainedOf(question, table) };
}

type Table = Omit<Arrangement, 'drained'>;

function remediesOf({ record, slots }: ArrangeQuestion): Readonly<Record<string, Remedy>> {
  const kept = slots.flatMap(({ slot, plan }): readonly (readonly [string, Remedy])[] => {
    const remedy = plan.remedy ?? record.remedies?.[slot];
    return plan.isMended === true || remedy === undefined ? [] : [[slot, remedy]];
  });
  return Object.fromEntries(kept);
}

function weigh(question: ArrangeQuestion, table: Table, slot: SlotId): Table {
  const planned = table.slots.find((other) => other.slot === slot);
  if (planned === undefined) return table;
  const { wish } = planned.plan;
  const out = table.outOfService[slot];
  if (wish?.kind === 'mend') return weighMend(question, table, planned, wish);
  if (wish?.kind === 'planned') return weighPlanned(question, table, planned, wish);
  return out === undefined ? markDrained(question, table, planned) : bringBack(question, table, planned, out);
}

function weighMend(
  question: ArrangeQuestion,
  table: Table,
  planned: PlannedSlot,
  wish: Extract<Wish, { kind: 'mend' }>,
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

function withTry(
  remedy: Remedy,
  { rung }: Extract<Wish, { kind: 'mend' }>,
  generation: number,
  now: Date,
): Remedy {
  if (openTry(remedy)?.rung === rung) return remedy;
  const next: Try = { rung, begunAt: now.toISOString(), ...(rung === 'replace' ? { generation } : {}) };
  // An order goes on where the mending was given up.
  return { ...withoutField(remedy, 'suspendedAt'), tries: [...remedy.tries, next] };
}

function weighPlanned(
  question: ArrangeQuestion,
  table: Table,
  planned: PlannedSlot,
  wish: Extract<Wish, { kind: 'planned' }>,
): Table {
  const { now, wanted } = question;
  const { slot } = planned;
  const out = table.outOfService[slot];
  if (out !== undefined && out.returnedAt === undefined) return goOn(question, table, planned, wish, out);
  const disruption: Disruption = {
    slot,
    kind: 'planned',
    isOrdered: wish.isOrdered,
    isReplacement: wish.takesMachine,
  };
  const verdict = mayBeDone(disruption, factsOf(question, table, planned, undefined), now);
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

function goOn(
  question: ArrangeQuestion,
  table: Table,
  planned: PlannedSlot,
  wish: Extract<Wish, { kind: 'planned' }>,
  out: OutOfService,
): Table {
  const { now, observed } = question;
  const { slot } = planned;
  if (!isDrained(observed, slot)) return replace(table, drainingPlan(question, planned, out, []));
  const drained = { ...out, drainedAt: out.drainedAt ?? now.toISOString() };
  const outOfService = { ...table.outOfService, [slot]: drained };
  const seconds = (now.getTime() - Date.parse(drained.drainedAt)) / 1000;
  if (seconds < drainSeconds)
    return { ...replace(table, drainingPlan(question, planned, drained, [])), outOfService };
  const doing = wish.takesMachine ? ('deleting' as const) : ('changing' as const);
  const replacements =
    wish.takesMachine && wish.because === 'replacement'
      ? [
          ...table.replacements.filter((other) => other.slot !== slot || other.at < out.since),
          { slot, at: now.toISOString() },
        ]
      : table.replacements;
  return {
    ...replace(table, { ...planned, plan: { ...planned.plan, doing, step: wish.step } }),
    outOfService,
    replacements,
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

/** What was done is over: the gateway goes back into the pool, and the next one waits until the probe has admitted it. */
function bringBack(question: ArrangeQuestion, table: Table, planned: PlannedSlot, out: OutOfService): Table {
  const { now, observed } = question;
  const { slot, plan } = planned;
  if (plan.doing !== 'serving') return table;
  if (isDrained(observed, slot)) {
    const sentence = `${slot} serves again and goes back into the balancer’s pool.`;
    const wait: Wait = {
      subject: slot,
      gateway: slot,
      reason: 'returns',
      sentence,
      until: inSeconds(now, 15),
    };
    const back = { ...out, returnedAt: now.toISOString() };
    return {
      ...replace(table, { ...planned, plan: { ...plan, doing: 'draining', because: sentence, wait } }),
      outOfService: { ...table.outOfService, [slot]: back },
    };
  }
  const returnedAt = out.returnedAt ?? now.toISOString();
  const until = new Date(Date.parse(returnedAt) + returnSeconds * 1000);
  if (until > now) {
    const sentence = `${slot} is in service again; the balancer’s probe admits it.`;
    const wait: Wait = {
      subject: slot,
      gateway: slot,
      reason: 'returns',
      sentence,
      until: until.toISOString(),
    };
    return {
      ...replace(table, { ...planned, plan: { ...plan, wait } }),
      outOfService: { ...table.outOfService, [slot]: { ...out, returnedAt } },
    };
  }
  const left = withoutField(table.outOfService, slot);
  const entry: TimelineEntry = {
    at: now.toISOString(),
    gateway: slot,
    reason: 'returns',
    sentence: `${slot} is back in service, ${Math.round((now.getTime() - Date.parse(out.since)) / 1000)} s after it was taken out.`,
  };
  return {
    ...replace(table, { ...planned, plan: { ...plan, happened: [...(plan.happened ?? []), entry] } }),
    outOfService: left,
  };
}

/** An operator's order keeps a gateway that serves away from new connections until it is taken back. */
function markDrained({ record }: ArrangeQuestion, table: Table, planned: PlannedSlot): Table {
  const order = record.orders?.[planned.slot]?.drain;
  if (order === undefined || planned.plan.doing !== 'serving') return table;
  const because = `Drained by ${order.by} since ${order.at}; "undrain" brings it back.`;
  return replace(table, { ...planned, plan: { ...planned.plan, doing: 'drained', because } });
}

function held(
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

function factsOf(
  { record, observed, policy, wanted }: ArrangeQuestion,
  table: Table,
  { slot, health }: PlannedSlot,
  remedy: Remedy | undefined,
): GuardFacts {
  const others = table.slots.filter((other) => other.slot !== slot);
  const isOut = (other: SlotId) =>
    table.outOfService[other] !== undefined ||
    touchesMachine(openTry(table.remedies[other])?.rung ?? 'configure');
  const seat = observed.seats?.[slot];
  return {
    record: { ...record, replacements: table.replacements },
    ...(health === undefined ? {} : { health }),
    ...(remedy === undefined ? {} : { remedy }),
    othersServing: others.filter((other) => other.plan.doing === 'serving' && !isOut(other.slot)).length,
    wanted,
    othersOut: others.filter((other) => isOut(other.slot)).map((other) => other.slot),
    ...(observed.fleet === undefined ? {} : { fleet: observed.fleet }),
    limits: policy.fleet,
    ...(seat === undefined ? {} : { seat }),
  };
}

function isDrained({ resources }: Observed, slot: SlotId): boolean {
  return resources.some((resource) => resource.kind === 'load-balancer' && resource.drained.includes(slot));
}

function drainedOf({ record }: ArrangeQuestion, table: Table): readonly SlotId[] {
  return table.slots
    .map(({ slot }) => slot)
    .filter((slot) => {
      const out = table.outOfService[slot];
      const isOut = out !== undefined && out.returnedAt === undefined;
      return isOut || record.orders?.[slot]?.drain !== undefined;
    });
}

function replace(table: Table, planned: PlannedSlot): Table {
  return { ...table, slots: table.slots.map((other) => (other.slot === planned.slot ? planned : other)) };
}

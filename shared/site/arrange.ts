/** Which of the wishes of a site's gateways are carried out now? One at a time, drained first, with every guard asked. */
import { bringBack, markDrained } from './arranging/bring-back.js';
import type { ArrangeQuestion, Arrangement, PlannedSlot, Table } from './arranging/table.js';
import { weighMend } from './arranging/weigh-mend.js';
import { weighPlanned } from './arranging/weigh-planned.js';
import type { SlotId } from './ids.js';
import type { Remedy } from './remedy.js';
import type { OutOfService } from './site-record.js';

/** Replacements are remembered for a day. */
const daySeconds = 24 * 3600;

/** Weighs the wishes one after the other: first those that are under way, then who doesn't serve, then the rest. */
export function arrange(question: ArrangeQuestion): Arrangement {
  const { record, now, slots } = question;
  let table: Table = {
    slots,
    outOfService: ofThose(slots, record.outOfService ?? {}),
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

/** A gateway that has gone is not out of service any more, so that one in its place begins anew. */
function ofThose(
  slots: readonly PlannedSlot[],
  outOfService: Readonly<Record<string, OutOfService>>,
): Readonly<Record<string, OutOfService>> {
  const there = Object.entries(outOfService).filter(([slot]) => slots.some((other) => other.slot === slot));
  return Object.fromEntries(there);
}

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

/** Only a member of the pool can be kept from new connections: one whose network interface has gone is none. */
function drainedOf({ record, observed }: ArrangeQuestion, table: Table): readonly SlotId[] {
  const members = observed.resources.flatMap((resource) =>
    resource.kind === 'network-interface' && resource.inPool ? [resource.slot] : [],
  );
  return table.slots
    .map(({ slot }) => slot)
    .filter((slot) => members.includes(slot))
    .filter((slot) => {
      const out = table.outOfService[slot];
      const isOut = out !== undefined && out.returnedAt === undefined;
      return isOut || record.orders?.[slot]?.drain !== undefined;
    });
}

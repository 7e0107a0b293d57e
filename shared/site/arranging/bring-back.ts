/** When is a gateway in service again? */
import { inSeconds } from '../guards/guard.js';
import type { Wait } from '../plan.js';
import { returnSeconds } from '../policy.js';
import type { OutOfService } from '../site-record.js';
import type { TimelineEntry } from '../timeline-entry.js';
import { withoutField } from '../without-field.js';
import { isDrained, replace, type ArrangeQuestion, type PlannedSlot, type Table } from './table.js';

/** What was done is over: the gateway goes back into the pool, and the next one waits until the probe has admitted it. */
export function bringBack(
  question: ArrangeQuestion,
  table: Table,
  planned: PlannedSlot,
  out: OutOfService,
): Table {
  const { now, observed, record } = question;
  const { slot, plan } = planned;
  if (plan.doing !== 'serving') return table;
  // Drained by order it doesn't go back into the pool: what was done is over all the same.
  if (record.orders?.[slot]?.drain !== undefined) {
    const outOfService = withoutField(table.outOfService, slot);
    return markDrained(question, { ...table, outOfService }, planned);
  }
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
export function markDrained({ record }: ArrangeQuestion, table: Table, planned: PlannedSlot): Table {
  const order = record.orders?.[planned.slot]?.drain;
  if (order === undefined || planned.plan.doing !== 'serving') return table;
  const because = `Drained by ${order.by} since ${order.at}; "undrain" brings it back.`;
  return replace(table, { ...planned, plan: { ...planned.plan, doing: 'drained', because } });
}

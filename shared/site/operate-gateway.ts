/** What does an operator's verb on one gateway change in its site's record, and when is it refused? */
import { parseSlotId } from './ids.js';
import { beingDeleted, type Operated } from './operate.js';
import type { GatewayOrders, Order } from './orders.js';
import { failure, problem, success, type Outcome, type Problem } from './problem.js';
import type { GatewayStatus, SiteRecord } from './site-record.js';
import { withoutField } from './without-field.js';

/** What may be asked of one gateway. */
export type GatewayVerb = 'protect' | 'unprotect' | 'drain' | 'undrain' | 'replace';

/** What an order on a gateway is about. */
interface Question {
  readonly record: SiteRecord;
  readonly status: GatewayStatus;
  readonly orders: GatewayOrders;
  readonly order: Order;
}

/**
 * Carries a verb on a gateway out in its site's record. The same verb again changes nothing; a replacement counts as
 * the same until the gateway has another generation.
 *
 * @param slotText the gateway's slot as somebody wrote it
 * @returns `gateway-not-found`, `site-deleting`; for what takes a gateway out of service also `site-paused`,
 *   `gateway-protected` and `last-healthy-gateway`
 */
export function operateGateway(
  record: SiteRecord,
  slotText: string,
  verb: GatewayVerb,
  order: Order,
): Outcome<Operated> {
  if (record.wanted === 'absent') return failure(beingDeleted(record.name));
  const slot = parseSlotId(slotText)?.slot;
  const status = record.gateways.find((found) => found.slot === slot);
  if (status === undefined) return failure(notFound(record, slotText));
  const question = { record, status, orders: record.orders?.[status.slot] ?? {}, order };
  const { orders } = question;
  switch (verb) {
    case 'protect':
      return orders.protect === undefined
        ? ordered(question, { ...orders, protect: order }, 'is protected: nothing takes it out of service.')
        : success({ record });
    case 'unprotect':
      return takenBack(question, 'protect', 'is not protected any more.');
    case 'drain':
      return drain(question);
    case 'undrain':
      return takenBack(question, 'drain', 'is to take connections again.');
    case 'replace':
      return replace(question);
  }
}

function notFound({ name, gateways }: SiteRecord, slotText: string): Problem {
  const known =
    gateways.length === 0 ? 'It has none yet.' : `It has ${gateways.map(({ slot }) => slot).join(', ')}.`;
  return problem(
    'gateway-not-found',
    `${name} has no gateway ${JSON.stringify(slotText.slice(0, 80))}. ${known}`,
    {
      mend: `Read the site with GET /api/sites/${name}.`,
    },
  );
}

function ordered({ record, status }: Question, orders: GatewayOrders, said: string): Outcome<Operated> {
  const others = Object.entries(record.orders ?? {}).filter(([slot]) => slot !== status.slot);
  const all = Object.keys(orders).length === 0 ? others : [...others, [status.slot, orders] as const];
  const kept = withoutField(record, 'orders');
  return success({
    record: all.length === 0 ? kept : { ...kept, orders: Object.fromEntries(all) },
    sentence: `${status.slot} ${said}`,
  });
}

function takenBack(question: Question, what: 'protect' | 'drain', said: string): Outcome<Operated> {
  const { record, orders } = question;
  if (orders[what] === undefined) return success({ record });
  return ordered(question, withoutField(orders, what), said);
}

function drain(question: Question): Outcome<Operated> {
  const { record, status, orders, order } = question;
  if (orders.drain !== undefined) return success({ record });
  const refused = notNow(question) ?? (status.doing === 'serving' ? ifLast(question) : undefined);
  return refused === undefined
    ? ordered(question, { ...orders, drain: order }, 'is to be drained: it gets no new connections.')
    : failure(refused);
}

function replace(question: Question): Outcome<Operated> {
  const { record, status, orders, order } = question;
  const generation = record.generations[status.slot];
  if (generation !== undefined && orders.replace?.generation === generation) return success({ record });
  // Who doesn't serve takes nothing away: a suspended gateway is replaced though it is the only one.
  const refused =
    notNow(question) ?? ifProtected(record) ?? (status.doing === 'serving' ? ifLast(question) : undefined);
  if (refused !== undefined) return failure(refused);
  if (generation === undefined) {
    return failure(
      problem('conflict', `${status.slot} has no machine yet.`, {
        mend: 'Wait until it is built.',
        retryable: true,
      }),
    );
  }
  return ordered(
    question,
    { ...orders, replace: { ...order, generation } },
    `is to be replaced: its machine of generation ${generation} goes, another comes.`,
  );
}

/** What speaks against taking a gateway out of service, whatever for. */
function notNow({ record, status, orders }: Question): Problem | undefined {
  if (record.spec.paused) {
    return problem('site-paused', `${record.name} is paused; nothing is begun at it.`, {
      mend: `Resume it with POST /api/sites/${record.name}/resume.`,
    });
  }
  if (orders.protect === undefined) return undefined;
  return problem(
    'gateway-protected',
    `${status.slot} was protected by ${orders.protect.by} at ${orders.protect.at}.`,
    {
      mend: `Unprotect it with POST /api/sites/${record.name}/gateways/${status.slot}/unprotect.`,
    },
  );
}

/** The site's own field protects its machines from replacement, not from a drain. */
function ifProtected({ name, spec }: SiteRecord): Problem | undefined {
  if (!spec.protected) return undefined;
  return problem('gateway-protected', `${name} is protected: none of its machines is replaced.`, {
    field: 'protected',
    mend: 'Change the site with "protected": false.',
  });
}

/** A sibling that is about to leave doesn't count. */
function ifLast({ record, status }: Question): Problem | undefined {
  const others = record.gateways.filter(
    ({ slot, doing }) =>
      slot !== status.slot &&
      doing === 'serving' &&
      record.outOfService?.[slot] === undefined &&
      record.orders?.[slot]?.drain === undefined &&
      record.orders?.[slot]?.replace === undefined,
  );
  if (others.length > 0) return undefined;
  return problem(
    'last-healthy-gateway',
    `No gateway of ${record.name} but ${status.slot} is told to serve.`,
    {
      mend: 'Wait until another serves, or make the site larger first.',
      retryable: true,
      retryAfterSeconds: 60,
    },
  );
}

/** Who may do something that only so many may do at once, in the whole fleet? Seats in a table, taken by ETag. */
import { openTable, statusOf } from './table-client.js';

/** What seats are for. */
export type SeatKind = 'remedy';

/** From when until when a seat is held; who holds on longer takes it again. */
export interface SeatTerm {
  readonly now: Date;
  readonly until: Date;
}

interface Seat {
  readonly rowKey: string;
  /** Empty when nobody has it. */
  readonly holder: string;
  /** ISO 8601. */
  readonly until: string;
  readonly etag: string;
}

/** Rounds of looking and taking; each ends early unless somebody else was faster at every free seat. */
const maxRounds = 5;

/**
 * Takes a seat for a holder, or renews the one that it has.
 *
 * A holder has one seat at most, also when two processes take one for it at once; a seat whose time is over is free.
 *
 * @param seats how many there are, 1 or more; holders on seats beyond keep theirs until their time is over
 * @returns `full` when others hold all seats
 */
export async function takeSeat(
  kind: SeatKind,
  holder: string,
  seats: number,
  term: SeatTerm,
): Promise<'taken' | 'full'> {
  for (let round = 0; round < maxRounds; round++) {
    const listed = await listSeats(kind);
    const isLive = (seat: Seat) => seat.holder !== '' && seat.until > term.now.toISOString();
    const own = listed.filter((seat) => seat.holder === holder);
    const [first, ...surplus] = own;
    if (first !== undefined) {
      await Promise.all(surplus.map((seat) => release(kind, seat)));
      // Only who takes for the same holder writes a seat whose time isn't over: then it is renewed by that one.
      if ((await write(kind, first, holder, term)) || isLive(first)) return 'taken';
      continue;
    }
    if (listed.filter(isLive).length >= seats) return 'full';
    if (
      await takeFree(
        kind,
        holder,
        seats,
        term,
        listed.filter((seat) => !isLive(seat)),
        listed,
      )
    ) {
      return keepOne(kind, holder);
    }
  }
  return 'full';
}

/** Gives a holder's seat back; nothing happens when it has none. */
export async function giveSeatBack(kind: SeatKind, holder: string): Promise<void> {
  const mine = (await listSeats(kind)).filter((seat) => seat.holder === holder);
  await Promise.all(mine.map((seat) => release(kind, seat)));
}

/** Tries each free seat, from a place that differs by holder, so that many takers don't all want the first. */
async function takeFree(
  kind: SeatKind,
  holder: string,
  seats: number,
  term: SeatTerm,
  free: readonly Seat[],
  listed: readonly Seat[],
): Promise<boolean> {
  const start = Buffer.from(holder).reduce((sum, byte) => sum + byte, 0);
  for (let step = 0; step < seats; step++) {
    const rowKey = `${kind}-${(start + step) % seats}`;
    const seat = free.find((found) => found.rowKey === rowKey);
    if (seat !== undefined && (await write(kind, seat, holder, term))) return true;
    const isAbsent = !listed.some((found) => found.rowKey === rowKey);
    if (isAbsent && (await make(kind, rowKey, holder, term))) return true;
  }
  return false;
}

/** Two processes may have taken one each for the same holder: both keep the first. */
async function keepOne(kind: SeatKind, holder: string): Promise<'taken'> {
  const [, ...surplus] = (await listSeats(kind)).filter((seat) => seat.holder === holder);
  await Promise.all(surplus.map((seat) => release(kind, seat)));
  return 'taken';
}

async function listSeats(kind: SeatKind): Promise<readonly Seat[]> {
  const table = await openTable('leases');
  const { odata } = await import('@azure/data-tables');
  const seats: Seat[] = [];
  const listed = table.listEntities<{ readonly holder: string; readonly until: string }>({
    queryOptions: { filter: odata`PartitionKey eq ${kind}` },
  });
  for await (const { rowKey = '', holder, until, etag } of listed)
    seats.push({ rowKey, holder, until, etag });
  return seats;
}

async function write(
  kind: SeatKind,
  { rowKey, etag }: Seat,
  holder: string,
  { until }: SeatTerm,
): Promise<boolean> {
  const table = await openTable('leases');
  const entity = { partitionKey: kind, rowKey, holder, until: until.toISOString() };
  return unlessStatus([404, 412], () => table.updateEntity(entity, 'Replace', { etag }));
}

async function make(kind: SeatKind, rowKey: string, holder: string, { until }: SeatTerm): Promise<boolean> {
  const table = await openTable('leases');
  const entity = { partitionKey: kind, rowKey, holder, until: until.toISOString() };
  return unlessStatus([409], () => table.createEntity(entity));
}

/** Frees a seat unless somebody wrote it since; then it isn't ours any more. */
async function release(kind: SeatKind, seat: Seat): Promise<void> {
  await write(kind, seat, '', { now: new Date(0), until: new Date(0) });
}

/** Says whether a write was taken; one of these statuses says that somebody was faster. */
async function unlessStatus(lost: readonly number[], effect: () => Promise<unknown>): Promise<boolean> {
  try {
    await effect();
    return true;
  } catch (error) {
    if (lost.includes(statusOf(error) ?? 0)) return false;
    throw error;
  }
}

/** How many requests were answered, and which were lost where? */
import type { Delivery } from './clients.js';

/** How many requests went how; every one is in exactly one of the three. */
export interface Tally {
  readonly answered: number;
  /** Handed to a gateway and not answered: refused, dropped, or broken midway. */
  readonly lost: number;
  /** The balancer had no healthy member to hand it to, or no rule for it. */
  readonly nobody: number;
}

/** What the clients of one site noticed. */
export interface FrontendTally extends Tally {
  /** Milliseconds since 1970: when the first request that wasn't answered was over; absent while all were. */
  readonly firstLossMs?: number;
  /** As `firstLossMs`, for the last one so far. */
  readonly lastLossMs?: number;
  /** When the first answer after the last loss came; absent before that. */
  readonly servedAgainMs?: number;
}

/** What all clients noticed since they were started, or were told to count anew. */
export interface ClientCounts extends Tally {
  /** By the gateway's machine id. */
  readonly byGateway: Readonly<Record<string, Tally>>;
  /** Answered requests by the edge that served them. */
  readonly byEdge: Readonly<Record<string, number>>;
  /** By the address that was asked: one a site. */
  readonly byFrontend: Readonly<Record<string, FrontendTally>>;
}

const nothing: Tally = { answered: 0, lost: 0, nobody: 0 };

/** Before anybody has asked. */
export const noCounts: ClientCounts = { ...nothing, byGateway: {}, byEdge: {}, byFrontend: {} };

/** Client requests lost: every one that was not answered, whoever it was that didn't answer. */
export function requestsLost({ lost, nobody }: Tally): number {
  return lost + nobody;
}

/** Counts one more. `overMs`: when it was over, milliseconds since 1970. */
export function counted(counts: ClientCounts, delivery: Delivery, overMs: number): ClientCounts {
  const { machineId, frontendIp, answer } = delivery;
  const { byGateway, byEdge, byFrontend } = counts;
  const kind = answer.kind === 'answered' ? 'answered' : machineId === undefined ? 'nobody' : 'lost';
  return {
    ...plusOne(counts, kind),
    byGateway:
      machineId === undefined
        ? byGateway
        : { ...byGateway, [machineId]: plusOne(byGateway[machineId] ?? nothing, kind) },
    byEdge:
      answer.kind === 'answered'
        ? { ...byEdge, [answer.servedBy]: (byEdge[answer.servedBy] ?? 0) + 1 }
        : byEdge,
    byFrontend:
      frontendIp === undefined
        ? byFrontend
        : { ...byFrontend, [frontendIp]: ofFrontend(byFrontend[frontendIp] ?? nothing, kind, overMs) },
  };
}

function ofFrontend(tally: FrontendTally, kind: keyof Tally, overMs: number): FrontendTally {
  const { firstLossMs, lastLossMs, servedAgainMs } = tally;
  const now = plusOne(tally, kind);
  if (kind !== 'answered') return { ...now, firstLossMs: firstLossMs ?? overMs, lastLossMs: overMs };
  if (firstLossMs === undefined || lastLossMs === undefined) return now;
  return { ...now, firstLossMs, lastLossMs, servedAgainMs: servedAgainMs ?? overMs };
}

function plusOne({ answered, lost, nobody }: Tally, kind: keyof Tally): Tally {
  const tally = { answered, lost, nobody };
  return { ...tally, [kind]: tally[kind] + 1 };
}

/** What do clients notice? They ask all the time, and what they are told counts. */

/** What a client got. */
export type Answer =
  | { readonly kind: 'answered'; readonly status: number; readonly servedBy: string }
  | { readonly kind: 'refused' | 'dropped'; readonly because: string };

/** How a request went, and which gateway it reached, if any. */
export interface Delivery {
  /** Id of the gateway's machine; `undefined` when the balancer had nobody to hand it to. */
  readonly machineId: string | undefined;
  readonly answer: Answer;
}

/** One request, when it was over. */
export interface Result extends Delivery {
  readonly clientIp: string;
  /** ISO 8601, UTC: when it was sent. */
  readonly sentAt: string;
  readonly seconds: number;
}

/** How many requests went how. */
export interface Tally {
  readonly answered: number;
  readonly refused: number;
  readonly dropped: number;
}

/** What all clients noticed since they were started. */
export interface ClientCounts extends Tally {
  /** Of those not answered: they were handed to a gateway that couldn't serve them. */
  readonly beforeReady: number;
  /** By the gateway's machine id. */
  readonly byGateway: Readonly<Record<string, Tally>>;
  /** Answered requests by the edge that served them. */
  readonly byEdge: Readonly<Record<string, number>>;
}

/** What clients are started with. */
export interface ClientOptions {
  /** Sends one client's request through the balancer; `undefined` when there is no address to send it to yet. */
  readonly send: (clientIp: string) => Promise<Delivery | undefined>;
  /** Addresses of the clients. */
  readonly clients: readonly string[];
  /** Each client's pause from one request to the next. */
  readonly everySeconds: number;
  readonly onResult?: (result: Result) => void;
}

/** Clients that ask until they are stopped. */
export interface Clients {
  stop(): void;
  counts(): ClientCounts;
}

const nothing: Tally = { answered: 0, refused: 0, dropped: 0 };

/** Starts clients, spread over the first pause so that they don't ask all at once. */
export function startClients({ send, clients, everySeconds, onResult }: ClientOptions): Clients {
  let counts: ClientCounts = { ...nothing, beforeReady: 0, byGateway: {}, byEdge: {} };
  let isStopped = false;
  const timers = new Map<string, ReturnType<typeof setTimeout>>();

  const ask = async (clientIp: string) => {
    const sent = Date.now();
    const delivery = await send(clientIp);
    // What arrives after the end is nobody's any more.
    if (delivery === undefined || isStopped) return;
    counts = counted(counts, delivery);
    const seconds = (Date.now() - sent) / 1000;
    onResult?.({ ...delivery, clientIp, sentAt: new Date(sent).toISOString(), seconds });
  };
  const askAfter = (clientIp: string, seconds: number) => {
    const timer = setTimeout(() => {
      askAfter(clientIp, everySeconds);
      void ask(clientIp);
    }, seconds * 1000);
    timers.set(clientIp, timer);
  };
  clients.forEach((clientIp, index) => askAfter(clientIp, (everySeconds * index) / clients.length));

  return {
    stop: () => {
      isStopped = true;
      for (const timer of timers.values()) clearTimeout(timer);
    },
    counts: () => counts,
  };
}

function counted(counts: ClientCounts, { machineId, answer }: Delivery): ClientCounts {
  const isLost = machineId !== undefined && answer.kind !== 'answered';
  return {
    ...plusOne(counts, answer.kind),
    beforeReady: counts.beforeReady + (isLost ? 1 : 0),
    byGateway:
      machineId === undefined
        ? counts.byGateway
        : {
            ...counts.byGateway,
            [machineId]: plusOne(counts.byGateway[machineId] ?? nothing, answer.kind),
          },
    byEdge:
      answer.kind === 'answered'
        ? { ...counts.byEdge, [answer.servedBy]: (counts.byEdge[answer.servedBy] ?? 0) + 1 }
        : counts.byEdge,
  };
}

function plusOne(tally: Tally, kind: keyof Tally): Tally {
  const { answered, refused, dropped } = tally;
  return { answered, refused, dropped, [kind]: tally[kind] + 1 };
}

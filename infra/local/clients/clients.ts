/** What do clients notice? They ask all the time, and what they are told counts. */
import { counted, noCounts, type ClientCounts } from './counts.js';

/** What a client got. */
export type Answer =
  | { readonly kind: 'answered'; readonly status: number; readonly servedBy: string }
  | { readonly kind: 'refused' | 'dropped'; readonly because: string };

/** How a request went, and which gateway it reached, if any. */
export interface Delivery {
  /** Id of the gateway's machine; `undefined` when the balancer had nobody to hand it to. */
  readonly machineId: string | undefined;
  /** Address that it was sent to: one a site. */
  readonly frontendIp?: string;
  readonly answer: Answer;
}

/** One request, when it was over. */
export interface Result extends Delivery {
  readonly clientIp: string;
  /** ISO 8601, UTC: when it was sent. */
  readonly sentAt: string;
  readonly seconds: number;
}

/** Which requests last: downloads, and what else holds a connection open. */
export interface Lasting {
  /** Each so-manieth request of a client lasts, 1 or more. */
  readonly every: number;
  /** The longest; each lasts a random part of it. */
  readonly upToSeconds: number;
  /** Numbers from 0 to below 1; seeded, so that a day can be played again. */
  readonly random: () => number;
}

/** What clients are started with. */
export interface ClientOptions {
  /**
   * Sends one client's request through the balancer; `undefined` when there is no address to send it to yet.
   * `lastsSeconds`: the answer comes after so many seconds, if nothing breaks the connection.
   */
  readonly send: (clientIp: string, lastsSeconds?: number) => Promise<Delivery | undefined>;
  /** Addresses of the clients. */
  readonly clients: readonly string[];
  /** Each client's pause from one request to the next; one that lasts holds up none. */
  readonly everySeconds: number;
  /** None lasts when left out. */
  readonly lasting?: Lasting;
  readonly onResult?: (result: Result) => void;
}

/** Clients that ask until they are stopped. */
export interface Clients {
  stop(): void;
  counts(): ClientCounts;
  /** Counts from nothing again: what a fault costs is counted from its moment, and not from the build. */
  countAnew(): void;
}

/** Starts clients, spread over the first pause so that they don't ask all at once. */
export function startClients({ send, clients, everySeconds, lasting, onResult }: ClientOptions): Clients {
  let counts = noCounts;
  let isStopped = false;
  const timers = new Map<string, ReturnType<typeof setTimeout>>();

  const ask = async (clientIp: string, lastsSeconds: number | undefined) => {
    const sent = Date.now();
    const delivery = await (lastsSeconds === undefined ? send(clientIp) : send(clientIp, lastsSeconds));
    // What arrives after the end is nobody's any more.
    if (delivery === undefined || isStopped) return;
    counts = counted(counts, delivery, Date.now());
    const seconds = (Date.now() - sent) / 1000;
    onResult?.({ ...delivery, clientIp, sentAt: new Date(sent).toISOString(), seconds });
  };
  // The clients' turns are spread too, so that what lasts isn't asked for by all at once.
  const askAfter = (clientIp: string, turn: number, seconds: number) => {
    const timer = setTimeout(() => {
      askAfter(clientIp, turn + 1, everySeconds);
      void ask(clientIp, secondsOf(lasting, turn));
    }, seconds * 1000);
    timers.set(clientIp, timer);
  };
  clients.forEach((clientIp, index) => askAfter(clientIp, index, (everySeconds * index) / clients.length));

  return {
    stop: () => {
      isStopped = true;
      for (const timer of timers.values()) clearTimeout(timer);
    },
    counts: () => counts,
    countAnew: () => void (counts = noCounts),
  };
}

function secondsOf(lasting: Lasting | undefined, turn: number): number | undefined {
  if (lasting === undefined || (turn + 1) % lasting.every !== 0) return undefined;
  return lasting.upToSeconds * lasting.random();
}

/** What becomes of a client's TCP connection through a balancer, once it is established? */
import type { Clock } from './clock.js';
import type { ClientAnswer, ClientRequest } from './guests.js';
import type { Json } from './json.js';
import type { Machines } from './machines.js';
import { unlessAborted } from './signals.js';

/** Minutes without packets unless the rule says otherwise, which takes 4 to 100 (documentation of the API). */
const standardIdleMinutes = 4;

/** How a flow is: `reset` told both ends that it was idle too long, `forgotten` told nobody. */
export type FlowState = 'open' | 'closed' | 'reset' | 'forgotten';

/**
 * One connection. It stays with its member whatever probe and people say of that (documentation: established TCP flows
 * continue, also when all members are down), until it is closed, its machine answers no more, or it is idle too long.
 */
export class ClientFlow {
  #isClosed = false;
  #trafficAt = Date.now();
  readonly #idleMs: number;
  readonly #resets: boolean;
  /** Aborted once the machine has lost the power that it had when the connection was opened. */
  readonly #life: AbortSignal | undefined;

  constructor(
    readonly machineId: string,
    rule: Json,
    private readonly ground: { readonly machines: Machines; readonly clock: Clock },
  ) {
    this.#idleMs = Number(rule['idleTimeoutInMinutes'] ?? standardIdleMinutes) * 60_000;
    this.#resets = rule['enableTcpReset'] === true;
    this.#life = ground.machines.power(machineId);
  }

  /** How it is now. */
  get state(): FlowState {
    if (this.#isClosed) return 'closed';
    if (Date.now() - this.#trafficAt < this.#idleMs) return 'open';
    return this.#resets ? 'reset' : 'forgotten';
  }

  /** Sends a request on it, and ends with the transfer. */
  async request(request: ClientRequest): Promise<ClientAnswer> {
    const { state } = this;
    if (state !== 'open') return this.#lost(state);
    const began = Date.now();
    const { machines } = this.ground;
    const guest = machines.guest(this.machineId);
    const silence = machines.silence(this.machineId);
    if (guest === undefined || silence === undefined) {
      return { kind: 'dropped', because: 'the machine has no power' };
    }
    if (this.#life?.aborted !== false)
      return { kind: 'refused', because: 'the machine was booted anew, and knows no such connection' };
    // One that hangs already says so itself.
    if (silence.aborted) return guest.request(request);
    const answer = await this.#unlessIdle(request, unlessAborted(guest.request(request), silence));
    const seconds = Math.round((Date.now() - began) / 1000);
    return answer ?? { kind: 'dropped', because: `the connection broke after ${seconds} s` };
  }

  close(): void {
    this.#isClosed = true;
  }

  /** Packets flow for as long as the transfer takes; one that goes on in silence is idle from then on. */
  async #unlessIdle(
    { seconds = 0 }: ClientRequest,
    work: Promise<ClientAnswer | undefined>,
  ): Promise<ClientAnswer | undefined> {
    this.#trafficAt = Date.now() + seconds * 1000;
    const over = new AbortController();
    try {
      const answer = await Promise.race([work, this.#untilIdle(over.signal)]);
      if (this.state === 'open') this.#trafficAt = Date.now();
      return answer;
    } finally {
      over.abort('over'); // without a reason Node makes an error with a stack, for each request
    }
  }

  /** Ends when it has been idle too long, or when that doesn't matter any more. */
  async #untilIdle(over: AbortSignal): Promise<ClientAnswer | undefined> {
    for (;;) {
      const { state } = this;
      if (state !== 'open') return this.#lost(state);
      await this.ground.clock.pause((this.#trafficAt + this.#idleMs - Date.now()) / 1000, over);
      if (over.aborted) return undefined;
    }
  }

  #lost(state: Exclude<FlowState, 'open'>): ClientAnswer {
    const minutes = this.#idleMs / 60_000;
    switch (state) {
      case 'closed':
        return { kind: 'refused', because: 'the client has closed the connection' };
      case 'reset':
        return { kind: 'refused', because: `the balancer reset the connection after ${minutes} idle min` };
      case 'forgotten':
        return { kind: 'dropped', because: `the balancer forgot the connection after ${minutes} idle min` };
    }
  }
}

/** When may the next request go? One at a time, at the pace that ZIA grants a tenant, whoever asks. */
import { pauseAfterMs } from './zia-limits.js';
import { waitMs } from './wait.js';

/** Reads and writes have limits of their own. */
export type Verb = keyof typeof pauseAfterMs;

/** The pace of one tenant, for all callers of this process. Other processes' requests end in 429s, which are obeyed. */
export class Pace {
  #last: Promise<unknown> = Promise.resolve();
  readonly #freeAt: Record<Verb, number> = { read: 0, write: 0 };
  /** Set where ZIA itself told us to wait. */
  readonly #heldUntil: Record<Verb, number> = { read: 0, write: 0 };

  /**
   * Sends when its turn has come: after all that were asked before, and after the pause of its verb.
   *
   * @param send never rejects, as all sending here
   * @param signal a call that is called off while it waits isn't delayed by the pause; `send` sees the signal itself
   */
  run<Value>(verb: Verb, send: () => Promise<Value>, signal?: AbortSignal): Promise<Value> {
    const turn = this.#last.then(async () => {
      await waitUntil(this.#freeAt[verb], signal);
      try {
        return await send();
      } finally {
        this.#freeAt[verb] = Date.now() + pauseAfterMs[verb];
      }
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Remembers that ZIA wants to be left alone, in seconds from now. */
  holdOff(verb: Verb, seconds: number): void {
    this.#heldUntil[verb] = Math.max(this.#heldUntil[verb], Date.now() + seconds * 1000);
  }

  /** Milliseconds that ZIA still wants to be left alone with this verb. */
  heldMs(verb: Verb): number {
    return Math.max(0, this.#heldUntil[verb] - Date.now());
  }
}

/** In a loop, since timers may fire a little early. */
async function waitUntil(at: number, signal: AbortSignal | undefined): Promise<void> {
  while (Date.now() < at && signal?.aborted !== true) await waitMs(at - Date.now(), signal);
}

const paces = new Map<string, Pace>();

/** The pace of a tenant, by a name that tells tenants apart. */
export function paceOf(tenant: string): Pace {
  const pace = paces.get(tenant) ?? new Pace();
  paces.set(tenant, pace);
  return pace;
}

/** What was asked of the cloud lately? */

import type { Exchange } from './server.js';

/** A request that was answered. */
export interface Call {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly host: string;
  readonly method: string;
  readonly path: string;
  /** 0 when the connection was cut before an answer. */
  readonly status: number;
}

/** What is kept of an exchange, which was answered now. */
export function callOf({ host, method, target, status }: Exchange): Call {
  return { at: Date.now(), host, method, path: target.split('?')[0] ?? target, status };
}

/** How many calls are kept: hours of a busy region, some tens of megabytes. */
const keptCalls = 100_000;

/** The newest calls. */
export class CallLog {
  #calls: Call[] = [];

  constructor(private readonly kept = keptCalls) {}

  add(call: Call): void {
    this.#calls.push(call);
    // Cut only now and then, since each cut moves what is left.
    if (this.#calls.length >= 2 * this.kept) this.#calls = this.#calls.slice(-this.kept);
  }

  /** The calls that are kept, oldest first. */
  all(): readonly Call[] {
    return this.#calls.length <= this.kept ? this.#calls : this.#calls.slice(-this.kept);
  }
}

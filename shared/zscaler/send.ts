/** Where do requests go? To ZIA, or to the simulator that answers for it; nobody else knows. */
import type { Answer } from './read-answer.js';
import { outageRetryAfterSeconds, requestTimeoutMs } from './zia-limits.js';
import { failed, succeeded, type ZiaOutcome } from './zia-outcome.js';

/** A request; its detail never quotes headers or body. */
export interface ZiaRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** At the real service, in HTTPS. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends one request and waits for its answer, whatever that is. Redirects are not followed: none is ZIA's. */
export type Send = (request: ZiaRequest, signal?: AbortSignal) => Promise<ZiaOutcome<Answer>>;

/**
 * Makes the sender.
 *
 * @param localZia base URL of the simulator; scheme and host of every request are rewritten to it
 * @param timeoutMs how long a request may last, in milliseconds of the machine's own clock
 */
export function makeSend(localZia: string | undefined, timeoutMs = requestTimeoutMs): Send {
  return async ({ method, url, headers, body }, signal) => {
    const target = new URL(url);
    const isLocal = localZia !== undefined;
    const address = isLocal ? `${new URL(localZia).origin}${target.pathname}${target.search}` : url;
    const limits = [AbortSignal.timeout(timeoutMs), ...(signal === undefined ? [] : [signal])];
    try {
      const response = await fetch(address, {
        method,
        headers: { ...headers, ...(isLocal ? { 'x-forwarded-host': target.host } : {}) },
        ...(body === undefined ? {} : { body }),
        redirect: 'manual',
        signal: AbortSignal.any(limits),
      });
      return succeeded({
        status: response.status,
        headers: Object.fromEntries(response.headers),
        text: await response.text(),
      });
    } catch (error) {
      return unreachable(`${method} ${target.host}${target.pathname}`, reasonOf(error, signal, timeoutMs));
    }
  };
}

function unreachable(about: string, reason: string) {
  return failed({
    kind: 'unreachable',
    detail: `${about} got no answer: ${reason}.`,
    retryAfterSeconds: outageRetryAfterSeconds,
    isRetryable: true,
  });
}

/** In words, or the system's code such as `ECONNREFUSED`; messages of `fetch` may quote what was sent. */
function reasonOf(error: unknown, signal: AbortSignal | undefined, timeoutMs: number): string {
  if (signal?.aborted === true) return 'it was called off';
  if (property(error, 'name') === 'TimeoutError') return `none came within ${timeoutMs / 1000} s`;
  const code = property(property(error, 'cause'), 'code');
  return typeof code === 'string' && /^[A-Z0-9_]+$/.test(code) ? code : 'the connection failed';
}

function property(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name]; // an object has only named properties
}

/** How is one call of ZIA's API made? Signed in, at the tenant's pace, with patience for what passes by itself. */
import type { Pace, Verb } from './pace.js';
import { readAnswer } from './read-answer.js';
import type { Send } from './send.js';
import type { SessionHeaders, SignIn } from './sign-in.js';
import { waitMs } from './wait.js';
import { editLockPausesMs, patienceMs } from './zia-limits.js';
import { failed, type ZiaFailure, type ZiaOutcome } from './zia-outcome.js';

/** A call; it may be sent more than once, so it has to be idempotent. */
export interface ZiaCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the API's base, with its query. */
  readonly path: string;
  readonly body?: unknown;
  /** Whether the body carries a secret, so that no message of ZIA's may be quoted. */
  readonly isSecret?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Told each time just before it is sent. */
  readonly onSend?: () => void;
}

/** Makes a call. Resolves always. */
export type AskZia = (call: ZiaCall) => Promise<ZiaOutcome<unknown>>;

/** What the attempts of one call have used up. */
interface Used {
  readonly waitedMs: number;
  readonly editLocks: number;
  readonly hasRenewed: boolean;
}

/** What to do with a failure: wait and try again, sign in again, or hand it over. */
type Next =
  { readonly kind: 'wait'; readonly ms: number } | { readonly kind: 'renew' } | { readonly kind: 'give-up' };

/** Makes what makes calls. */
export function makeAskZia(signIn: SignIn, pace: Pace, send: Send): AskZia {
  return async (call) => {
    let used: Used = { waitedMs: 0, editLocks: 0, hasRenewed: false };
    for (;;) {
      const { outcome, headers } = await askOnce(call, signIn, pace, send, used);
      if (outcome.ok || call.signal?.aborted === true) return outcome;
      const next = nextOf(outcome.failure, used);
      if (next.kind === 'give-up') return outcome;
      if (next.kind === 'renew') {
        if (headers !== undefined) signIn.forget(headers);
        used = { ...used, hasRenewed: true };
        continue;
      }
      await waitMs(next.ms, call.signal);
      const isEditLock = outcome.failure.kind === 'edit-locked';
      used = {
        ...used,
        waitedMs: used.waitedMs + next.ms,
        editLocks: used.editLocks + (isEditLock ? 1 : 0),
      };
    }
  };
}

interface Asked {
  readonly outcome: ZiaOutcome<unknown>;
  /** Of the session that was used; none when there was none. */
  readonly headers?: SessionHeaders;
}

async function askOnce(call: ZiaCall, signIn: SignIn, pace: Pace, send: Send, used: Used): Promise<Asked> {
  const verb: Verb = call.method === 'GET' ? 'read' : 'write';
  const about = `${call.method} ${call.path.split('?')[0] ?? ''}`;
  const held = pace.heldMs(verb);
  if (held > patienceMs - used.waitedMs) return { outcome: failed(heldOff(about, held)) };
  return pace.run(verb, () => sendOnce(call, about, verb, signIn, pace, send), call.signal);
}

async function sendOnce(
  call: ZiaCall,
  about: string,
  verb: Verb,
  signIn: SignIn,
  pace: Pace,
  send: Send,
): Promise<Asked> {
  const session = await signIn.headers(call.signal);
  if (!session.ok) return { outcome: session };
  const headers = session.value;
  call.onSend?.();
  const sent = await send(
    {
      method: call.method,
      url: `${signIn.base}${call.path}`,
      headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    },
    call.signal,
  );
  if (!sent.ok) return { outcome: sent, headers };
  signIn.used();
  const outcome = readAnswer(sent.value, about, call.isSecret ?? false);
  if (!outcome.ok && outcome.failure.kind === 'throttled') {
    pace.holdOff(verb, outcome.failure.retryAfterSeconds ?? 0);
  }
  return { outcome, headers };
}

function nextOf(failure: ZiaFailure, used: Used): Next {
  const isAuthentication =
    failure.kind === 'session-expired' || (failure.status === 403 && failure.kind === 'refused');
  if (isAuthentication) return used.hasRenewed ? { kind: 'give-up' } : { kind: 'renew' };
  const ms = pauseMs(failure, used);
  if (ms === undefined || used.waitedMs + ms > patienceMs) return { kind: 'give-up' };
  return { kind: 'wait', ms };
}

function pauseMs(failure: ZiaFailure, { editLocks }: Used): number | undefined {
  // At least a second: a service that says 0 would be asked in a circle.
  if (failure.kind === 'throttled') return Math.max(1, failure.retryAfterSeconds ?? 1) * 1000;
  if (failure.kind === 'edit-locked') return editLockPausesMs[editLocks];
  return undefined;
}

function heldOff(about: string, ms: number): ZiaFailure {
  const retryAfterSeconds = Math.ceil(ms / 1000);
  return {
    kind: 'throttled',
    detail: `${about} isn't sent: ZIA has told us to wait ${retryAfterSeconds} s more.`,
    retryAfterSeconds,
    isRetryable: true,
  };
}

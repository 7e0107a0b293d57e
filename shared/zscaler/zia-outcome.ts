/** How does a call to ZIA end? As a value, whatever happens on the way. */

/** What went wrong. */
export type ZiaFailureKind =
  /** Client id, user or secret isn't accepted, or the secret can't be read. */
  | 'sign-in-refused'
  /** A session that was made a moment ago isn't taken. */
  | 'session-expired'
  | 'throttled'
  /** Somebody else edits the tenant's configuration, or our own write a moment ago. */
  | 'edit-locked'
  | 'credential-missing'
  /** ZIA understood and doesn't want to, or answers what nobody here understands. */
  | 'refused'
  /** A maintenance page or a proxy's page instead of JSON. */
  | 'not-json'
  | 'unreachable';

/** A failure, in words that may be shown: nothing of a request, a session or a secret is in it. */
export interface ZiaFailure {
  readonly kind: ZiaFailureKind;
  readonly detail: string;
  readonly status?: number;
  /** ZIA's own, such as `EDIT_LOCK_NOT_AVAILABLE`. */
  readonly code?: string;
  readonly retryAfterSeconds?: number;
  readonly isRetryable: boolean;
}

/** What a call ends with. */
export type ZiaOutcome<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly failure: ZiaFailure };

/** A call that ended well. */
export function succeeded<Value>(value: Value): ZiaOutcome<Value> {
  return { ok: true, value };
}

/** A call that did not. */
export function failed(failure: ZiaFailure): { readonly ok: false; readonly failure: ZiaFailure } {
  return { ok: false, failure };
}

/** When does Event Grid try again, and when does it give up? (Microsoft Learn, 'Event Grid message delivery and retry'.) */
import type { PostAnswer } from './post-json.js';

/** What a subscription says of it; both as documented unless told. */
export interface RetryPolicy {
  /** 1 to 30. */
  readonly maxDeliveryAttempts: number;
  /** 1 to 1440. */
  readonly eventTimeToLiveMinutes: number;
}

export const standardPolicy: RetryPolicy = { maxDeliveryAttempts: 30, eventTimeToLiveMinutes: 1440 };

/** What is done after an attempt. */
export type AfterAttempt =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'retry'; readonly seconds: number }
  | { readonly kind: 'give-up'; readonly because: 'refused' | 'attempts' | 'time-to-live' };

const minute = 60;
const hour = 60 * minute;

/** Pauses after the first attempt, the second and so on; the last one goes on. */
const pauses = [10, 30, minute, 5 * minute, 10 * minute, 30 * minute, hour, 3 * hour, 6 * hour, 12 * hour];

const accepted = [200, 201, 202, 203, 204];

/** Of a web hook: what another try can't mend. */
const refused = [400, 401, 403, 413];

/** Least pauses after some answers, in seconds. */
const leastPauses: Readonly<Record<number, number>> = { 404: 5 * minute, 408: 2 * minute, 503: 30 };

/**
 * Says what is done after an attempt.
 *
 * @param attempts how many there were, this one included
 * @param chance 0 to below 1: each pause is a little longer, so that not all come back at once (documented; up to a
 * tenth is an estimate)
 */
export function afterAttempt(
  answer: PostAnswer,
  attempts: number,
  policy: RetryPolicy,
  chance: number,
): AfterAttempt {
  const status = typeof answer === 'string' ? 0 : answer.status;
  if (accepted.includes(status)) return { kind: 'delivered' };
  if (refused.includes(status)) return { kind: 'give-up', because: 'refused' };
  if (attempts >= policy.maxDeliveryAttempts) return { kind: 'give-up', because: 'attempts' };
  const pause = pauses[Math.min(attempts, pauses.length) - 1] ?? 12 * hour;
  return { kind: 'retry', seconds: Math.max(pause, leastPauses[status] ?? 0) * (1 + chance / 10) };
}

/** Says whether an event is too old for another attempt; looked at only when one is due (documentation). */
export function isExpired(ageSeconds: number, { eventTimeToLiveMinutes }: RetryPolicy): boolean {
  return ageSeconds >= eventTimeToLiveMinutes * minute;
}

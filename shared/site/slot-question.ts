/** What is asked for each slot, and the two answers that every part of it can give: attempt, or wait. */
import { backOffSeconds } from './back-off.js';
import type { DesiredSlot } from './desired-site.js';
import type { GatewayHealth } from './gateway-health.js';
import type { ObservedResource } from './observed-site.js';
import { isInFlight, pausedAttempt, type Observed, type Step, type Wait } from './plan.js';
import type { Policy } from './policy.js';
import type { Problem } from './problem.js';
import type { Site } from './site.js';
import type { Cause, Remedy } from './remedy.js';
import type { GatewayActivity, Resolved, SiteRecord } from './site-record.js';
import type { TimelineEntry } from './timeline-entry.js';
import type { Wish } from './wish.js';

/** What a slot's plan is made from. */
export interface SlotQuestion {
  readonly site: Site;
  readonly record: SiteRecord;
  readonly slot: DesiredSlot;
  readonly observed: Observed;
  readonly resolved: Resolved;
  /** Versions that the gateway should have, by the secret's name. */
  readonly versions: ReadonlyMap<string, string>;
  /** Highest generation that was begun in this slot, 0 for none. */
  readonly generation: number;
  /** The slot's address as it was told last; for an existing one, which only the surroundings show. */
  readonly knownAddress?: string;
  /** ISO 8601: since when the gateway has been set up, as it was told last; absent when it did something else. */
  readonly settingUpSince?: string;
  /** Why nothing new may be made now; absent when it may. */
  readonly hold?: Problem;
  readonly policy: Policy;
  readonly now: Date;
}

/** What is next for a slot: at most one step, or one wait; and what the gateway is doing meanwhile. */
export interface SlotPlan {
  readonly doing: GatewayActivity;
  readonly because: string;
  readonly step?: Step;
  readonly wait?: Wait;
  /** What is wrong, when anything is. */
  readonly cause?: Cause;
  /** What is due and that guards have to allow first. */
  readonly wish?: Wish;
  /** State of the gateway's mending from now on: as it was when absent, over when `undefined` is told by `isMended`. */
  readonly remedy?: Remedy;
  readonly isMended?: boolean;
  /** What is known of the gateway, for guards; absent where no machine stands. */
  readonly health?: GatewayHealth;
  readonly happened?: readonly TimelineEntry[];
}

/** Finds the resource of one kind that belongs to the slot. */
export function find<K extends 'public-ip' | 'network-interface'>(
  { observed, slot }: SlotQuestion,
  kind: K,
): Extract<ObservedResource, { kind: K }> | undefined {
  return observed.resources.find(
    (resource): resource is Extract<ObservedResource, { kind: K }> =>
      resource.kind === kind && resource.slot === slot.slot,
  );
}

/** Waits for an operation in flight, or for one that somebody else began. */
export function waitFor(
  question: SlotQuestion,
  subject: string,
  doing: GatewayActivity,
  because: string,
): SlotPlan {
  const { observed, slot, now } = question;
  const isOurs = isInFlight(observed, subject);
  const until = isOurs
    ? {}
    : { until: new Date(now.getTime() + unknownOperationSeconds * 1000).toISOString() };
  const wait = {
    subject,
    gateway: slot.slot,
    reason: 'waits-for-operation' as const,
    sentence: because,
    ...until,
  };
  return { doing, because, wait };
}

/** A look at something that changes without an operation of ours, as after a restart of the controller. */
const unknownOperationSeconds = 15;

/**
 * Takes a step, unless the one before is still in flight, an earlier failure's pause isn't over, or nothing new
 * may be made. What is in flight may be missing from a list for a while; it isn't made a second time.
 *
 * @param isNew the step makes something that is paid for, so that `hold` applies
 */
export function attempt(question: SlotQuestion, doing: GatewayActivity, step: Step, isNew = true): SlotPlan {
  const { observed, slot, hold, now } = question;
  if (isInFlight(observed, step.subject)) {
    return waitFor(question, step.subject, doing, `${step.intent.name} is on its way.`);
  }
  const paused = pausedAttempt(observed, step.subject, now);
  if (paused !== undefined) {
    const because = `${paused.problem.detail} Tried ${times(paused.failures)}; again after ${paused.notBefore}.`;
    const wait = {
      subject: step.subject,
      gateway: slot.slot,
      reason: 'waits-after-failure' as const,
      sentence: because,
      until: paused.notBefore,
    };
    return { doing: 'failed', because, wait };
  }
  if (isNew && hold !== undefined) {
    return { doing: 'waiting', because: hold.detail, wait: held(question, step.subject, hold) };
  }
  return { doing, because: step.sentence, step };
}

/** What time may cure is looked at again soon; the rest waits for a person, and for the next look. */
export function held({ slot, now }: SlotQuestion, subject: string, hold: Problem): Wait {
  const about = { subject, gateway: slot.slot, sentence: hold.detail };
  if (!hold.retryable) return { ...about, reason: 'waits-for-person' };
  const until = new Date(now.getTime() + backOffSeconds(hold, 1) * 1000).toISOString();
  return { ...about, reason: 'waits-after-failure', until };
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

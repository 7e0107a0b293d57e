/** What does one run of the reconciliation carry from round to round? Small, JSON, no secrets. */
import { dueOperations } from './ask-schedule.js';
import type { Operation } from './intent.js';
import type { FleetView } from './fleet-view.js';
import type { RotationAnswer } from './fold-rotation.js';
import type {
  BackendSample,
  ObservedResource,
  ReportedTrouble,
  SecretState,
  Surroundings,
} from './observed-site.js';
import type { Observed } from './plan.js';
import { mustLookAgain } from './name-taken.js';
import { identityOf } from './plan.js';
import { fleetTrustSeconds, surroundingsTrustSeconds } from './policy.js';
import type { Outcome } from './problem.js';
import type { Attempt, SiteRecord } from './site-record.js';
import type { TimelineEntry } from './timeline-entry.js';

/** State of a run between two rounds. */
export interface Round {
  readonly resources: readonly ObservedResource[];
  /** Nothing was looked at yet, or something failed since: everything is looked at before the next plan. */
  readonly mustLook: boolean;
  /** Nothing was begun or asked since the last full look. */
  readonly isLookFresh: boolean;
  readonly surroundings?: { readonly at: string; readonly value: Surroundings };
  readonly health: readonly BackendSample[];
  readonly secrets: readonly Outcome<SecretState>[];
  readonly reports: readonly ReportedTrouble[];
  readonly fleet?: { readonly at: string; readonly value: FleetView };
  readonly seats?: { readonly at: string; readonly value: Readonly<Record<string, 'taken' | 'full'>> };
  /** Steps of a rotation that were carried out and that the row doesn't know of yet. */
  readonly rotated: readonly RotationAnswer[];
  /** ISO 8601: the newest wish for a look that the run knows of. */
  readonly lookWanted?: string;
  /** The plan asked for them. */
  readonly wantsSurroundings: boolean;
  readonly inFlight: readonly Operation[];
  readonly attempts: readonly Attempt[];
  readonly generations: Readonly<Record<string, number>>;
  /** What happened and isn't in the timeline yet. */
  readonly happened: readonly TimelineEntry[];
}

/** The state with which a run begins: what the row remembers, and the operations of the run before. */
function firstRound(record: SiteRecord, inFlight: readonly Operation[]): Round {
  return {
    resources: [],
    mustLook: true,
    isLookFresh: false,
    wantsSurroundings: false,
    inFlight,
    attempts: record.attempts,
    generations: record.generations,
    happened: [],
    health: [],
    secrets: [],
    reports: [],
    rotated: [],
  };
}

/**
 * Starts a run's state, or notices that somebody has asked for a look since: then everything is looked at again.
 */
export function startOrNotice(
  round: Round | undefined,
  record: SiteRecord,
  inFlight: readonly Operation[],
  lookWanted: string | undefined,
): Round {
  const mark = lookWanted === undefined ? {} : { lookWanted };
  if (round === undefined) return { ...firstRound(record, inFlight), ...mark };
  return lookWanted === undefined || lookWanted === round.lookWanted
    ? round
    : { ...forgetLook(round), wantsSurroundings: round.surroundings !== undefined, ...mark };
}

/** What a round looks at. */
export interface Looks {
  readonly resources: boolean;
  readonly surroundings: boolean;
  readonly operations: readonly Operation[];
}

/** Says what to look at now: everything at first and after a failure, else the operations that are due. */
export function looksOf(round: Round, now: Date): Looks {
  return {
    resources: round.mustLook || mustLookAgain(round.attempts, now),
    surroundings: round.wantsSurroundings,
    operations: dueOperations(round.inFlight, now),
  };
}

/** What a plan is made from. */
export function observedOf(round: Round, now: Date): Observed {
  const { resources, inFlight, attempts, surroundings, health, secrets, reports, fleet, seats } = round;
  const isTrusted = (at: string, seconds: number) => now.getTime() - Date.parse(at) <= seconds * 1000;
  return {
    resources,
    inFlight,
    attempts,
    health,
    secrets,
    reports,
    ...(surroundings !== undefined && isTrusted(surroundings.at, surroundingsTrustSeconds)
      ? { surroundings: surroundings.value }
      : {}),
    ...(fleet !== undefined && isTrusted(fleet.at, fleetTrustSeconds) ? { fleet: fleet.value } : {}),
    ...(seats !== undefined && isTrusted(seats.at, fleetTrustSeconds) ? { seats: seats.value } : {}),
  };
}

/** Puts one resource's new state in the place of the old. */
export function mergeResource(round: Round, resource: ObservedResource): Round {
  const others = round.resources.filter((other) => identityOf(other) !== identityOf(resource));
  return { ...round, resources: [...others, resource] };
}

/** Takes a resource out, with what ran on it. */
export function removeResource(round: Round, gone: Pick<Operation, 'kind' | 'name'>): Round {
  const isLeft = (resource: ObservedResource) =>
    identityOf(resource) !== identityOf(gone) &&
    !('virtualMachine' in resource && resource.virtualMachine === gone.name);
  return { ...round, resources: round.resources.filter(isLeft) };
}

/** Makes the next round look at everything. */
export function forgetLook(round: Round): Round {
  return { ...round, mustLook: true, isLookFresh: false };
}

/** Folds answers in with what each was given to, in their order; what has none changes nothing. */
export function foldEach<Asked, Answer>(
  round: Round,
  asked: readonly Asked[],
  answers: readonly Answer[],
  fold: (round: Round, one: Asked, answer: Answer) => Round,
): Round {
  return asked.reduce<Round>((folded, one, index) => {
    const answer = answers[index];
    return answer === undefined ? folded : fold(folded, one, answer);
  }, round);
}

/** Keeps what failed. */
export function withAttempt(round: Round, attempt: Attempt): Round {
  return {
    ...withoutAttempt(round, attempt.subject),
    attempts: [...round.attempts.filter(({ subject }) => subject !== attempt.subject), attempt],
  };
}

/** Forgets what has succeeded since. */
export function withoutAttempt(round: Round, subject: string): Round {
  return { ...round, attempts: round.attempts.filter((attempt) => attempt.subject !== subject) };
}

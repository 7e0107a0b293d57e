/** What does one run of the reconciliation carry from round to round? Small, JSON, no secrets. */
import { attemptsThatMatter } from './attempts-that-matter.js';
import { dueOperations, firstAsk } from './ask-schedule.js';
import type { Begun, Operation } from './intent.js';
import type { FleetView } from './fleet-view.js';
import type { RotationAnswer } from './fold-rotation.js';
import type {
  BackendSample,
  ObservedResource,
  ObservedResources,
  SecretState,
  Surroundings,
} from './observed-site.js';
import type { Observed, Plan, Step, Wait } from './plan.js';
import type { Reason } from './reason.js';
import type { RotationIntent, RotationStep } from './rotation-step.js';
import { attemptsBesideTaken, mustLookAgain } from './name-taken.js';
import { identityOf } from './plan.js';
import { fleetTrustSeconds, restLookSeconds, surroundingsTrustSeconds } from './policy.js';
import type { Outcome, Problem } from './problem.js';
import { failedAgain } from './back-off.js';
import { refusalSubject } from './refusal.js';
import type { Attempt, SiteRecord } from './site-record.js';
import { happenedTo } from './tell.js';
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
  const { resources, inFlight, attempts, surroundings, health, secrets, fleet, seats } = round;
  const isTrusted = (at: string, seconds: number) => now.getTime() - Date.parse(at) <= seconds * 1000;
  return {
    resources,
    inFlight,
    attempts,
    health,
    secrets,
    ...(surroundings !== undefined && isTrusted(surroundings.at, surroundingsTrustSeconds)
      ? { surroundings: surroundings.value }
      : {}),
    ...(fleet !== undefined && isTrusted(fleet.at, fleetTrustSeconds) ? { fleet: fleet.value } : {}),
    ...(seats !== undefined && isTrusted(seats.at, fleetTrustSeconds) ? { seats: seats.value } : {}),
  };
}

/**
 * Folds a full look in. One that failed is looked at again after its pause; it counts as fresh, so that the run can
 * end instead of looking again at once.
 */
export function foldResources(
  round: Round,
  looked: Outcome<ObservedResources>,
  site: string,
  now: Date,
): Round {
  if (looked.ok) {
    const { resources, taken, resourceGroup, health, secrets } = looked.value;
    const attempts = attemptsBesideTaken(attemptsThatMatter(round.attempts, resources), taken, {
      site,
      resourceGroup,
      now,
    });
    return {
      ...withoutAttempt({ ...round, attempts }, lookSubject(site)),
      resources,
      generations: generationsOf(round, resources),
      health,
      secrets,
      mustLook: false,
      isLookFresh: true,
    };
  }
  const before = round.attempts.find(({ subject }) => subject === lookSubject(site));
  const failed = failedAgain(before, lookSubject(site), looked.problem, now);
  return withAttempt({ ...round, isLookFresh: true }, failed);
}

/** A machine that was begun before a crash, and that the row doesn't know of, counts once it is seen. */
function generationsOf(
  { generations }: Round,
  resources: readonly ObservedResource[],
): Readonly<Record<string, number>> {
  return resources
    .filter((resource) => resource.kind === 'virtual-machine')
    .reduce(
      (known, { slot, generation }) => ({ ...known, [slot]: Math.max(known[slot] ?? 0, generation) }),
      generations,
    );
}

/** Name under which failed looks are kept among the attempts. */
export function lookSubject(site: string): string {
  return `look at ${site}`;
}

/** Folds a look at the surroundings in. */
export function foldSurroundings(round: Round, value: Surroundings, now: Date): Round {
  return { ...round, surroundings: { at: now.toISOString(), value }, wantsSurroundings: false };
}

/** Folds a look at the fleet in, or the seats that were given. */
export function foldFleet(
  round: Round,
  seen: { readonly fleet?: FleetView; readonly seats?: Readonly<Record<string, 'taken' | 'full'>> },
  now: Date,
): Round {
  const at = now.toISOString();
  return {
    ...round,
    ...(seen.fleet === undefined ? {} : { fleet: { at, value: seen.fleet } }),
    ...(seen.seats === undefined ? {} : { seats: { at, value: { ...round.seats?.value, ...seen.seats } } }),
  };
}

/** Folds in what the steps of a rotation answered; what failed is kept with its pause. */
export function foldRotated(
  round: Round,
  steps: readonly RotationStep[],
  answers: readonly Outcome<Begun>[],
  now: Date,
): Round {
  return steps.reduce<Round>((folded, step, index) => {
    const answer = answers[index];
    if (answer === undefined) return folded;
    if (!answer.ok) return begunInVain(folded, step, answer.problem, now);
    const { version } = answer.value;
    const rotated = { intent: step.intent, ...(version === undefined ? {} : { version }) };
    const secrets = withoutDisabled(folded.secrets, step.intent);
    return withoutAttempt({ ...folded, secrets, rotated: [...folded.rotated, rotated] }, step.subject);
  }, round);
}

/** A version that was just disabled would look like a newer one that somebody made, until the next look. */
function withoutDisabled(secrets: Round['secrets'], intent: RotationIntent): Round['secrets'] {
  if (intent.kind !== 'disable-version') return secrets;
  const { name, version } = intent.secret;
  return secrets.filter(
    (looked) =>
      !looked.ok ||
      looked.value.state !== 'usable' ||
      looked.value.name !== name ||
      looked.value.version !== version,
  );
}

function begunInVain(round: Round, step: Step | RotationStep, why: Problem, now: Date): Round {
  const before = round.attempts.find(({ subject }) => subject === step.subject);
  const failed = failedAgain(before, step.subject, why, now);
  return { ...withAttempt(round, failed), happened: [...round.happened, happenedTo({ step, failed, now })] };
}

/** Folds in what the begun steps answered. */
export function foldBegun(
  round: Round,
  steps: readonly Step[],
  answers: readonly Outcome<Begun>[],
  now: Date,
): Round {
  return steps.reduce<Round>(
    (folded, step, index) => {
      const answer = answers[index];
      return answer === undefined ? folded : foldOneBegun(folded, step, answer, now);
    },
    { ...round, isLookFresh: steps.length === 0 && round.isLookFresh },
  );
}

function foldOneBegun(round: Round, step: Step, answer: Outcome<Begun>, now: Date): Round {
  if (!answer.ok) return forgetLook(begunInVain(round, step, answer.problem, now));
  const { operation, observed } = answer.value;
  const { intent, verb } = step;
  const merged = observed === undefined ? round : mergeResource(round, observed);
  const counted =
    'generation' in intent && verb === 'put'
      ? { ...merged, generations: { ...merged.generations, [intent.slot]: intent.generation } }
      : merged;
  if (operation === undefined) {
    return withoutAttempt(verb === 'delete' ? removeResource(counted, intent) : counted, step.subject);
  }
  const begun = {
    verb,
    kind: intent.kind,
    name: intent.name,
    ...('slot' in intent ? { slot: intent.slot } : {}),
    ...('virtualMachine' in intent ? { virtualMachine: intent.virtualMachine } : {}),
    ...(operation.url === undefined ? {} : { url: operation.url }),
    begunAt: now.toISOString(),
  };
  const askAt = firstAsk(begun, now, operation.retryAfterSeconds);
  // A script that is asked for again takes the place of the former one.
  const others = counted.inFlight.filter((other) => identityOf(other) !== identityOf(begun));
  return { ...counted, inFlight: [...others, { ...begun, askAt }] };
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

/**
 * Takes over what the plan decided about the surroundings: wanted, refused, or fine. A refusal is judged by a look of
 * its own each time, and so are surroundings of which a part could not be seen. A change that no operation of ours
 * tells of shows only in a look.
 */
export function foldPlan(round: Round, plan: Plan): Round {
  if (plan.needsSurroundings) return { ...round, wantsSurroundings: true };
  if (plan.refusal !== undefined) return withAttempt({ ...round, wantsSurroundings: true }, plan.refusal);
  // What was looked at is still fresh now, so that the run can end; the next round looks again.
  const seen = plan.waits.some(isOfOthers) ? { ...round, mustLook: true } : round;
  if (seen.surroundings === undefined) return seen;
  const wantsSurroundings = Object.values(seen.surroundings.value).flat().some(isUnseen);
  return withoutAttempt({ ...seen, wantsSurroundings }, refusalSubject);
}

const isUnseen = ({ ok }: Outcome<unknown>) => !ok;

/** Waits after whose end things may look different without an operation of ours. */
const reasonsToLook: readonly Reason[] = [
  'waits-for-operation',
  'waits-for-far-side',
  'cannot-tell',
  'last-healthy-gateway',
  'max-unavailable',
  'suspended',
  'fleet-frozen',
  'fleet-in-flight',
  // A machine is touched after the drain, and the next gateway taken out after the return: whoever is to serve
  // meanwhile may have failed since.
  'drains',
  'returns',
];

function isOfOthers({ reason, until }: Wait): boolean {
  return until !== undefined && reasonsToLook.includes(reason);
}

/**
 * Says when the next round is due: with the nearest operation or wait, or at the next look of a site at rest.
 * At least a second from now, so that a plan that can't move doesn't spin.
 */
export function nextLookAt(round: Round, plan: Plan, now: Date): Date {
  const due = [
    ...round.inFlight.map(({ askAt }) => askAt),
    ...plan.waits.flatMap(({ until }) => until ?? []),
    ...round.attempts.map(({ notBefore }) => notBefore).filter((at) => at > now.toISOString()),
  ].map((at) => Date.parse(at));
  const rest = now.getTime() + restLookSeconds * 1000;
  return new Date(Math.max(Math.min(...due, rest), now.getTime() + 1000));
}

/** Seconds until the next round when something is to be told: at once, but not in a spin. */
const tellSeconds = 1;

/** Says when the next round is due after steps were begun; one that could not be begun is recorded before its pause. */
export function nextRoundAt(round: Round, plan: Plan, now: Date): Date {
  return round.happened.length > 0
    ? new Date(now.getTime() + tellSeconds * 1000)
    : nextLookAt(round, plan, now);
}

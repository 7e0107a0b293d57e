/** What do the answers of operations change? */
import { nextAsk } from './ask-schedule.js';
import { failedAgain } from './back-off.js';
import type { Operation, OperationAnswer } from './intent.js';
import type { ObservedResource } from './observed-site.js';
import { identityOf, removalOf, subjectOf } from './plan.js';
import type { Problem } from './problem.js';
import { isPutOff } from './put-off.js';
import { hasRunTimedOut, problemOfSilentRun } from './run-verdict.js';
import { hasSetupTimedOut, isServing, problemOfSetup, problemOfSilence } from './setup-verdict.js';
import { endOf } from './tell.js';
import {
  foldEach,
  forgetLook,
  mergeResource,
  removeResource,
  type Round,
  withAttempt,
  withoutAttempt,
} from './round.js';

/** Folds the answers of the asked operations in, in their order. */
export function foldAnswers(
  round: Round,
  asked: readonly Operation[],
  answers: readonly OperationAnswer[],
  now: Date,
): Round {
  const looked = { ...round, isLookFresh: asked.length === 0 && round.isLookFresh };
  return foldEach(looked, asked, answers, (folded, operation, answer) =>
    foldAnswer(folded, operation, answer, now),
  );
}

function foldAnswer(round: Round, operation: Operation, given: OperationAnswer, now: Date): Round {
  const answer = given.state === 'running' ? judgeSilence(operation, given, now) : given;
  const merged = answer.observed === undefined ? round : mergeResource(round, answer.observed);
  switch (answer.state) {
    case 'running': {
      const askAt = nextAsk(operation, now, answer.retryAfterSeconds);
      const inFlight = merged.inFlight.map((other) =>
        isSame(other, operation) ? { ...operation, askAt } : other,
      );
      return { ...merged, inFlight };
    }
    case 'failed':
      return forgetLook(failed(ended(merged, operation), operation, answer.problem, now));
    case 'succeeded':
      return succeeded(ended(merged, operation), operation, answer.observed, now);
  }
}

/** A script whose machine has a dead guest agent stays pending for ever; it is given up after its time. */
function judgeSilence(operation: Operation, answer: OperationAnswer, now: Date): OperationAnswer {
  const { kind, name, begunAt, virtualMachine = name } = operation;
  const isOver =
    kind === 'setup' ? hasSetupTimedOut(begunAt, now) : kind === 'run' && hasRunTimedOut(begunAt, now);
  if (!isOver) return answer;
  const problem =
    kind === 'setup' ? problemOfSilence(virtualMachine) : problemOfSilentRun(virtualMachine, name);
  return { state: 'failed', problem };
}

const isSame = (a: Operation, b: Operation) => identityOf(a) === identityOf(b) && a.begunAt === b.begunAt;

function ended(round: Round, operation: Operation): Round {
  return { ...round, inFlight: round.inFlight.filter((other) => !isSame(other, operation)) };
}

function failed(round: Round, operation: Operation, problem: Problem, now: Date): Round {
  const subject = triedAs(operation);
  const before = round.attempts.find((attempt) => attempt.subject === subject);
  const attempt = failedAgain(before, subject, problem, now);
  return withAttempt({ ...round, happened: [...round.happened, endOf(operation, now, attempt)] }, attempt);
}

function succeeded(
  round: Round,
  operation: Operation,
  observed: ObservedResource | undefined,
  now: Date,
): Round {
  if (observed?.kind === 'setup' && !isServing(observed))
    return failed(round, operation, problemOfSetup(observed), now);
  const isDeletion = operation.verb === 'delete';
  const settled = isDeletion ? removeResource(round, operation) : settle(round, operation);
  const told = endOf(operation, now, undefined, observed);
  const after = { ...settled, happened: [...round.happened, told] };
  const done = withoutAttempt(after, triedAs(operation));
  return operation.kind === 'load-balancer' ? withoutPutOff(done) : done;
}

/** What was put off for the balancer is tried at once when that is written; its pause was for who doesn't know when. */
function withoutPutOff(round: Round): Round {
  return { ...round, attempts: round.attempts.filter(({ problem }) => !isPutOff(problem)) };
}

const triedAs = (operation: Operation) =>
  operation.verb === 'delete' ? removalOf(operation) : subjectOf(operation);

/**
 * An operation that ended well settles its resource, also where the answer didn't bring its new state. One whose
 * resource is unknown is looked for, before the plan takes it for missing.
 */
function settle(round: Round, operation: Operation): Round {
  if (!round.resources.some((resource) => identityOf(resource) === identityOf(operation)))
    return forgetLook(round);
  const resources = round.resources.map((resource) =>
    identityOf(resource) === identityOf(operation) && resource.state === 'changing'
      ? { ...resource, state: 'settled' as const }
      : resource,
  );
  return { ...round, resources };
}

/** What do steps change that were begun, or could not be? */
import { firstAsk } from './ask-schedule.js';
import type { Begun } from './intent.js';
import type { Step } from './plan.js';
import type { RotationIntent, RotationStep } from './rotation-step.js';
import { identityOf } from './plan.js';
import { problemCode, type Outcome, type Problem } from './problem.js';
import { failedAgain } from './back-off.js';
import { isPutOff } from './put-off.js';
import { happenedTo } from './tell.js';
import {
  foldEach,
  forgetLook,
  mergeResource,
  removeResource,
  type Round,
  withAttempt,
  withoutAttempt,
} from './round.js';

/** Folds in what the steps of a rotation answered; what failed is kept with its pause. */
export function foldRotated(
  round: Round,
  steps: readonly RotationStep[],
  answers: readonly Outcome<Begun>[],
  now: Date,
): Round {
  return foldEach(round, steps, answers, (folded, step, answer) => {
    if (!answer.ok) return begunInVain(folded, step, answer.problem, now);
    const { version } = answer.value;
    const rotated = { intent: step.intent, ...(version === undefined ? {} : { version }) };
    const secrets = withoutDisabled(folded.secrets, step.intent);
    return withoutAttempt({ ...folded, secrets, rotated: [...folded.rotated, rotated] }, step.subject);
  });
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
  const looked = { ...round, isLookFresh: steps.length === 0 && round.isLookFresh };
  return foldEach(looked, steps, answers, (folded, step, answer) => foldOneBegun(folded, step, answer, now));
}

function foldOneBegun(round: Round, step: Step, answer: Outcome<Begun>, now: Date): Round {
  if (!answer.ok) {
    const tried = begunInVain(round, step, answer.problem, now);
    // Nothing was done: what is there is known as well as before, and a look would only add to what is throttled.
    const isUntouched = isPutOff(answer.problem) || problemCode(answer.problem) === 'throttled';
    return isUntouched ? tried : forgetLook(tried);
  }
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

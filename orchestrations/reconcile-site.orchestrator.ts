/**
 * In which order is a site brought to what is wanted? Look, plan, record, begin, wait; again until nothing is due.
 *
 * States: a run starts with a full look. Each round reads the row, asks the operations that are due, plans, records
 * what is seen and what will be begun, begins it, and waits for whatever is due next. It ends when nothing is in
 * flight and nothing is due within a minute, after a look that nothing has changed since.
 *
 * A crash between any two lines leaves either a row that says what was about to be begun (the next run looks and
 * begins what is missing; every write is safe to repeat), or an operation that nobody observes (the next run's look
 * sees its resource change, or is told of the conflict and waits). The sweep starts the next run.
 */
import type { OrchestrationContext, Task } from 'durable-functions';
import { configHash } from '../shared/gateway/config-hash.js';
import type { Begun, OperationAnswer } from '../shared/site/intent.js';
import type { ObservedResources, Surroundings } from '../shared/site/observed-site.js';
import type { FleetView } from '../shared/site/fleet-view.js';
import type { Plan } from '../shared/site/plan.js';
import { foldAnswers } from '../shared/site/fold-answers.js';
import type { Outcome } from '../shared/site/problem.js';
import { isRunOver, mendedBy, planRound, recordOf } from './plan-round.js';
import type {
  OperationsQuestion,
  ReconcileInput,
  RecordOutcome,
  Scope,
  SiteReading,
} from './activity-inputs.js';
import { surroundingsQuestion, scopeOf } from './questions.js';
import { stepActivity } from './step-activity.js';
import { foldBegun, foldRotated } from '../shared/site/fold-begun.js';
import { foldFleet, foldResources, foldSurroundings } from '../shared/site/fold-looks.js';
import { foldPlan, nextRoundAt } from '../shared/site/next-round.js';
import { forgetLook, looksOf, type Round, startOrNotice } from '../shared/site/round.js';

/**
 * After so many rounds the history starts anew, and everything is looked at again: above what a build of several
 * gateways takes, at some ten events a round (docs/adr/0006-rounds-per-run.md).
 */
const roundsPerRun = 60;

/** Reconciles one site; instance id `site-<name>`, so at most one at a time. */
export function* reconcileSite(context: OrchestrationContext): Generator<Task, void> {
  const { df } = context;
  const input = df.getInput<ReconcileInput>();
  const { site } = input;
  const run = input.run ?? { id: df.newGuid(site), startedAt: df.currentUtcDateTime.toISOString() };
  let round: Round | undefined;
  for (let count = 0; count < roundsPerRun; count++) {
    const reading: SiteReading | null = yield df.callActivity('readSite', { site });
    if (reading === null) return;
    round = yield* look(
      context,
      startOrNotice(round, reading.record, input.inFlight ?? [], reading.lookWanted),
      reading,
    );
    const now = df.currentUtcDateTime;
    const plan = planRound(round, reading, configHash, now);
    round = foldPlan(round, plan);
    if (plan.needsSurroundings) continue;
    if (plan.needsFleet === true || (plan.wantsSeats ?? []).length > 0) {
      round = yield* askFleet(context, round, plan);
      continue;
    }
    const isOver = isRunOver(round, plan, now);
    if (isOver && !round.isLookFresh) {
      round = forgetLook(round);
      continue;
    }
    const recorded: RecordOutcome = yield df.callActivity(
      'recordRound',
      recordOf({ round, plan, reading, run, isOver, now }),
    );
    if (recorded === 'changed') continue;
    round = { ...round, happened: [], rotated: [] };
    if (recorded !== 'written') return;
    const slots = mendedBy(plan, reading.record);
    if (slots.length > 0) yield df.callActivity('giveSeatsBack', { slots });
    if (isOver) return;
    round = yield* begin(context, round, plan);
    yield df.createTimer(nextRoundAt(round, plan, df.currentUtcDateTime));
  }
  df.continueAsNew({ site, run, inFlight: round?.inFlight ?? [] }); // nothing is pending here: always safe
}

/** Looks at what the round needs: everything, the surroundings, or the operations that are due. */
function* look({ df }: OrchestrationContext, round: Round, reading: SiteReading): Generator<Task, Round> {
  const looks = looksOf(round, df.currentUtcDateTime);
  const scope: Scope = scopeOf(reading);
  let seen = round;
  if (looks.operations.length > 0) {
    const question: OperationsQuestion = { scope, operations: looks.operations };
    const answers: readonly OperationAnswer[] = yield df.callActivity('askOperations', question);
    seen = foldAnswers(seen, looks.operations, answers, df.currentUtcDateTime);
  }
  if (looks.surroundings) {
    const value: Surroundings = yield df.callActivity('lookAtSurroundings', surroundingsQuestion(reading));
    seen = foldSurroundings(seen, value, df.currentUtcDateTime);
  }
  if (looks.resources || seen.mustLook) {
    const looked: Outcome<ObservedResources> = yield df.callActivity('lookAtResources', scope);
    seen = foldResources(seen, looked, scope.site, df.currentUtcDateTime);
  }
  return seen;
}

/** Looks at the fleet, or asks for the seats that the plan wants. */
function* askFleet(
  { df }: OrchestrationContext,
  round: Round,
  { wantsSeats = [] }: Plan,
): Generator<Task, Round> {
  if (wantsSeats.length === 0) {
    const fleet: FleetView = yield df.callActivity('lookAtFleet');
    return foldFleet(round, { fleet }, df.currentUtcDateTime);
  }
  const seats: Readonly<Record<string, 'taken' | 'full'>> = yield df.callActivity('takeSeats', {
    slots: wantsSeats,
  });
  return foldFleet(round, { seats }, df.currentUtcDateTime);
}

/** Begins all steps at once; each activity sends one request and returns. */
function* begin(
  { df }: OrchestrationContext,
  round: Round,
  { steps, rotationSteps = [] }: Plan,
): Generator<Task, Round> {
  const all = [...steps, ...rotationSteps];
  if (all.length === 0) return round;
  const answers: readonly Outcome<Begun>[] = yield df.Task.all(
    all.map((step) => df.callActivity(stepActivity(step), step.intent)),
  );
  const begun = foldBegun(round, steps, answers.slice(0, steps.length), df.currentUtcDateTime);
  return foldRotated(begun, rotationSteps, answers.slice(steps.length), df.currentUtcDateTime);
}

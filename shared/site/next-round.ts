/** What does a plan change of what a run carries, and when is the next round due? */
import type { Plan, Wait } from './plan.js';
import type { Reason } from './reason.js';
import { restLookSeconds } from './policy.js';
import type { Outcome } from './problem.js';
import { refusalSubject } from './refusal.js';
import { type Round, withAttempt, withoutAttempt } from './round.js';

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

/**
 * Says when the next round is due after steps were begun; one that could not be begun is recorded before its pause, and
 * after those that were done at once there is nothing to wait for.
 */
export function nextRoundAt(round: Round, plan: Plan, now: Date): Date {
  const isDoneAtOnce = plan.steps.length > 0 && round.inFlight.length === 0;
  return round.happened.length > 0 || isDoneAtOnce
    ? new Date(now.getTime() + tellSeconds * 1000)
    : nextLookAt(round, plan, now);
}

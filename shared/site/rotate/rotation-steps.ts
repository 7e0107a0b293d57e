/** Which steps of a rotation are begun now, and which did time not cure? */
import { pausedAttempt, type Observed } from '../plan.js';
import type { Rotation } from '../rotation.js';
import type { RotationStep } from '../rotation-step.js';
import type { Progress, RotationQuestion } from './rotation-question.js';

/** Takes steps that aren't paused after a failure; says until when the others are. */
export function steps(
  { observed, now }: RotationQuestion,
  rotation: Rotation,
  due: readonly RotationStep[],
): Progress {
  const paused = due.flatMap((step) => pausedAttempt(observed, step.subject, now) ?? []);
  const free = due.filter((step) => !paused.some(({ subject }) => subject === step.subject));
  const waits = paused.map(({ subject, problem, notBefore }) => ({
    subject,
    reason: 'waits-after-failure' as const,
    sentence: problem.detail,
    until: notBefore,
  }));
  return { rotation, steps: free, waits };
}

/** Code of a change at the far side that is saved, and that somebody else activates. */
export const activationPending = 'ACTIVATION_PENDING';

/** What time won't cure, or hasn't cured in ten tries, since the rotation began. */
export function isRefused({ attempts }: Observed, subject: string, { startedAt }: Rotation): boolean {
  const tried = attempts.find((attempt) => attempt.subject === subject && attempt.failedAt >= startedAt);
  if (tried === undefined || tried.problem.code === activationPending) return false;
  return !tried.problem.retryable || tried.failures >= 10;
}

/** What no further try can change, and so was not done either. */
export function isFirm({ attempts }: Observed, subject: string): boolean {
  return attempts.some((attempt) => attempt.subject === subject && !attempt.problem.retryable);
}

/** What the last refusal said. */
export function problemOf({ attempts }: Observed, subject: string): string {
  return attempts.find((attempt) => attempt.subject === subject)?.problem.detail ?? 'It was refused.';
}

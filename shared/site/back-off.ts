/** When is something that failed tried again? */
import { problemCode, type Problem, type ProblemCode } from './problem.js';
import type { Attempt } from './site-record.js';

interface Pause {
  readonly firstSeconds: number;
  readonly mostSeconds: number;
}

/** What time alone cures soon. */
const soon: Pause = { firstSeconds: 10, mostSeconds: 60 };
/** What a machine or a service has to get over. */
const moderate: Pause = { firstSeconds: 30, mostSeconds: 5 * 60 };
/** What a person has to change: often enough that the mend shows within minutes. */
const slow: Pause = { firstSeconds: 60, mostSeconds: 10 * 60 };

const pauses: Partial<Record<ProblemCode, Pause>> = {
  throttled: soon,
  conflict: soon,
  'not-propagated': soon,
  'service-failed': soon,
  'credential-refused': moderate,
  'tunnel-down': moderate,
  'proxy-silent': moderate,
  'setup-failed': moderate,
  'far-side-refused': moderate,
  'capacity-lacking': moderate,
};

/**
 * Says how long to wait after a failure, in seconds: doubling with each failure in a row, at least what the
 * service asked for.
 *
 * @param failures failures in a row, 1 or more
 */
export function backOffSeconds(problem: Problem, failures: number): number {
  const { firstSeconds, mostSeconds } = pauses[problemCode(problem)] ?? slow;
  const doubled = Math.min(firstSeconds * 2 ** (failures - 1), mostSeconds);
  return Math.max(doubled, problem.retryAfterSeconds ?? 0);
}

/** Adds a failure to what was tried before on the same resource. */
export function failedAgain(
  before: Attempt | undefined,
  subject: string,
  problem: Problem,
  now: Date,
): Attempt {
  const failures = (before?.failures ?? 0) + 1;
  const notBefore = new Date(now.getTime() + backOffSeconds(problem, failures) * 1000);
  return { subject, failures, problem, failedAt: now.toISOString(), notBefore: notBefore.toISOString() };
}

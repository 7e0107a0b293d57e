/** What does a refused site look like? Nothing is built; its surroundings are looked at again with a back-off. */
import { failedAgain } from './back-off.js';
import type { Observed, Plan } from './plan.js';
import type { FieldError, Problem } from './problem.js';
import type { Attempt, SiteRecord } from './site-record.js';

/** Name under which a refusal is kept among the attempts. */
export const refusalSubject = 'surroundings';

/**
 * Refuses a site for now, with every problem in one document.
 *
 * A problem that time alone may cure, such as throttling, leaves the site `accepted`.
 */
export function refuse(
  record: SiteRecord,
  observed: Observed,
  problems: readonly Problem[],
  now: Date,
): Plan {
  const firm = problems.filter(({ retryable }) => !retryable);
  const why = combine(firm.length > 0 ? firm : problems);
  const before = observed.attempts.find(({ subject }) => subject === refusalSubject);
  const refusal = failedAgain(before, refusalSubject, why, now);
  return {
    steps: [],
    waits: [
      {
        subject: refusalSubject,
        reason: firm.length > 0 ? 'refused' : 'waits-after-failure',
        sentence: `${why.detail} Nothing was built; looked at again after ${refusal.notBefore}.`,
        until: refusal.notBefore,
      },
    ],
    needsSurroundings: false,
    isGone: false,
    phase: firm.length > 0 ? 'refused' : record.phase,
    problem: why,
    gateways: [],
    refusal,
  };
}

function combine(problems: readonly Problem[]): Problem {
  const [first] = problems;
  if (first === undefined) throw new Error('A refusal needs a problem.');
  if (problems.length === 1) return first;
  const errors: FieldError[] = problems.map(({ field, detail, mend }) => ({
    field: field ?? '',
    detail,
    mend: mend ?? '',
  }));
  return { ...first, detail: `${first.detail} (${problems.length - 1} more in "errors")`, errors };
}

/** A site that can't be looked at: nothing is decided, and the reason is told. */
export function cannotLook(record: SiteRecord, { subject, problem, notBefore }: Attempt): Plan {
  const { phase, gateways } = record;
  return {
    steps: [],
    waits: [{ subject, reason: 'waits-after-failure', sentence: problem.detail, until: notBefore }],
    needsSurroundings: false,
    isGone: false,
    phase,
    problem,
    gateways,
  };
}

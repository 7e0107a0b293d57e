/** Has somebody else a name that a site's resource would have? */
import { failedAgain } from './back-off.js';
import { parseSlotId, resourceName, type SiteName } from './ids.js';
import { subjectOf } from './plan.js';
import { problem, problemCode, type Problem } from './problem.js';
import type { Attempt } from './site-record.js';

/** Says whether a resource of a site could have this name. */
export function isNameOf(site: SiteName, name: string): boolean {
  const shared = [
    resourceName.securityGroup(site),
    resourceName.loadBalancer(site),
    resourceName.alertRule(site),
  ];
  if (shared.some((own) => own === name)) return true;
  const slot = /^(?:(?:pip|nic)-(.+)|vm-(.+)-g\d+)$/.exec(name);
  return parseSlotId(slot?.[1] ?? slot?.[2] ?? '')?.site === site;
}

/** The problem of a name that is taken. */
export function nameTaken(name: string, resourceGroup: string, site: string): Problem {
  return problem(
    'name-taken',
    `${name} in ${resourceGroup} does not bear the tag of site ${site}; it is not touched.`,
    { mend: 'Rename or delete it, or choose another name for the site.' },
  );
}

/**
 * What was tried, brought in line with the names that a look found taken: nothing is written under one while its
 * attempt pauses, and no attempt's pause ends without another look (`mustLookAgain`).
 */
export function attemptsBesideTaken(
  attempts: readonly Attempt[],
  taken: readonly string[],
  about: { readonly site: string; readonly resourceGroup: string; readonly now: Date },
): readonly Attempt[] {
  const others = attempts.filter(({ problem: why }) => problemCode(why) !== 'name-taken');
  const refused = taken.map((name) => {
    const subject = name.startsWith('vm-') ? subjectOf({ kind: 'virtual-machine', name }) : name;
    const before = attempts.find((attempt) => attempt.subject === subject);
    return failedAgain(before, subject, nameTaken(name, about.resourceGroup, about.site), about.now);
  });
  const subjects = new Set(refused.map(({ subject }) => subject));
  return [...others.filter(({ subject }) => !subjects.has(subject)), ...refused];
}

/** Says whether a name that was taken may be tried again: only a look can tell. */
export function mustLookAgain(attempts: readonly Attempt[], now: Date): boolean {
  return attempts.some(
    ({ problem: why, notBefore }) => problemCode(why) === 'name-taken' && notBefore <= now.toISOString(),
  );
}

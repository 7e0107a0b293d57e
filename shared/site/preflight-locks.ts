/** Does a lock stand against building a site, or against taking away what was built? */
import type { ObservedLock, Surroundings } from './observed-site.js';
import { isUntouched, type Missing } from './missing.js';
import type { Objection } from './preflight-slots.js';
import { problem, type Problem } from './problem.js';

/**
 * What locks say against the site.
 *
 * One that leaves only reading stops everything. One against deletion would let a site be built, and never let a
 * gateway be replaced nor the site be taken away, so nothing is begun under it; at a site that stands it holds up the
 * replacement of machines that are there, and lets one that is gone be made again.
 */
export function againstLocks({ locks }: Surroundings, missing: Missing): readonly Objection[] {
  if (locks === undefined) return [];
  const { standing } = missing;
  if (!locks.ok) return isUntouched(missing) ? [{ problem: locks.problem }] : [];
  if (locks.value.kind === 'not-checked') return [];
  return locks.value.locks.flatMap((lock): readonly Objection[] => {
    if (lock.level === 'ReadOnly' || isUntouched(missing)) return [{ problem: problemOf(lock) }];
    return standing.length === 0 ? [] : [{ problem: problemOf(lock), slots: standing }];
  });
}

function problemOf({ name, level, scope }: ObservedLock): Problem {
  const forbids =
    level === 'ReadOnly'
      ? 'forbids every change, so that no gateway can be built'
      : 'forbids deletions, so that no gateway could be replaced and the site never be deleted';
  const where = `--name ${name}${groupOf(scope)}`;
  return problem('locked', `Lock ${name} (${level}) of ${scope} ${forbids}.`, {
    field: 'resourceGroup',
    mend: `Remove the lock (az lock delete ${where}), or set resourceGroup to a group without one.`,
  });
}

function groupOf(scope: string): string {
  const [, group] = /\/resourceGroups\/([^/]+)$/i.exec(scope) ?? [];
  return group === undefined ? '' : ` --resource-group ${group}`;
}

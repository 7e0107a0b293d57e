/** What that was tried is still worth remembering, after a look at what is there? */
import type { ObservedResource } from './observed-site.js';
import { isServing } from './setup-verdict.js';
import type { Attempt } from './site-record.js';

/**
 * Forgets setups of machines that are gone or that serve, and removals of what has gone since. What was tried to make
 * a thing stays: it is needed exactly while the thing isn't there.
 */
export function attemptsThatMatter(
  attempts: readonly Attempt[],
  resources: readonly ObservedResource[],
): readonly Attempt[] {
  const names = new Set(resources.map(({ name }) => name));
  const serving = new Set(
    resources.flatMap((resource) =>
      resource.kind === 'setup' && isServing(resource) ? [resource.virtualMachine] : [],
    ),
  );
  return attempts.filter(({ subject }) => {
    const [, tried, name = ''] = /^(setup|diagnose|remedy|removal) of (.+)$/.exec(subject) ?? [];
    if (tried === undefined) return true;
    return names.has(name) && !(tried !== 'removal' && serving.has(name));
  });
}

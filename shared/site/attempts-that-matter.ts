/** What that was tried is still worth remembering, after a look at what is there? */
import type { ObservedResource } from './observed-site.js';
import { isServing } from './setup-verdict.js';
import type { Attempt } from './site-record.js';

/**
 * Forgets setups of machines that are gone or that serve since, and removals of what has gone since. What was tried to make
 * a thing stays: it is needed exactly while the thing isn't there.
 */
export function attemptsThatMatter(
  attempts: readonly Attempt[],
  resources: readonly ObservedResource[],
): readonly Attempt[] {
  const names = new Set(resources.map(({ name }) => name));
  const servingSince = new Map(
    resources.flatMap((resource) =>
      resource.kind === 'setup' && isServing(resource)
        ? [[resource.virtualMachine, resource.endedAt] as const]
        : [],
    ),
  );
  return attempts.filter(({ subject, failedAt }) => {
    const [, tried, name = ''] = /^(setup|diagnose|remedy|removal) of (.+)$/.exec(subject) ?? [];
    if (tried === undefined) return true;
    if (!names.has(name)) return false;
    // What was refused since the machine was set up is about another setup, as with another version of a PSK.
    const isOvertaken = servingSince.has(name) && failedAt <= (servingSince.get(name) ?? failedAt);
    return tried === 'removal' || !isOvertaken;
  });
}

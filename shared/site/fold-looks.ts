/** What do looks change of what a run carries? */
import { attemptsThatMatter } from './attempts-that-matter.js';
import type { FleetView } from './fleet-view.js';
import type { ObservedResource, ObservedResources, Surroundings } from './observed-site.js';
import { attemptsBesideTaken } from './name-taken.js';
import type { Outcome } from './problem.js';
import { failedAgain } from './back-off.js';
import { type Round, withAttempt, withoutAttempt } from './round.js';

/**
 * Folds a full look in. One that failed is looked at again after its pause; it counts as fresh, so that the run can
 * end instead of looking again at once.
 */
export function foldResources(
  round: Round,
  looked: Outcome<ObservedResources>,
  site: string,
  now: Date,
): Round {
  if (looked.ok) {
    const { resources, taken, resourceGroup, health, secrets, reports = [] } = looked.value;
    const attempts = attemptsBesideTaken(attemptsThatMatter(round.attempts, resources), taken, {
      site,
      resourceGroup,
      now,
    });
    return {
      ...withoutAttempt({ ...round, attempts }, lookSubject(site)),
      resources,
      generations: generationsOf(round, resources),
      health,
      secrets,
      reports,
      mustLook: false,
      isLookFresh: true,
    };
  }
  const before = round.attempts.find(({ subject }) => subject === lookSubject(site));
  const failed = failedAgain(before, lookSubject(site), looked.problem, now);
  return withAttempt({ ...round, isLookFresh: true }, failed);
}

/** A machine that was begun before a crash, and that the row doesn't know of, counts once it is seen. */
function generationsOf(
  { generations }: Round,
  resources: readonly ObservedResource[],
): Readonly<Record<string, number>> {
  return resources
    .filter((resource) => resource.kind === 'virtual-machine')
    .reduce(
      (known, { slot, generation }) => ({ ...known, [slot]: Math.max(known[slot] ?? 0, generation) }),
      generations,
    );
}

/** Name under which failed looks are kept among the attempts. */
export function lookSubject(site: string): string {
  return `look at ${site}`;
}

/** Folds a look at the surroundings in. */
export function foldSurroundings(round: Round, value: Surroundings, now: Date): Round {
  return { ...round, surroundings: { at: now.toISOString(), value }, wantsSurroundings: false };
}

/** Folds a look at the fleet in, or the seats that were given. */
export function foldFleet(
  round: Round,
  seen: { readonly fleet?: FleetView; readonly seats?: Readonly<Record<string, 'taken' | 'full'>> },
  now: Date,
): Round {
  const at = now.toISOString();
  return {
    ...round,
    ...(seen.fleet === undefined ? {} : { fleet: { at, value: seen.fleet } }),
    ...(seen.seats === undefined ? {} : { seats: { at, value: { ...round.seats?.value, ...seen.seats } } }),
  };
}

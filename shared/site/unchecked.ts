/** What could not be asked before building? Told once, since it holds nothing up. */
import type { Surroundings } from './observed-site.js';
import type { Wait } from './plan.js';

/** A line for each part of the surroundings that Azure wouldn't show. */
export function uncheckedWaits({ policies, locks }: Surroundings): readonly Wait[] {
  const about = [
    ['policies', policies, 'Policies could not be asked beforehand: what one denies shows as it is written.'],
    ['locks', locks, 'Locks could not be read beforehand: what one forbids shows as it is done.'],
  ] as const;
  return about.flatMap(([subject, looked, sentence]) => {
    if (looked?.ok !== true || looked.value.kind === 'checked') return [];
    return [{ subject, reason: 'not-checked' as const, sentence: `${sentence} ${looked.value.because}` }];
  });
}

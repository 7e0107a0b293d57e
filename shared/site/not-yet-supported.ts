/** Which settings are known but don't work yet? They are refused, so that nobody relies on them. */
import { problem, type Problem } from './problem.js';
import type { Site } from './site.js';

interface Later {
  readonly field: string;
  readonly isAsked: (site: Site) => boolean;
  readonly what: string;
  readonly mend: string;
}

const later: readonly Later[] = [
  {
    field: 'monitoring.netdata',
    isAsked: ({ monitoring }) => monitoring.netdata,
    what: 'Netdata on gateways',
    mend: 'Leave netdata out.',
  },
];

/** Says which asked-for setting doesn't work in this release, or `undefined`. */
export function notYetSupported(site: Site): Problem | undefined {
  const asked = later.find(({ isAsked }) => isAsked(site));
  if (asked === undefined) return undefined;
  const { field, what, mend } = asked;
  return problem('not-yet-supported', `${what} (${field}) comes with a later release and would be ignored.`, {
    field,
    mend,
  });
}

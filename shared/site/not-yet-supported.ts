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
    field: 'tunnel.edges.secondary',
    isAsked: ({ tunnel }) => tunnel.edges.secondary !== undefined,
    what: 'A second service edge',
    mend: 'Leave the secondary edge out.',
  },
  {
    field: 'farSide',
    isAsked: ({ farSide }) => farSide !== 'by-hand',
    what: 'Registration at Zscaler by its API',
    mend: 'Leave farSide out and register the addresses by hand.',
  },
  {
    field: 'remediation.mode',
    isAsked: ({ remediation }) => remediation.mode !== 'act',
    what: 'Advice without action',
    mend: 'Leave the mode out.',
  },
  {
    field: 'remediation.maxUnavailable',
    isAsked: ({ remediation }) => remediation.maxUnavailable !== 1,
    what: 'A limit on gateways that are mended at once',
    mend: 'Leave it out.',
  },
  {
    field: 'remediation.replacementsPerDay',
    isAsked: ({ remediation }) => remediation.replacementsPerDay !== 2,
    what: 'A limit on replacements',
    mend: 'Leave it out.',
  },
  {
    field: 'remediation.freeze',
    isAsked: ({ remediation }) => remediation.freeze !== undefined,
    what: 'A freeze calendar',
    mend: 'Leave it out; pause the site with "paused": true instead.',
  },
  {
    field: 'rotation',
    isAsked: ({ rotation }) => rotation !== undefined,
    what: 'Rotation of PSKs',
    mend: 'Leave rotation out.',
  },
  {
    field: 'monitoring.alertRules',
    isAsked: ({ monitoring }) => monitoring.alertRules,
    what: 'Alert rules',
    mend: 'Leave alertRules out.',
  },
  {
    field: 'monitoring.netdata',
    isAsked: ({ monitoring }) => monitoring.netdata,
    what: 'Netdata on gateways',
    mend: 'Leave netdata out.',
  },
  {
    field: 'protected',
    isAsked: (site) => site.protected,
    what: 'Protection from replacement',
    mend: 'Leave it out; nothing is replaced yet.',
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

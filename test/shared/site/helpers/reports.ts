/** What does a gateway report? A healthy one's state, and what a test changes. */
import type { ReportedState } from '../../../../shared/site/read-report.js';

/** The body of a report; `undefined` takes a field out. */
export function aReport(changes: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  const all: Readonly<Record<string, unknown>> = {
    site: 'hq',
    slot: 'hq-z1-1',
    probe: 200,
    because: 'primary is up',
    route: 'primary',
    tunnels: [{ role: 'primary', isUp: true, trouble: null }],
    changes: [],
    ...changes,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** What differs in the body of a gateway that doesn't serve. */
export const notServing = {
  probe: 503,
  because: 'no tunnel is up',
  route: null,
  tunnels: [{ role: 'primary', isUp: false, trouble: 'no-child-sa' }],
} as const;

/** The state of a gateway that serves, as it is kept. */
export const servingState: ReportedState = {
  probe: 200,
  because: 'primary is up',
  route: 'primary',
  tunnels: [{ role: 'primary', isUp: true }],
};

/** The state of one that doesn't. */
export const downState: ReportedState = {
  probe: 503,
  because: 'no tunnel is up',
  tunnels: [{ role: 'primary', isUp: false, trouble: 'no-child-sa' }],
};

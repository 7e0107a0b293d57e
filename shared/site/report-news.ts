/** Does a report tell anything that a look would find and the site's row doesn't know? */
import type { ReportedState } from './read-report.js';
import type { GatewayActivity } from './site-record.js';

/** The newest report of a gateway. */
export interface KeptReport {
  /** ISO 8601, by the control plane's clock: a gateway's may be wrong. */
  readonly at: string;
  readonly state: ReportedState;
  /** ISO 8601: when a report of this gateway had its site looked at last. */
  readonly nudgedAt?: string;
  /** It has news, and came too soon after the one before: the sweep has the site looked at. */
  readonly isOwed: boolean;
}

/** What becomes of a report: its site is looked at now, or by the next sweep, or there is nothing to look for. */
export type News = 'nudges' | 'owed' | 'known' | 'repeated';

/** The same report counts again after this: what was done since may have failed. */
const repeatSeconds = 60;

/** Reports of one gateway have its site looked at no more often; its agent sends one in 10 s at most (docs/gateway.md). */
const pauseSeconds = 9;

/**
 * Says what becomes of a report. One that says what the site's row tells already has nothing to be looked for.
 *
 * @param kept the newest before; `undefined` for the first
 * @param doing what the row tells of the gateway
 */
export function newsOf(
  state: ReportedState,
  kept: KeptReport | undefined,
  doing: GatewayActivity,
  now: Date,
): News {
  if (kept !== undefined && isSame(state, kept.state) && secondsSince(kept.at, now) < repeatSeconds)
    return 'repeated';
  // What the row tells may be about to change, so a probe that turned counts even where it says the same.
  const hasTurned = kept !== undefined && kept.state.probe !== state.probe;
  const told = toldProbe(doing);
  if (told === undefined || (told === state.probe && !hasTurned)) return 'known';
  return kept?.nudgedAt !== undefined && secondsSince(kept.nudgedAt, now) < pauseSeconds ? 'owed' : 'nudges';
}

/** What is kept of a report that isn't repeated. */
export function keepReport(
  state: ReportedState,
  kept: KeptReport | undefined,
  news: Exclude<News, 'repeated'>,
  now: Date,
): KeptReport {
  const at = now.toISOString();
  const nudgedAt = news === 'nudges' ? at : kept?.nudgedAt;
  return { at, state, isOwed: news === 'owed', ...(nudgedAt === undefined ? {} : { nudgedAt }) };
}

/** The words may differ, such as in a number of seconds; what is so doesn't. */
function isSame(one: ReportedState, other: ReportedState): boolean {
  const facts = ({ probe, route, tunnels }: ReportedState) =>
    JSON.stringify([probe, route, tunnels.map(({ role, isUp, trouble }) => [role, isUp, trouble])]);
  return facts(one) === facts(other);
}

/** What the row expects of the probe; `undefined` where a look is due anyway, and the probe is cut off on purpose. */
function toldProbe(doing: GatewayActivity): ReportedState['probe'] | undefined {
  switch (doing) {
    case 'serving':
      return 200;
    case 'broken':
    case 'mending':
    case 'suspended':
    case 'failed':
    case 'stopped':
      return 503;
    case 'waiting':
    case 'getting-address':
    case 'getting-network-interface':
    case 'creating-machine':
    case 'setting-up':
    case 'draining':
    case 'drained':
    case 'changing':
    case 'deleting':
      return undefined;
  }
}

function secondsSince(at: string, now: Date): number {
  return (now.getTime() - Date.parse(at)) / 1000;
}

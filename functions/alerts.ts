/** What does Azure Monitor's action group tell us? Each alert nudges the sites that it is about, once. */
import type { InvocationContext } from '@azure/functions';
import type { SiteName } from '../shared/site/ids.js';
import { readAlert, type Alert } from '../shared/site/read-alert.js';
import { readTarget } from '../shared/site/signal-target.js';
import { forgetSignal, recordSignal, signalHours } from '../shared/store/signals.js';
import { json, problemAnswer } from './answer.js';
import { nudgeAll, targetsThatAreThere } from './nudge-sites.js';
import { readBody } from './read-body.js';
import { registerRoute, type AskedHandler } from './route.js';

/** What was done with an alert. */
interface Taken {
  readonly alert: string;
  readonly condition: Alert['condition'];
  /** It came before, or is from so long ago that nobody can tell: nothing was done. */
  readonly repeated: boolean;
  readonly nudged: readonly SiteName[];
  /** Targets that no site of ours has. */
  readonly ignored: readonly string[];
}

/** Longest part of an id that is answered. */
const shownCharacters = 300;

/** Takes an alert; one of which nothing could be made known is forgotten again, so that it counts when it is resent. */
async function take(alert: Alert, context: InvocationContext): Promise<Taken> {
  const about = { alert: alert.id.slice(0, shownCharacters), condition: alert.condition };
  if (alert.isStale || (await recordSignal(alert)) === 'repeated') {
    return { ...about, repeated: true, nudged: [], ignored: [] };
  }
  try {
    const read = alert.targets.map((id) => ({ id: id.slice(0, shownCharacters), target: readTarget(id) }));
    const there = await targetsThatAreThere(read.flatMap(({ target }) => target ?? []));
    const sites = new Set([...there].map(({ site }) => site));
    await nudgeAll(sites, context);
    const ignored = read.filter(({ target }) => target === undefined || !there.has(target));
    return { ...about, repeated: false, nudged: [...sites], ignored: ignored.map(({ id }) => id) };
  } catch (error) {
    await forgetSignal(alert);
    throw error;
  }
}

/** Takes one alert; 202 with what was done. */
export const postAlert: AskedHandler = async (request, context) => {
  const body = await readBody(request, 'Send one alert alone.');
  if (!body.ok) return problemAnswer(body.problem);
  const alert = readAlert(body.value, new Date(), signalHours * 3600);
  return alert.ok ? json(202, await take(alert.value, context)) : problemAnswer(alert.problem);
};

/** Registers the action group's web hook. */
export function registerAlerts(): void {
  registerRoute({
    name: 'postAlert',
    method: 'POST',
    route: 'alerts',
    role: 'AlertSender',
    handler: postAlert,
  });
}

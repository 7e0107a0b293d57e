/** How does an operator steer a site or one of its gateways over HTTP? */
import { operateSite, type Operated, type SiteVerb } from '../shared/site/operate.js';
import { operateGateway, type GatewayVerb } from '../shared/site/operate-gateway.js';
import { failure, success, type Outcome } from '../shared/site/problem.js';
import type { SiteRecord } from '../shared/site/site-record.js';
import { replaceSiteRow } from '../shared/store/sites.js';
import type { Role } from './caller.js';
import { registerRoute, type AskedHandler } from './route.js';
import { answerRequested } from './site-answer.js';
import { findSite, tell, whyStale, type Asker, type Requested } from './site-requests.js';

/** Verbs on a site, and who may use them: what changes PSKs or machines is the owner's. */
const siteVerbs: Readonly<Record<SiteVerb, Role>> = {
  pause: 'Operator',
  resume: 'Operator',
  look: 'Operator',
  'rotate-psk': 'Owner',
};

const gatewayVerbs: Readonly<Record<GatewayVerb, Role>> = {
  protect: 'Operator',
  unprotect: 'Operator',
  drain: 'Operator',
  undrain: 'Operator',
  replace: 'Owner',
};

/**
 * Carries a verb out: the row first, then the timeline; a row that somebody else wrote meanwhile is read again.
 *
 * @param ifMatch obeyed when it is sent; a verb needs none
 */
export async function operate(
  name: string | undefined,
  ifMatch: string | null,
  asker: Asker,
  verb: (record: SiteRecord) => Outcome<Operated>,
): Promise<Outcome<Requested>> {
  const row = await findSite(name);
  if (!row.ok) return row;
  const { record, etag } = row.value;
  const stale = ifMatch === null ? undefined : whyStale(record, ifMatch);
  if (stale !== undefined) return failure(stale);
  const operated = verb(record);
  if (!operated.ok) return operated;
  const { record: next, sentence } = operated.value;
  if (sentence === undefined) return success({ row: row.value, isNew: false });
  if (next !== record) {
    const written = await replaceSiteRow(next, etag, asker.at);
    if (written.kind === 'changed') return operate(name, ifMatch, asker, verb);
  }
  await tell(record.name, 'operator-asked', sentence, asker);
  const after = await findSite(name);
  return after.ok ? success({ row: after.value, isNew: true }) : after;
}

function onSite(verb: SiteVerb): AskedHandler {
  return async ({ params, headers }, context, asker) => {
    const carriedOut = await operate(params['name'], headers.get('if-match'), asker, (record) =>
      operateSite(record, verb, asker),
    );
    return answerRequested(carriedOut, context);
  };
}

function onGateway(verb: GatewayVerb): AskedHandler {
  return async ({ params, headers }, context, asker) => {
    const carriedOut = await operate(params['name'], headers.get('if-match'), asker, (record) =>
      operateGateway(record, params['slot'] ?? '', verb, asker),
    );
    return answerRequested(carriedOut, context);
  };
}

/** `rotate-psk` as `RotatePsk`, for the name of a function, which has no hyphen. */
const functionName = (verb: string) =>
  verb
    .split('-')
    .map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`)
    .join('');

/** Registers a route for each verb. */
export function registerOperations(): void {
  for (const verb of Object.keys(siteVerbs) as SiteVerb[]) {
    // the keys of a record over all verbs
    registerRoute({
      name: `site${functionName(verb)}`,
      method: 'POST',
      route: `sites/{name}/${verb}`,
      role: siteVerbs[verb],
      handler: onSite(verb),
    });
  }
  for (const verb of Object.keys(gatewayVerbs) as GatewayVerb[]) {
    // as above
    registerRoute({
      name: `gateway${functionName(verb)}`,
      method: 'POST',
      route: `sites/{name}/gateways/{slot}/${verb}`,
      role: gatewayVerbs[verb],
      handler: onGateway(verb),
    });
  }
}

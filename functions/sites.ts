/** How are sites asked for, looked at and given up over HTTP? */
import { app } from '@azure/functions';
import { parseSiteName } from '../shared/site/ids.js';
import { deployment } from '../shared/azure/settings.js';
import { problem } from '../shared/site/problem.js';
import { proxyPac } from '../shared/site/proxy-pac.js';
import { listReports } from '../shared/store/reports.js';
import { listSiteRows } from '../shared/store/sites.js';
import { readTimeline } from '../shared/store/timeline.js';
import { answering, json, problemAnswer, type Handler } from './answer.js';
import { nudge } from './nudge.js';
import { readBody } from './read-body.js';
import { registerRoute, type AskedHandler } from './route.js';
import { deleteSite, findSite, replaceSite, requestSite } from './site-requests.js';
import { answerRequested, retryAfter } from './site-answer.js';
import { siteView, specTag } from './site-view.js';

/** Entries of a timeline that are answered at once. */
const timelineEntries = 200;

const postSite: AskedHandler = async (request, context, asker) => {
  const body = await readBody(request);
  return body.ok
    ? answerRequested(await requestSite(body.value, asker), context)
    : problemAnswer(body.problem);
};

const putSite: AskedHandler = async (request, context, asker) => {
  const body = await readBody(request);
  if (!body.ok) return problemAnswer(body.problem);
  const { name } = request.params;
  return answerRequested(
    await replaceSite(name, request.headers.get('if-match'), body.value, asker),
    context,
  );
};

const removeSite: AskedHandler = async (request, context, asker) => {
  const { params, headers } = request;
  const deleted = await deleteSite(params['name'], headers.get('if-match'), asker);
  if (!deleted.ok) return problemAnswer(deleted.problem);
  await nudge(deleted.value.record.name, context);
  return { status: 202, headers: { location: `/api/sites/${deleted.value.record.name}`, ...retryAfter } };
};

const getSite: AskedHandler = async (request) => {
  const row = await findSite(request.params['name']);
  if (!row.ok) return problemAnswer(row.problem);
  const { record } = row.value;
  return json(200, siteView(row.value, await listReports(record.name)), { etag: specTag(record) });
};

const getSites: AskedHandler = async (_request, context) => {
  const { rows, unreadable } = await listSiteRows();
  for (const why of unreadable) context.error(why);
  return json(200, { sites: rows.map((row) => siteView(row)) });
};

const getTimeline: AskedHandler = async (request) => {
  const name = parseSiteName(request.params['name'] ?? '');
  const entries = name === undefined ? [] : await readTimeline(name, timelineEntries);
  if (entries.length > 0) return json(200, { entries });
  const row = await findSite(request.params['name']);
  return row.ok ? json(200, { entries }) : problemAnswer(row.problem);
};

const getPac: AskedHandler = async (request) => {
  const row = await findSite(request.params['name']);
  if (!row.ok) return problemAnswer(row.problem);
  const { frontendIp, spec, name } = row.value.record;
  if (frontendIp === undefined) {
    return problemAnswer(
      problem('not-propagated', `The balancer of ${name} has no address yet.`, {
        retryable: true,
        retryAfterSeconds: 30,
        mend: 'Ask again once the site is built.',
      }),
    );
  }
  const headers = { 'content-type': 'application/x-ns-proxy-autoconfig' };
  return { status: 200, body: proxyPac(frontendIp, spec.proxy.ports), headers };
};

/** Settings are looked at too: without them every run fails, and the sites only stand still. */
const getHealth: Handler = async (_request, context) => {
  deployment();
  const { rows, unreadable } = await listSiteRows();
  for (const why of unreadable) context.error(why);
  return json(unreadable.length === 0 ? 200 : 503, {
    status: unreadable.length === 0 ? 'ok' : 'degraded',
    sites: rows.length,
    ...(unreadable.length === 0 ? {} : { unreadable: unreadable.length }),
  });
};

/** Registers the routes of sites. */
export function registerSites(): void {
  const one = 'sites/{name}';
  registerRoute({ name: 'postSite', method: 'POST', route: 'sites', role: 'Operator', handler: postSite });
  registerRoute({ name: 'putSite', method: 'PUT', route: one, role: 'Operator', handler: putSite });
  registerRoute({ name: 'deleteSite', method: 'DELETE', route: one, role: 'Owner', handler: removeSite });
  registerRoute({ name: 'getSites', method: 'GET', route: 'sites', role: 'Reader', handler: getSites });
  registerRoute({ name: 'getSite', method: 'GET', route: one, role: 'Reader', handler: getSite });
  registerRoute({
    name: 'getTimeline',
    method: 'GET',
    route: `${one}/timeline`,
    role: 'Reader',
    handler: getTimeline,
  });
  registerRoute({
    name: 'getPac',
    method: 'GET',
    route: `${one}/proxy.pac`,
    role: 'Reader',
    handler: getPac,
  });
  app.http('getHealth', {
    authLevel: 'anonymous',
    methods: ['GET'],
    route: 'health',
    handler: answering(getHealth),
  });
}

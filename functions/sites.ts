/** How are sites asked for, looked at and given up over HTTP? */
import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from '@azure/functions';
import * as df from 'durable-functions';
import { parseSiteName } from '../shared/site/ids.js';
import { deployment } from '../shared/azure/settings.js';
import { problem, type Outcome } from '../shared/site/problem.js';
import { proxyPac } from '../shared/site/proxy-pac.js';
import { listSiteRows, type SiteRow } from '../shared/store/sites.js';
import { readTimeline } from '../shared/store/timeline.js';
import { answering, json, problemAnswer, type Handler } from './answer.js';
import { nudge } from './nudge.js';
import { readBody } from './read-body.js';
import {
  deleteSite,
  findSite,
  replaceSite,
  requestSite,
  type Asker,
  type Requested,
} from './site-requests.js';
import { siteView, specTag } from './site-view.js';

/** Entries of a timeline that are answered at once. */
const timelineEntries = 200;

/** Seconds after which a client may look again whether its site moved. */
const retryAfter = { 'retry-after': '5' };

/** Anybody can send the header; only where the platform authenticates does the platform write it. */
function asker(request: HttpRequest): Asker {
  const isAuthenticated = process.env['WEBSITE_AUTH_ENABLED']?.toLowerCase() === 'true';
  const name = isAuthenticated ? request.headers.get('x-ms-client-principal-name') : null;
  const by = name ?? 'function key';
  return { by: by.slice(0, 100), at: new Date().toISOString() };
}

function located(status: number, row: SiteRow): HttpResponseInit {
  const headers = { location: `/api/sites/${row.record.name}`, etag: specTag(row.record) };
  return json(status, siteView(row), status === 202 ? { ...headers, ...retryAfter } : headers);
}

const answerRequested = async (
  requested: Outcome<Requested>,
  context: InvocationContext,
): Promise<HttpResponseInit> => {
  if (!requested.ok) return problemAnswer(requested.problem);
  const { row, isNew } = requested.value;
  await nudge(row.record.name, context);
  return located(isNew ? 202 : 200, row);
};

const postSite: Handler = async (request, context) => {
  const body = await readBody(request);
  return body.ok
    ? answerRequested(await requestSite(body.value, asker(request)), context)
    : problemAnswer(body.problem);
};

const putSite: Handler = async (request, context) => {
  const body = await readBody(request);
  if (!body.ok) return problemAnswer(body.problem);
  const { name } = request.params;
  return answerRequested(
    await replaceSite(name, request.headers.get('if-match'), body.value, asker(request)),
    context,
  );
};

const removeSite: Handler = async (request, context) => {
  const deleted = await deleteSite(request.params['name'], asker(request));
  if (!deleted.ok) return problemAnswer(deleted.problem);
  await nudge(deleted.value.record.name, context);
  return { status: 202, headers: { location: `/api/sites/${deleted.value.record.name}`, ...retryAfter } };
};

const getSite: Handler = async (request) => {
  const row = await findSite(request.params['name']);
  return row.ok
    ? json(200, siteView(row.value), { etag: specTag(row.value.record) })
    : problemAnswer(row.problem);
};

const getSites: Handler = async (_request, context) => {
  const { rows, unreadable } = await listSiteRows();
  for (const why of unreadable) context.error(why);
  return json(200, { sites: rows.map(siteView) });
};

const getTimeline: Handler = async (request) => {
  const name = parseSiteName(request.params['name'] ?? '');
  const entries = name === undefined ? [] : await readTimeline(name, timelineEntries);
  if (entries.length > 0) return json(200, { entries });
  const row = await findSite(request.params['name']);
  return row.ok ? json(200, { entries }) : problemAnswer(row.problem);
};

const getPac: Handler = async (request) => {
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
  const client = { extraInputs: [df.input.durableClient()] };
  const at = { authLevel: 'function' as const };
  app.http('postSite', { ...at, ...client, methods: ['POST'], route: 'sites', handler: answering(postSite) });
  app.http('putSite', {
    ...at,
    ...client,
    methods: ['PUT'],
    route: 'sites/{name}',
    handler: answering(putSite),
  });
  app.http('deleteSite', {
    ...at,
    ...client,
    methods: ['DELETE'],
    route: 'sites/{name}',
    handler: answering(removeSite),
  });
  app.http('getSites', { ...at, methods: ['GET'], route: 'sites', handler: answering(getSites) });
  app.http('getSite', { ...at, methods: ['GET'], route: 'sites/{name}', handler: answering(getSite) });
  app.http('getTimeline', {
    ...at,
    methods: ['GET'],
    route: 'sites/{name}/timeline',
    handler: answering(getTimeline),
  });
  app.http('getPac', {
    ...at,
    methods: ['GET'],
    route: 'sites/{name}/proxy.pac',
    handler: answering(getPac),
  });
  app.http('getHealth', {
    authLevel: 'anonymous',
    methods: ['GET'],
    route: 'health',
    handler: answering(getHealth),
  });
}

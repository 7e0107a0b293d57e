/** What is answered to who changed a site? Its view, where it is found, and when to look again. */
import type { HttpResponseInit, InvocationContext } from '@azure/functions';
import type { Outcome } from '../shared/site/problem.js';
import type { SiteRow } from '../shared/store/sites.js';
import { json, problemAnswer } from './answer.js';
import { nudge } from './nudge.js';
import type { Requested } from './site-requests.js';
import { siteView, specTag } from './site-view.js';

/** Seconds after which a client may look again whether its site moved. */
export const retryAfter = { 'retry-after': '5' };

/** Nudges the site that a request was about, and answers its view: 202 when the request changed it, 200 when not. */
export async function answerRequested(
  requested: Outcome<Requested>,
  context: InvocationContext,
): Promise<HttpResponseInit> {
  if (!requested.ok) return problemAnswer(requested.problem);
  const { row, isNew } = requested.value;
  await nudge(row.record.name, context);
  return located(isNew ? 202 : 200, row);
}

function located(status: number, row: SiteRow): HttpResponseInit {
  const headers = { location: `/api/sites/${row.record.name}`, etag: specTag(row.record) };
  return json(status, siteView(row), status === 202 ? { ...headers, ...retryAfter } : headers);
}

/** How does a trigger answer? JSON, or a problem document (RFC 9457). */
import type { HttpResponseInit } from '@azure/functions';
import type { Problem } from '../shared/site/problem.js';

/** Answers JSON. */
export function json(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpResponseInit {
  return { status, jsonBody: body, headers: { 'content-type': 'application/json', ...headers } };
}

/** Answers a problem document; `retryAfterSeconds` becomes the header `Retry-After`. */
export function problemAnswer(problem: Problem): HttpResponseInit {
  const wait =
    problem.retryAfterSeconds === undefined ? {} : { 'retry-after': String(problem.retryAfterSeconds) };
  return {
    status: problem.status,
    body: JSON.stringify(problem),
    headers: { 'content-type': 'application/problem+json', ...wait },
  };
}

/** How does a trigger answer? JSON, or a problem document (RFC 9457). */
import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import { problem, type Problem } from '../shared/site/problem.js';

/** Answers one route. */
export type Handler = (request: HttpRequest, context: InvocationContext) => Promise<HttpResponseInit>;

/** Answers JSON. */
export function json(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpResponseInit {
  return { status, jsonBody: body, headers: { 'content-type': 'application/json', ...headers } };
}

/** Answers a problem document; `retryAfterSeconds` becomes the header `Retry-After`. */
export function problemAnswer(
  why: Problem,
  headers: Readonly<Record<string, string>> = {},
): HttpResponseInit {
  const wait = why.retryAfterSeconds === undefined ? {} : { 'retry-after': String(why.retryAfterSeconds) };
  return {
    status: why.status,
    body: JSON.stringify(why),
    headers: { 'content-type': 'application/problem+json', ...wait, ...headers },
  };
}

/** Seconds after which storage that was busy or away is worth another try. */
const storageRetrySeconds = 15;

/** What a handler throws goes to the log; who asks gets a problem document, and nothing of what was thrown. */
export function answering(handler: Handler): Handler {
  return async (request, context) => {
    try {
      return await handler(request, context);
    } catch (error) {
      context.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
      return problemAnswer(
        problem('service-failed', 'The request could not be carried out, or not to its end.', {
          status: 503,
          mend: 'Send it again, which is safe; if that does not help, read the log of the function app.',
          retryable: true,
          retryAfterSeconds: storageRetrySeconds,
        }),
      );
    }
  };
}

/** How is a request answered by a function? As the real host does it: key, typed data in, what the function returns out. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isAllowed, readAccessLevel, type HostKeys } from './function-keys.js';
import type { HttpData } from './functions-core.js';
import { findRoute, type Route } from './http-routes.js';
import type { Invoker } from './invoke-function.js';
import { cookieHeader } from './set-cookie.js';

/** What requests are answered with. */
export interface HttpTools {
  readonly routes: readonly Route[];
  readonly invoker: Invoker;
  readonly keys: HostKeys | undefined;
  /** Is told what a function threw; who asked isn't. */
  readonly onFailure: (error: unknown) => void;
}

/** A request whose body was read. */
export interface ReadRequest {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly bytes: Buffer;
}

/**
 * Answers a request: 404 where no function takes path and method, 401 without the key, 500 without a body where the
 * function throws, 204 where it returns nothing (Microsoft Learn, 'Azure Functions HTTP output bindings').
 *
 * @throws URIError when the path isn't encoded as it should be
 */
export async function answerHttp(
  { routes, invoker, keys, onFailure }: HttpTools,
  { request, url, bytes }: ReadRequest,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', headers } = request;
  const match = findRoute(routes, method, url.pathname);
  if (match === undefined) return void response.writeHead(404).end();
  const level = readAccessLevel(match.trigger.authLevel) ?? 'admin'; // unknown levels don't get past the load
  if (!isAllowed(level, { headers, query: url.searchParams }, keys))
    return void response.writeHead(401).end();
  const asked = {
    method,
    url: `http://${headers.host ?? 'localhost'}${request.url ?? '/'}`,
    headers: headersOf(request),
    query: joinedQuery(url.searchParams),
    params: match.params,
    body: { bytes },
  };
  let answer: HttpData | null | undefined;
  try {
    answer = (await invoker.invoke(match.called.name, { http: asked }))?.http;
  } catch (error) {
    onFailure(error);
    return void response.writeHead(500).end();
  }
  write(response, answer ?? undefined);
}

function write(response: ServerResponse, answer: HttpData | undefined): void {
  const cookies = (answer?.cookies ?? []).map(cookieHeader);
  response.writeHead(Number(answer?.statusCode ?? 204), {
    ...answer?.headers,
    ...(cookies.length === 0 ? {} : { 'set-cookie': cookies }),
  });
  response.end(Buffer.from(answer?.body?.bytes ?? ''));
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}

/** Values of one name are joined by commas, as a StringValues of ASP.NET Core is written. */
function joinedQuery(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name).join(',')]));
}

/** Who answers a request? The durable API, Event Grid's web hook, or the function whose route fits. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerApi } from './durable-api.js';
import { answerEventGrid } from './event-grid-trigger.js';
import { isAllowed, type HostKeys } from './function-keys.js';
import type { FunctionsCore, Log } from './functions-core.js';
import type { HostSettings } from './host-json.js';
import type { Route } from './http-routes.js';
import { answerHttp } from './http-trigger.js';
import type { NextId } from './invocation-ids.js';
import type { Invoker } from './invoke-function.js';
import type { OpenHub } from './open-hub.js';
import type { Orchestrations } from './orchestration.js';

/** What a host is made of, as requests need it. */
export interface Parts {
  readonly core: FunctionsCore;
  readonly invoker: Invoker;
  readonly orchestrations: Orchestrations;
  readonly log: Log;
  readonly settings: HostSettings;
  readonly nextId: NextId;
  /** The hub as it is open now, and the URLs by which its instances are managed. */
  readonly hub: () => OpenHub;
  readonly links: () => Readonly<Record<string, string>>;
  readonly keys: HostKeys | undefined;
  /** `undefined` while the host starts. */
  routes: readonly Route[] | undefined;
}

/** Answers a request; what fails is logged, and told to nobody outside. */
export async function serveRequest(
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { log, routes, invoker, keys } = parts;
  const complain = (error: unknown) =>
    log('error', error instanceof Error ? (error.stack ?? error.message) : String(error));
  try {
    // As the real host while it starts (inferred): 404 would say that what is asked for isn't there.
    if (routes === undefined) return void response.writeHead(503).end();
    const url = new URL(`http://localhost${request.url ?? '/'}`);
    const bytes = await bodyOf(request);
    const api = /^\/(runtime\/webhooks\/)?durabletask\/(.*)$/.exec(url.pathname);
    // Under the other path the SDK asks, whose end point is the process's own and has no keys.
    if (
      api?.[1] !== undefined &&
      !isAllowed('system', { headers: request.headers, query: url.searchParams }, keys)
    )
      response.writeHead(401).end();
    else if (api !== null)
      await answerDurable(parts, request, response, { url, path: api[2] ?? '', body: bytes.toString() });
    else if (/^\/runtime\/webhooks\/eventgrid\/?$/i.test(url.pathname))
      await answerEvents(parts, request, response, { url, body: bytes.toString() });
    else await answerHttp({ routes, invoker, keys, onFailure: complain }, { request, url, bytes }, response);
  } catch (error) {
    complain(error);
    if (!response.headersSent) response.writeHead(error instanceof URIError ? 400 : 500);
    response.end();
  }
}

async function answerEvents(
  { core, invoker, keys, log }: Parts,
  { method = 'GET', headers }: IncomingMessage,
  response: ServerResponse,
  { url, body }: { readonly url: URL; readonly body: string },
): Promise<void> {
  const tools = { functions: core.functions, invoker, keys, log };
  const answer = await answerEventGrid(tools, { method, headers, query: url.searchParams, body });
  response.writeHead(answer.status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(answer.body ?? '');
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer); // no encoding is set, so chunks are buffers
  return Buffer.concat(chunks);
}

async function answerDurable(
  { orchestrations, core, settings, nextId, links, hub }: Parts,
  { method = 'GET', headers }: IncomingMessage,
  response: ServerResponse,
  { url, path, body }: { readonly url: URL; readonly path: string; readonly body: string },
): Promise<void> {
  const api = {
    ...{ orchestrations, nextId, links },
    knowsOrchestrator: (name: string) => isA(core, name, 'orchestrationTrigger'),
    settled: () => hub().store.settled(),
    defaultVersion: settings.versions.defaultVersion ?? '',
    overridableStates: settings.overridableStates,
  };
  const segments = path.replace(/\/$/, '').split('/').map(decodeURIComponent);
  const continuationToken = headers['x-ms-continuation-token']?.toString();
  const answer = await answerApi(api, { method, segments, query: url.searchParams, body, continuationToken });
  response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
  response.end(answer.body === undefined ? '' : JSON.stringify(answer.body));
}

/** Whether a function of that name has such a trigger. */
export function isA({ functions }: FunctionsCore, name: string, trigger: string): boolean {
  const found = functions.get(name.toLowerCase());
  return Object.values(found?.bindings ?? {}).some(({ type }) => type === trigger);
}

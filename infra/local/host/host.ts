/** What runs the app? Loads it unmodified, listens, and fires its timers and queues until it is closed. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { askOrchestrator } from './ask-orchestrator.js';
import { answerApi, clientPayload, managementUrls } from './durable-api.js';
import { installFunctionsCore, type FunctionsCore, type Log } from './functions-core.js';
import { findRoute, type Match } from './http-routes.js';
import { openHub, type HubOptions, type OpenHub } from './open-hub.js';
import { makeIds, type NextId } from './invocation-ids.js';
import { makeInvoker, type Invoker } from './invoke-function.js';
import { Orchestrations, type OnActivity } from './orchestration.js';
import type { VersionSettings } from './orchestration-versions.js';
import type { QueuesJson } from './queue-settings.js';
import { startQueues } from './queue-triggers.js';
import { startTimers } from './timer-triggers.js';

/** How a host is started. */
export interface HostOptions extends HubOptions {
  /** URL or absolute path of the module that registers the app's functions. */
  readonly appFile: string;
  /** 0 for any free port of loopback. */
  readonly port: number;
  /** Parsed `host.json`. */
  readonly hostJson: HostJson;
  readonly log: Log;
  /** Key that `function` and `admin` routes ask for; without one they are open, as on a developer's machine. */
  readonly key?: string;
  /** Sees activities begin and end, so that a crash can be set between any two of them. */
  readonly onActivity?: OnActivity;
  /** Draws the ids that are given out, from 0 up to 1; without it they are unique, and no run is like another. */
  readonly random?: () => number;
}

/** The settings of `host.json` that this host obeys; the others steer what only Azure has. */
export interface HostJson {
  readonly extensions?: {
    readonly http?: { readonly routePrefix?: string };
    readonly durableTask?: VersionSettings & {
      readonly hubName?: string;
      readonly overridableExistingInstanceStates?: string;
    };
    readonly queues?: QueuesJson;
  };
}

/** A running host. */
export interface Host {
  readonly url: string;
  readonly orchestrations: Orchestrations;
  /**
   * As if the process had been killed, its hub lost, and another started: every instance and its timers are forgotten,
   * what the activities that still run answer is dropped. Triggers go on. What the app keeps in its modules stays, and
   * an activity that runs isn't cut off: its effects are those of a kill a little later.
   */
  crash(): void;
  /**
   * As if the process had been killed, and another started over the same journal: what was not on the disk is lost, the
   * rest is taken up. Otherwise as `crash`, which it is without a journal.
   */
  kill(): Promise<void>;
  close(): Promise<void>;
}

interface Parts {
  readonly core: FunctionsCore;
  readonly invoker: Invoker;
  readonly orchestrations: Orchestrations;
  readonly options: HostOptions;
  readonly nextId: NextId;
  /** The hub as it is open now, and the URLs by which its instances are managed. */
  readonly hub: () => OpenHub;
  readonly links: () => Readonly<Record<string, string>>;
}

/** Starts a host; the app is loaded before it listens. */
export async function startHost(options: HostOptions): Promise<Host> {
  let url = '';
  const versions = options.hostJson.extensions?.durableTask ?? {};
  const { hubName = 'TestHubName' } = versions;
  const nextId = makeIds(options.random);
  const core = installFunctionsCore(options.log);
  const invoker = makeInvoker(core, () => clientPayload(url, hubName), options.log, nextId);
  let hub = await openHub(options, options.log);
  const orchestrations = new Orchestrations(hub, {
    ...{ invoker, versions, log: options.log },
    ask: (name, trigger) => askOrchestrator(invoker, name, trigger),
    knowsActivity: (name) => isA(core, name, 'activityTrigger'),
    ...(options.onActivity === undefined ? {} : { onActivity: options.onActivity }),
  });
  const links = () => managementUrls(url, hubName);
  const parts: Parts = { core, invoker, orchestrations, options, nextId, links, hub: () => hub };
  const server = createServer((request, response) => void serve(parts, request, response));
  url = await listen(server, options.port);
  process.env['WEBSITE_HOSTNAME'] = new URL(url).host; // the SDK writes management URLs by it
  await import(options.appFile);
  await core.model().getCapabilities?.({});
  const stopTimers = startTimers(core.functions.values(), invoker, options.log);
  const stopQueues = await startQueues(core.functions.values(), invoker, {
    queues: options.hostJson.extensions?.queues,
    log: options.log,
  });
  orchestrations.takeUp();
  return {
    url,
    orchestrations,
    crash: () => {
      orchestrations.forgetAll();
    },
    kill: async () => {
      orchestrations.letGo();
      await hub.abandon();
      hub = await openHub(options, options.log);
      orchestrations.takeUp(hub);
    },
    close: async () => {
      stopTimers();
      await stopQueues();
      orchestrations.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await hub.close();
    },
  };
}

function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const { port: given } = server.address() as AddressInfo; // a TCP server's address
      resolve(`http://127.0.0.1:${given}`);
    });
  });
}

async function serve(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const url = new URL(`http://localhost${request.url ?? '/'}`);
    const bytes = await bodyOf(request);
    const api = /^\/(?:runtime\/webhooks\/)?durabletask\/(.*)$/.exec(url.pathname);
    if (api !== null)
      await answerDurable(parts, request, response, { url, path: api[1] ?? '', body: bytes.toString() });
    else await answerTrigger(parts, request, response, { url, bytes });
  } catch (error) {
    parts.options.log('error', error instanceof Error ? (error.stack ?? error.message) : String(error));
    if (!response.headersSent) response.writeHead(error instanceof URIError ? 400 : 500);
    response.end();
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer); // no encoding is set, so chunks are buffers
  return Buffer.concat(chunks);
}

async function answerDurable(
  { orchestrations, core, options, nextId, links, hub }: Parts,
  { method = 'GET', headers }: IncomingMessage,
  response: ServerResponse,
  { url, path, body }: { readonly url: URL; readonly path: string; readonly body: string },
): Promise<void> {
  const durable = options.hostJson.extensions?.durableTask ?? {};
  const api = {
    ...{ orchestrations, nextId, links },
    knowsOrchestrator: (name: string) => isA(core, name, 'orchestrationTrigger'),
    settled: () => hub().store.settled(),
    defaultVersion: durable.defaultVersion ?? '',
    overridableStates: durable.overridableExistingInstanceStates,
  };
  const segments = path.replace(/\/$/, '').split('/').map(decodeURIComponent);
  const continuationToken = headers['x-ms-continuation-token']?.toString();
  const answer = await answerApi(api, { method, segments, query: url.searchParams, body, continuationToken });
  response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
  response.end(answer.body === undefined ? '' : JSON.stringify(answer.body));
}

/** Whether a function of that name has such a trigger. */
function isA({ functions }: FunctionsCore, name: string, trigger: string): boolean {
  const found = functions.get(name.toLowerCase());
  return Object.values(found?.bindings ?? {}).some(({ type }) => type === trigger);
}

async function answerTrigger(
  { core, invoker, options }: Parts,
  request: IncomingMessage,
  response: ServerResponse,
  { url, bytes }: { readonly url: URL; readonly bytes: Buffer },
): Promise<void> {
  const prefix = options.hostJson.extensions?.http?.routePrefix ?? 'api';
  const match = findRoute(core.functions.values(), prefix, request.method ?? 'GET', url.pathname);
  if (match === undefined) return void response.writeHead(404).end();
  if (!isAllowed(match, request, url, options.key)) return void response.writeHead(401).end();
  const returned = await invoker.invoke(match.called.name, {
    http: {
      method: request.method,
      url: `http://${request.headers.host ?? 'localhost'}${request.url ?? '/'}`,
      headers: headersOf(request),
      query: Object.fromEntries(url.searchParams),
      params: match.params,
      body: { bytes },
    },
  });
  const answer = returned?.http;
  response.writeHead(Number(answer?.statusCode ?? 204), answer?.headers ?? {});
  response.end(Buffer.from(answer?.body?.bytes ?? ''));
}

function isAllowed({ trigger }: Match, request: IncomingMessage, url: URL, key: string | undefined): boolean {
  if (key === undefined || trigger.authLevel === 'anonymous') return true;
  return request.headers['x-functions-key'] === key || url.searchParams.get('code') === key;
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}

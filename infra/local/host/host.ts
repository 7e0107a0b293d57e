/** What runs the app? Loads it unmodified, listens, and fires its timers and queues until it is closed. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerApi, clientPayload } from './durable-api.js';
import { isDisabled } from './app-settings.js';
import { answerEventGrid } from './event-grid-trigger.js';
import { sameKeys, type HostKeys } from './function-keys.js';
import { withTimeout, type TimeoutMode } from './function-timeout.js';
import { installFunctionsCore, type FunctionsCore, type Log } from './functions-core.js';
import { readHostJson, type HostSettings } from './host-json.js';
import { readRoutes, shadowedRoutes, type Route } from './http-routes.js';
import { answerHttp } from './http-trigger.js';
import { makeInvoker, type Invoker } from './invoke-function.js';
import { withLimits } from './limits.js';
import { loadApp } from './load-app.js';
import { Orchestrations, type OnActivity } from './orchestration.js';
import { startQueues } from './queue-triggers.js';
import { openTimerMonitor } from './timer-monitor.js';
import { startTimers } from './timer-triggers.js';

/** How a host is started. */
export interface HostOptions {
  /** URL or absolute path of the module that registers the app's functions. */
  readonly appFile: string;
  /** 0 for any free port of loopback. */
  readonly port: number;
  /** Parsed `host.json`. */
  readonly hostJson: HostJson;
  readonly log: Log;
  /** Keys that are asked for, or one for all levels; without them everything is open, as on a developer's machine. */
  readonly key?: string | HostKeys;
  /** Folder in which timers keep when they have fired, so that a tick which was missed is made up for; in memory without. */
  readonly timers?: string;
  /** What becomes of invocations longer than `functionTimeout`; they fail unless told. */
  readonly timeouts?: TimeoutMode;
  /** Sees activities begin and end, so that a crash can be set between any two of them. */
  readonly onActivity?: OnActivity;
}

/** `host.json`, as far as others than `readHostJson` look into it. */
export type HostJson = object;

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
  close(): Promise<void>;
}

interface Parts {
  readonly core: FunctionsCore;
  readonly invoker: Invoker;
  readonly orchestrations: Orchestrations;
  readonly options: HostOptions;
  readonly keys: HostKeys | undefined;
  /** Empty until the app is loaded. */
  routes: readonly Route[];
}

/**
 * Starts a host; the app is loaded before it listens for anything but durable requests.
 *
 * @throws BadAppError when the app can't be served, Error when `host.json` can't be obeyed or a setting is missing
 */
export async function startHost(options: HostOptions): Promise<Host> {
  let url = '';
  const { log, key } = options;
  const { settings, warnings } = readHostJson(options.hostJson, process.env);
  for (const warning of warnings) log('warning', warning);
  const core = installFunctionsCore(log);
  const invoker = limitedInvoker(core, () => clientPayload(url, settings.hubName), { options, settings });
  const orchestrations = new Orchestrations(invoker, log, options.onActivity);
  const keys = typeof key === 'string' ? sameKeys(key) : key;
  const parts: Parts = { core, invoker, orchestrations, options, keys, routes: [] };
  const server = createServer((request, response) => void serve(parts, request, response));
  url = await listen(server, options.port);
  process.env['WEBSITE_HOSTNAME'] = new URL(url).host; // the SDK writes management URLs by it
  try {
    const stopTriggers = await startTriggers(parts, settings);
    return {
      url,
      orchestrations,
      crash: () => {
        orchestrations.forgetAll();
      },
      close: async () => {
        await stopTriggers();
        orchestrations.close();
        await shut(server);
      },
    };
  } catch (error) {
    await shut(server);
    throw error;
  }
}

/** Waits for room first: what is waited isn't part of an invocation's time. */
function limitedInvoker(
  core: FunctionsCore,
  payload: () => object,
  {
    options: { log, timeouts = 'fails' },
    settings,
  }: { readonly options: HostOptions; readonly settings: HostSettings },
): Invoker {
  const limit = { limitMs: settings.functionTimeoutMs, mode: timeouts, log };
  const triggerOf = (name: string) => {
    const { bindings = {} } = core.functions.get(name.toLowerCase()) ?? {};
    return Object.values(bindings).find(({ type }) => type.endsWith('Trigger'))?.type;
  };
  return withLimits(withTimeout(makeInvoker(core, payload, log), limit), triggerOf, settings.concurrency);
}

/** Loads the app, and starts its triggers; the answer stops them. */
async function startTriggers(parts: Parts, settings: HostSettings): Promise<() => Promise<void>> {
  const { core, invoker, options } = parts;
  const { log } = options;
  await loadApp(options.appFile, core, process.env);
  const functions = [...core.functions.values()].filter(({ name }) => !isDisabled(name, process.env));
  parts.routes = readRoutes(functions, settings.routePrefix);
  for (const warning of shadowedRoutes(parts.routes)) log('warning', warning);
  const { queues } = settings;
  // Queues first: they alone may refuse to start, and no timer should have fired by then.
  const stopQueues = await startQueues(functions, invoker, { queues, settings: process.env, log });
  const monitor = openTimerMonitor(options.timers);
  const stopTimers = startTimers(functions, { invoker, monitor, settings: process.env, log });
  return async () => {
    await Promise.all([stopTimers(), stopQueues()]);
  };
}

async function shut(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
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
  const { options, routes, invoker, keys } = parts;
  const complain = (error: unknown) =>
    options.log('error', error instanceof Error ? (error.stack ?? error.message) : String(error));
  try {
    const url = new URL(`http://localhost${request.url ?? '/'}`);
    const bytes = await bodyOf(request);
    const api = /^\/(?:runtime\/webhooks\/)?durabletask\/(.*)$/.exec(url.pathname);
    if (api !== null)
      answerDurable(parts, request, response, { url, path: api[1] ?? '', body: bytes.toString() });
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
  { core, invoker, keys, options: { log } }: Parts,
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

function answerDurable(
  { orchestrations, core }: Parts,
  { method = 'GET' }: IncomingMessage,
  response: ServerResponse,
  { url, path, body }: { readonly url: URL; readonly path: string; readonly body: string },
): void {
  const segments = path.split('/').map(decodeURIComponent);
  const isKnown = (name: string) => core.functions.has(name.toLowerCase());
  const answer = answerApi(orchestrations, isKnown, { method, segments, query: url.searchParams, body });
  response.writeHead(answer.status, { 'content-type': 'application/json' });
  response.end(answer.body === undefined ? '' : JSON.stringify(answer.body));
}

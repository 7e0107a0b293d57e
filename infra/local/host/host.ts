/** What runs the app? Loads it unmodified, listens, and fires its timers and queues until it is closed. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isDisabled } from './app-settings.js';
import { askOrchestrator } from './ask-orchestrator.js';
import { clientPayload, managementUrls } from './durable-api.js';
import { routeKeys, type HostKeys } from './function-keys.js';
import { withTimeout, type TimeoutMode } from './function-timeout.js';
import { installFunctionsCore, type FunctionsCore, type Log } from './functions-core.js';
import { readHostJson, type HostSettings } from './host-json.js';
import { readRoutes, shadowedRoutes, type Route } from './http-routes.js';
import { makeIds, type NextId } from './invocation-ids.js';
import { makeInvoker, type Invoker } from './invoke-function.js';
import { withLimits } from './limits.js';
import { loadApp } from './load-app.js';
import { openHub, type HubOptions } from './open-hub.js';
import { Orchestrations, type OnActivity } from './orchestration.js';
import { startQueues } from './queue-triggers.js';
import { isA, serveRequest, type Parts } from './serve-requests.js';
import { openTimerMonitor } from './timer-monitor.js';
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
  /** Keys that are asked for, or one for all routes; without them everything is open, as on a developer's machine. */
  readonly key?: string | HostKeys;
  /** Folder in which timers keep when they have fired, so that a tick which was missed is made up for; in memory without. */
  readonly timers?: string;
  /** What becomes of invocations longer than `functionTimeout`; they fail unless told. */
  readonly timeouts?: TimeoutMode;
  /** Sees activities begin and end, so that a crash can be set between any two of them. */
  readonly onActivity?: OnActivity;
  /** Draws the ids that are given out, from 0 up to 1; without it they are unique, and no run is like another. */
  readonly random?: () => number;
}

/** `host.json`, which `readHostJson` reads. */
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
  /**
   * As if the process had been killed, and another started over the same journal: what was not on the disk is lost, the
   * rest is taken up. Otherwise as `crash`, which it is without a journal.
   */
  kill(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts a host; what is asked before the app is loaded is answered 503.
 *
 * @throws BadAppError when the app can't be served, Error when `host.json` can't be obeyed or a setting is missing
 */
export async function startHost(options: HostOptions): Promise<Host> {
  let url = '';
  const { log, key } = options;
  const { settings, warnings } = readHostJson(options.hostJson, process.env);
  for (const warning of warnings) log('warning', warning);
  const nextId = makeIds(options.random);
  const core = installFunctionsCore(log);
  const keys = typeof key === 'string' ? routeKeys(key) : key;
  const invoker = limitedInvoker(core, () => clientPayload(url, settings.hubName, keys?.system), {
    options,
    settings,
    nextId,
  });
  let hub = await openHub(options, log);
  const orchestrations = new Orchestrations(hub, {
    ...{ invoker, versions: settings.versions, log },
    ask: (name, trigger) => askOrchestrator(invoker, name, trigger),
    knowsActivity: (name) => isA(core, name, 'activityTrigger'),
    ...(options.onActivity === undefined ? {} : { onActivity: options.onActivity }),
  });
  const links = () => managementUrls(url, settings.hubName, keys?.system);
  const parts: Parts = {
    ...{ core, invoker, orchestrations, settings, nextId, links, keys, log },
    hub: () => hub,
    routes: undefined,
  };
  const server = createServer((request, response) => void serveRequest(parts, request, response));
  const shutAll = async () => {
    await shut(server);
    await hub.close();
  };
  try {
    url = await listen(server, options.port);
    process.env['WEBSITE_HOSTNAME'] = new URL(url).host; // the SDK writes management URLs by it
    const { routes, stop: stopTriggers } = await startTriggers(parts, options);
    // In one go: what is begun before the rest is taken up would be taken up once more.
    orchestrations.takeUp();
    parts.routes = routes;
    return {
      url,
      orchestrations,
      crash: () => {
        orchestrations.forgetAll();
      },
      kill: async () => {
        orchestrations.letGo();
        await hub.abandon();
        hub = await openHub(options, log);
        orchestrations.takeUp(hub);
      },
      close: async () => {
        await stopTriggers();
        orchestrations.close();
        await shutAll();
      },
    };
  } catch (error) {
    await shutAll();
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
    nextId,
  }: { readonly options: HostOptions; readonly settings: HostSettings; readonly nextId: NextId },
): Invoker {
  const limit = { limitMs: settings.functionTimeoutMs, mode: timeouts, log };
  const triggerOf = (name: string) => {
    const { bindings = {} } = core.functions.get(name.toLowerCase()) ?? {};
    return Object.values(bindings).find(({ type }) => type.endsWith('Trigger'))?.type;
  };
  return withLimits(
    withTimeout(makeInvoker(core, payload, log, nextId), limit),
    triggerOf,
    settings.concurrency,
  );
}

/** What may call the app. */
interface Triggers {
  readonly routes: readonly Route[];
  /** Stops timers and queues. */
  readonly stop: () => Promise<void>;
}

/** Loads the app, and starts its triggers; none of them calls it before whoever awaits them goes on. */
async function startTriggers(parts: Parts, { appFile, timers }: HostOptions): Promise<Triggers> {
  const { core, invoker, log, settings } = parts;
  await loadApp(appFile, core, process.env);
  dropDisabled(core);
  const functions = [...core.functions.values()];
  const routes = readRoutes(functions, settings.routePrefix);
  for (const warning of shadowedRoutes(routes)) log('warning', warning);
  const { queues } = settings;
  const monitor = openTimerMonitor(timers);
  // Queues before timers: they may refuse to start, and no timer should have fired by then.
  const stopQueues = await startQueues(functions, invoker, { queues, settings: process.env, log });
  const stopTimers = startTimers(functions, { invoker, monitor, settings: process.env, log });
  return {
    routes,
    stop: async () => {
      await Promise.all([stopTimers(), stopQueues()]);
    },
  };
}

/** Functions that are switched off are as if nobody had registered them, to whoever would call them. */
function dropDisabled({ functions }: FunctionsCore): void {
  for (const [key, { name }] of functions) if (isDisabled(name, process.env)) functions.delete(key);
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

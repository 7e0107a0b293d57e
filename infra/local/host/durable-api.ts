/** What do `DurableClient` and the management URLs call? The extension's HTTP API over the instances. */
import { eventType } from './history-event.js';
import { isOver } from './hub-record.js';
import type { Instance } from './instance.js';
import { isMeant, pageOf, readFilter, readFlag } from './instance-query.js';
import { statusOf, type Shown } from './instance-status.js';
import type { Orchestrations } from './orchestration.js';

/** A request to the API: path segments behind `/durabletask/` or `/runtime/webhooks/durabletask/`. */
export interface ApiRequest {
  readonly method: string;
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly body: string;
  /** Where a page of instances begins: the header `x-ms-continuation-token`. */
  readonly continuationToken?: string | undefined;
}

/** What the API answers. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What the API works on. */
export interface Api {
  readonly orchestrations: Orchestrations;
  /** Whether there is an orchestrator of that name. */
  readonly knowsOrchestrator: (name: string) => boolean;
  /** Whether what was answered so far will outlive the process; `false` without room for it. */
  readonly settled: () => Promise<boolean>;
  /** Version of an instance whose start names none; '' for none. */
  readonly defaultVersion: string;
  /** `AnyState` lets a start replace what is at work (`extensions.durableTask.overridableExistingInstanceStates`). */
  readonly overridableStates?: string | undefined;
  readonly nextId: () => string;
  /** The URLs by which an instance is managed, as the client binding has them. */
  readonly links: () => Readonly<Record<string, string>>;
}

/**
 * Payload of a durable client binding (BindingHelper.cs of the extension).
 *
 * @param code the key of the management API; any word where none is asked for
 */
export function clientPayload(base: string, hubName: string, code = 'local'): object {
  const api = `${base}/runtime/webhooks/durabletask`;
  return {
    taskHubName: hubName,
    baseUrl: api,
    requiredQueryStringParameters: `code=${encodeURIComponent(code)}`,
    rpcBaseUrl: `${base}/durabletask/`,
    creationUrls: {
      createNewInstancePostUri: `${api}/orchestrators/{functionName}[/{instanceId}]?code=${encodeURIComponent(code)}`,
    },
    managementUrls: { id: 'INSTANCEID', ...managementUrls(base, hubName, code) },
  };
}

/** The URLs by which an instance is managed; `INSTANCEID` stands for its id. */
export function managementUrls(
  base: string,
  hubName: string,
  code = 'local',
): Readonly<Record<string, string>> {
  const query = `taskHub=${hubName}&connection=Storage&code=${encodeURIComponent(code)}`;
  const instance = `${base}/runtime/webhooks/durabletask/instances/INSTANCEID`;
  const verb = (name: string) => `${instance}/${name}?reason={text}&${query}`;
  return {
    statusQueryGetUri: `${instance}?${query}`,
    sendEventPostUri: `${instance}/raiseEvent/{eventName}?${query}`,
    terminatePostUri: verb('terminate'),
    rewindPostUri: verb('rewind'),
    suspendPostUri: verb('suspend'),
    resumePostUri: verb('resume'),
    purgeHistoryDeleteUri: `${instance}?${query}`,
  };
}

/** Answers a request as the extension does (its `HttpApiHandler`). */
export async function answerApi(api: Api, request: ApiRequest): Promise<ApiAnswer> {
  const [kind, first = '', second] = request.segments;
  switch (kind) {
    case 'orchestrators':
      return request.method === 'POST' ? start(api, request, first, second) : { status: 404 };
    case 'instances':
      if (!(await api.settled())) return noRoom;
      if (first === '') return many(api, request);
      return one(api, request, api.orchestrations.instances.get(first), second);
    case 'entities':
      return refused('entities');
    default:
      return { status: 404 };
  }
}

/** Nothing is promised that a full disk can't keep. */
const noRoom: ApiAnswer = {
  status: 503,
  headers: { 'retry-after': '5' },
  body: { Message: 'The disk of the hub is full. Make room; the host goes on by itself then.' },
};

function refused(feature: string): ApiAnswer {
  return { status: 501, body: { error: `The local host does not serve ${feature}.` } };
}

/** An argument that can't be, as the extension answers it. */
function wrong(ExceptionMessage: string): ApiAnswer {
  const Message = 'One or more of the arguments submitted is incorrect';
  return { status: 400, body: { Message, ExceptionMessage, ExceptionType: 'System.ArgumentException' } };
}

async function start(
  { orchestrations, knowsOrchestrator, overridableStates, defaultVersion, nextId, links }: Api,
  { body, query }: ApiRequest,
  name: string,
  wanted?: string,
): Promise<ApiAnswer> {
  if (query.has('timeout') || query.has('pollingInterval'))
    return refused('a start that waits for the end (timeout, pollingInterval)');
  if (!knowsOrchestrator(name))
    return wrong(`The function '${name}' doesn't exist, is disabled, or is not an orchestrator function.`);
  const id = wanted ?? nextId().replaceAll('-', '');
  const mistake = mistakeOfId(id);
  if (mistake !== undefined) return wrong(mistake);
  const input = readJson(body);
  if (input === undefined) return { status: 400, body: { Message: 'Invalid JSON content' } };
  const version = query.get('version') ?? defaultVersion;
  const overrides = overridableStates === 'AnyState';
  const wish = { name, id, input: input.value, overrides, version };
  switch (await orchestrations.requests.start(wish)) {
    case 'started':
      return started(id, links());
    case 'full':
      return noRoom;
    case 'exists': {
      const status = orchestrations.instances.get(id)?.status ?? 'Pending';
      const Message = `An Orchestration instance with the status ${status} already exists.`;
      return { status: 409, body: { Message } };
    }
  }
}

/** Longest id of an instance (`DurableClient.MaxInstanceIdLength`). */
const longestId = 256;

function mistakeOfId(id: string): string | undefined {
  if (id.startsWith('@')) return 'Orchestration instance ids must not start with @.';
  if (/[/\\?#\u0000-\u001f\u007f-\u009f]/.test(id))
    return 'Orchestration instance ids must not contain /, \\, #, ?, or control characters.';
  if (id.length > longestId) return `Instance ID lengths must not exceed ${longestId} characters.`;
  return undefined;
}

/** Nothing is `null`; `undefined` for what is no JSON. */
function readJson(body: string): { readonly value: unknown } | undefined {
  try {
    return { value: body === '' ? null : (JSON.parse(body) as unknown) };
  } catch {
    return undefined;
  }
}

function started(id: string, links: Readonly<Record<string, string>>): ApiAnswer {
  const own = Object.fromEntries(
    Object.entries(links).map(([name, url]) => [name, url.replace('INSTANCEID', encodeURIComponent(id))]),
  );
  const headers = { location: own['statusQueryGetUri'] ?? '', 'retry-after': '10' };
  return { status: 202, headers, body: { ...own, id } };
}

async function many(api: Api, { method, query, continuationToken }: ApiRequest): Promise<ApiAnswer> {
  if (method !== 'GET' && method !== 'DELETE') return { status: 404 };
  const filter = readFilter(query);
  if (method === 'DELETE' && filter.createdFrom === -Infinity)
    return { status: 400, body: "Please provide value for 'createdTimeFrom' parameter." };
  const meant: Instance[] = [];
  for (const instance of api.orchestrations.instances.values())
    if (isMeant(instance, filter)) meant.push(instance);
  if (method === 'DELETE') return purge(api, meant);
  const { found, next } = pageOf(meant, query.get('top'), continuationToken);
  const headers: Record<string, string> = next === undefined ? {} : { 'x-ms-continuation-token': next };
  const shown = { history: false, historyOutput: false, input: readFlag(query, 'showInput', true) };
  return { status: 200, headers, body: found.map((instance) => statusOf(instance.state(), shown)) };
}

async function purge({ orchestrations }: Api, meant: readonly Instance[]): Promise<ApiAnswer> {
  const instancesDeleted = await orchestrations.requests.purge(meant.map(({ id }) => id));
  if (instancesDeleted === 'full') return noRoom;
  return instancesDeleted === 0 ? { status: 404 } : { status: 200, body: { instancesDeleted } };
}

async function one(
  api: Api,
  { method, query, segments }: ApiRequest,
  instance: Instance | undefined,
  operation: string | undefined,
): Promise<ApiAnswer> {
  if (instance === undefined) return { status: 404 };
  if (operation === undefined) {
    if (method === 'DELETE') return purge(api, [instance]);
    return method === 'GET' ? status(instance, query, api, segments) : { status: 404 };
  }
  if (method !== 'POST') return { status: 404 };
  const type = Object.entries(told).find(([name]) => name === operation.toLowerCase())?.[1];
  if (type === undefined) return refused(operation);
  if (isOver(instance)) return { status: 410 };
  const isKept = await api.orchestrations.requests.tell(instance, type, query.get('reason') ?? '');
  return isKept ? { status: 202 } : noRoom;
}

/** What a client tells an instance; its next turn obeys. */
const told = {
  terminate: eventType.executionTerminated,
  suspend: eventType.executionSuspended,
  resume: eventType.executionResumed,
};

function status(
  instance: Instance,
  query: URLSearchParams,
  { links }: Api,
  [, id = '']: readonly string[],
): ApiAnswer {
  const shown: Shown = {
    history: readFlag(query, 'showHistory', false),
    historyOutput: readFlag(query, 'showHistoryOutput', false),
    input: readFlag(query, 'showInput', true),
  };
  const body = statusOf(instance.state(), shown);
  if (isOver(instance)) {
    const isError =
      instance.status === 'Failed' && readFlag(query, 'returnInternalServerErrorOnFailure', false);
    return { status: isError ? 500 : 200, body };
  }
  const location = links()['statusQueryGetUri']?.replace('INSTANCEID', encodeURIComponent(id)) ?? '';
  return { status: 202, headers: { location, 'retry-after': '5' }, body };
}

/** What do `DurableClient` and the management URLs call? The extension's HTTP API over the instances. */
import { randomUUID } from 'node:crypto';
import type { Instance, Orchestrations } from './orchestration.js';
import { isOver } from './orchestration.js';

/** A request to the API: path segments behind `/durabletask/` or `/runtime/webhooks/durabletask/`. */
export interface ApiRequest {
  readonly method: string;
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly body: string;
}

/** What the API answers. */
export interface ApiAnswer {
  readonly status: number;
  readonly body?: unknown;
}

/** Payload of a durable client binding (BindingHelper.cs of the extension). */
export function clientPayload(base: string, hubName: string): object {
  const api = `${base}/runtime/webhooks/durabletask`;
  const query = `taskHub=${hubName}&connection=Storage&code=local`;
  const instance = `${api}/instances/INSTANCEID`;
  const verb = (name: string) => `${instance}/${name}?reason={text}&${query}`;
  return {
    taskHubName: hubName,
    baseUrl: api,
    requiredQueryStringParameters: 'code=local',
    rpcBaseUrl: `${base}/durabletask/`,
    creationUrls: {
      createNewInstancePostUri: `${api}/orchestrators/{functionName}[/{instanceId}]?code=local`,
    },
    managementUrls: {
      id: 'INSTANCEID',
      statusQueryGetUri: `${instance}?${query}`,
      sendEventPostUri: `${instance}/raiseEvent/{eventName}?${query}`,
      terminatePostUri: verb('terminate'),
      rewindPostUri: verb('rewind'),
      suspendPostUri: verb('suspend'),
      resumePostUri: verb('resume'),
      purgeHistoryDeleteUri: `${instance}?${query}`,
    },
  };
}

/** Answers a request as the extension does. */
export function answerApi(
  orchestrations: Orchestrations,
  known: (name: string) => boolean,
  request: ApiRequest,
): ApiAnswer {
  const [kind, first, second] = request.segments;
  if (kind === 'orchestrators' && request.method === 'POST')
    return start(orchestrations, known, request, first ?? '', second);
  if (kind !== 'instances') return refused(`durabletask/${kind ?? ''}`);
  if (first === undefined || first === '') return list(orchestrations, request);
  const instance = orchestrations.instances.get(first);
  if (instance === undefined) return { status: 404 };
  if (request.method === 'GET')
    return { status: isOver(instance) ? 200 : 202, body: statusOf(instance, request.query) };
  if (request.method === 'DELETE') return purge(orchestrations, instance);
  if (second !== 'terminate') return refused(second ?? request.method);
  if (isOver(instance)) return { status: 410 };
  orchestrations.terminate(instance, request.query.get('reason') ?? '');
  return { status: 202 };
}

function refused(feature: string): ApiAnswer {
  return { status: 501, body: { error: `The local host does not serve ${feature}.` } };
}

function start(
  orchestrations: Orchestrations,
  known: (name: string) => boolean,
  { body }: ApiRequest,
  name: string,
  id: string = randomUUID().replaceAll('-', ''),
): ApiAnswer {
  if (!known(name))
    return {
      status: 400,
      body: {
        Message: `The function '${name}' doesn't exist, is disabled, or is not an orchestrator function.`,
      },
    };
  const started = orchestrations.start(name, id, body === '' ? null : JSON.parse(body));
  if (started !== undefined) return { status: 202, body: { id } };
  const status = orchestrations.instances.get(id)?.status ?? '';
  return {
    status: 409,
    body: { Message: `An Orchestration instance with the status ${status} already exists.` },
  };
}

function list({ instances }: Orchestrations, { method, query }: ApiRequest): ApiAnswer {
  if (method !== 'GET') return refused('purging many instances');
  const wanted = query.get('runtimeStatus')?.split(',') ?? [];
  const all = [...instances.values()].filter(({ status }) => wanted.length === 0 || wanted.includes(status));
  return { status: 200, body: all.map((instance) => statusOf(instance, query)) };
}

function purge({ instances }: Orchestrations, instance: Instance): ApiAnswer {
  if (!isOver(instance)) return { status: 404 };
  instances.delete(instance.id);
  return { status: 200, body: { instancesDeleted: 1 } };
}

function statusOf(instance: Instance, query: URLSearchParams): object {
  const { name, id, status, input, customStatus, output, createdTime, lastUpdatedTime, history } = instance;
  return {
    name,
    instanceId: id,
    runtimeStatus: status,
    input: query.get('showInput') === 'false' ? null : input,
    customStatus,
    output,
    createdTime,
    lastUpdatedTime,
    ...(query.get('showHistory') === 'true' ? { historyEvents: history } : {}),
  };
}

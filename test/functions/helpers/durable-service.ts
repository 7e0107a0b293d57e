/** What does the Durable extension answer? A server on the loopback that counts starts, and contexts that lead to one. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InvocationContext, type LogHandler } from '@azure/functions';
import * as df from 'durable-functions';

/** A running stand-in for the extension. */
export interface DurableService {
  /** Ids of the instances whose start was asked for since the last reset. */
  readonly started: () => readonly string[];
  readonly reset: () => void;
  /** Refuses so many starts, since an instance of the id is there, whose status is then told as this. */
  readonly refuse: (times: number, status: string) => void;
  /** Makes starts fail, or not. */
  readonly fail: (isFailing: boolean) => void;
  readonly aContext: (log?: LogHandler) => InvocationContext;
  readonly stop: () => Promise<void>;
}

/** What the library asks of every status. */
const unchanging = {
  name: 'reconcileSite',
  createdTime: '2026-03-02T12:00:00Z',
  lastUpdatedTime: '2026-03-02T12:00:00Z',
  input: null,
  output: null,
};

/** Starts the server. Starts are answered as the extension does, 202 with the management URLs. */
export async function startDurableService(): Promise<DurableService> {
  let started: string[] = [];
  let isFailing = false;
  let refusals = 0;
  let status = 'Running';
  const server = createServer((request, response) => {
    request.resume();
    const id = /^\/durabletask\/orchestrators\/[^/]+\/([^/?]+)/.exec(request.url ?? '')?.[1];
    const instance = /^\/durabletask\/instances\/([^/?]+)/.exec(request.url ?? '')?.[1];
    if (request.method === 'POST' && id !== undefined && refusals > 0) {
      refusals -= 1;
      response.writeHead(409).end(`An Orchestration instance with the status ${status} already exists.`);
    } else if (request.method === 'GET' && instance !== undefined && !isFailing) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ...unchanging, instanceId: instance, runtimeStatus: status }));
    } else if (request.method === 'POST' && id !== undefined && !isFailing) {
      started.push(id);
      response.writeHead(202, { 'content-type': 'application/json' }).end(JSON.stringify({ id }));
    } else if (isFailing) response.writeHead(500).end('the hub is away');
    else response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server has one
  const aContext = contextsTo(`http://127.0.0.1:${port}/durabletask/`);
  return {
    started: () => started,
    reset: () => {
      started = [];
    },
    refuse: (times, told) => {
      refusals = times;
      status = told;
    },
    fail: (fails) => {
      isFailing = fails;
    },
    aContext,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Makes contexts whose client speaks to the extension's API at this address, which ends in a slash. */
export function contextsTo(base: string): (log?: LogHandler) => InvocationContext {
  process.env['WEBSITE_HOSTNAME'] = new URL(base).host;
  const client = df.input.durableClient();
  const payload = {
    taskHubName: 'Test',
    creationUrls: {},
    managementUrls: { id: 'INSTANCEID' },
    baseUrl: base,
    requiredQueryStringParameters: '',
    rpcBaseUrl: base,
  };
  return (logHandler = () => undefined) => {
    const context = new InvocationContext({ options: { extraInputs: [client] }, logHandler });
    context.extraInputs.set(client, payload);
    return context;
  };
}

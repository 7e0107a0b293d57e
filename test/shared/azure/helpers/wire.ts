/** What does Azure answer on the wire? A server on the loopback that says what a test tells it, and remembers. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One answer; the status is 200 unless told. */
export interface WireAnswer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A running server. */
export interface Wire {
  /** Answers by method and path without the query, such as `GET /subscriptions/…`; 404 for the rest. */
  answers: Readonly<Record<string, WireAnswer>>;
  /** Method and path of all requests since the last reset. */
  readonly asked: () => readonly string[];
  readonly reset: () => void;
  readonly stop: () => Promise<void>;
}

const notFound: WireAnswer = {
  status: 404,
  body: { error: { code: 'ResourceNotFound', message: 'Not there.' } },
};

/** Key Vault first asks who is there; a client that can't say so gives up. */
const challenge =
  'Bearer authorization="https://login.microsoftonline.com/t", resource="https://vault.azure.net"';

/** Starts the server and points the settings of the deployment at it. */
export async function startWire(): Promise<Wire> {
  let requests: string[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    request.resume();
    if (request.headers.authorization === undefined) {
      response.writeHead(401, { 'www-authenticate': challenge }).end();
      return;
    }
    const { pathname } = new URL(request.url ?? '/', 'http://wire');
    const key = `${request.method ?? ''} ${pathname}`;
    requests.push(key);
    const { status = 200, body, headers = {} } = wire.answers[key] ?? notFound;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body === undefined ? '' : JSON.stringify(body));
  });
  const wire: Wire = {
    answers: {},
    asked: () => requests,
    reset: () => {
      requests = [];
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server has one
  Object.assign(process.env, {
    AZURE_SUBSCRIPTION_ID: '11111111-2222-3333-4444-555555555555',
    TUNNELKEEPER_RESOURCE_GROUP: 'rg-gateways',
    TUNNELKEEPER_VAULT_URL: 'https://kv.vault.azure.net',
    TUNNELKEEPER_GATEWAY_IDENTITY_ID: '/subscriptions/s/identities/gateways',
    TUNNELKEEPER_SSH_PUBLIC_KEY: 'ssh-ed25519 AAAA ops',
    TUNNELKEEPER_LOCAL_CLOUD: `http://127.0.0.1:${port}`,
  });
  return wire;
}

/** What does Azure answer on the wire? A server on the loopback that says what a test tells it, and remembers. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenAsAzure, stopListening } from './listen.js';

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
  /** Bodies of all writes since the last reset; `undefined` for one without. */
  readonly bodies: () => readonly unknown[];
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

async function readText(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer); // no encoding is set, so pieces are buffers
  return Buffer.concat(pieces).toString();
}

/** Starts the server and points the settings of the deployment at it. */
export async function startWire(): Promise<Wire> {
  let requests: string[] = [];
  let bodies: unknown[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const text = await readText(request);
    if (request.headers.authorization === undefined) {
      response.writeHead(401, { 'www-authenticate': challenge }).end();
      return;
    }
    const { pathname } = new URL(request.url ?? '/', 'http://wire');
    const key = `${request.method ?? ''} ${pathname}`;
    requests.push(key);
    if (request.method !== 'GET') bodies.push(text === '' ? undefined : JSON.parse(text));
    const { status = 200, body, headers = {} } = wire.answers[key] ?? notFound;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body === undefined ? '' : JSON.stringify(body));
  };
  const server = createServer((request, response) => void serve(request, response));
  const wire: Wire = {
    answers: {},
    asked: () => requests,
    bodies: () => bodies,
    reset: () => {
      requests = [];
      bodies = [];
    },
    stop: () => stopListening(server),
  };
  await listenAsAzure(server);
  return wire;
}

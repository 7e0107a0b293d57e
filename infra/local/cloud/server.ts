/** How do requests come in and answers go out? HTTP on the loopback, for every host that the clients believe to reach. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { asRecord } from './json.js';
import type { Mishap } from './failing-calls.js';
import { guid, type Random } from './random.js';
import { Refusal, refusal, type WireAnswer, type WireRequest } from './wire.js';

/** A request with its answer, as both were on the wire. */
export interface Exchange {
  readonly host: string;
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** 0 when the connection was cut before an answer. */
  readonly status: number;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly responseBody: unknown;
}

/** What the server asks of its owner. */
export interface Serving {
  readonly random: Random;
  /** Answers, or throws a refusal. */
  readonly answer: (request: WireRequest) => WireAnswer | Promise<WireAnswer>;
  /** What goes wrong with a request whatever it asks for; `undefined` for nothing. */
  readonly mishap: (request: WireRequest) => Mishap | undefined;
  /** Ends when it is time to look at a request. */
  readonly latency: (request: WireRequest) => Promise<void>;
  readonly onExchange: (exchange: Exchange) => void;
}

/** Listens on the loopback; with port 0, on a free port. */
export async function listen(
  serving: Serving,
  port: number,
): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((incoming, outgoing) => {
    // A client that goes away amid its request is the only way for this to fail.
    serve(serving, incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: given } = server.address() as AddressInfo; // a TCP server that listens has one
  return { server, url: `http://127.0.0.1:${given}` };
}

async function serve(serving: Serving, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const text = await readText(incoming);
  const { request, body } = parse(incoming, text);
  await serving.latency(request);
  const mishap = serving.mishap(request);
  const done = mishap?.isAfter === false ? undefined : await answerOrRefuse(serving, request, text, body);
  const answer = mishap === undefined ? done : mishap.refusal?.answer;
  const seen = { host: request.host, method: request.method, target: incoming.url ?? '/', body };
  if (answer === undefined) {
    // A client sees its connection reset, and can't tell whether anything was done.
    incoming.socket.destroy();
    serving.onExchange({
      ...seen,
      ...{ headers: request.headers, status: 0, responseHeaders: {}, responseBody: undefined },
    });
    return;
  }
  const headers = {
    ...(answer.body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
    ...correlation(serving.random, request, answer),
    ...answer.headers,
  };
  outgoing.writeHead(answer.status, headers);
  outgoing.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
  serving.onExchange({
    ...seen,
    headers: request.headers,
    status: answer.status,
    responseHeaders: headers,
    responseBody: answer.body,
  });
}

async function answerOrRefuse(
  serving: Serving,
  request: WireRequest,
  text: string,
  body: unknown,
): Promise<WireAnswer> {
  try {
    if (text !== '' && body === undefined) {
      throw refusal(
        400,
        'InvalidRequestContent',
        'The request content was invalid and could not be deserialized.',
      );
    }
    return await serving.answer(request);
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    const message = error instanceof Error ? error.message : String(error);
    return refusal(500, 'InternalServerError', `The simulated cloud failed: ${message}`).answer;
  }
}

function parse(
  incoming: IncomingMessage,
  text: string,
): { readonly request: WireRequest; readonly body: unknown } {
  const url = new URL(`http://cloud${(incoming.url ?? '/').replace(/^\/+/, '/')}`);
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
  );
  const body = parseJson(text);
  const request: WireRequest = {
    host: headers['x-forwarded-host'] ?? headers['host'] ?? '',
    method: incoming.method ?? 'GET',
    path: decoded(url.pathname.replaceAll(/\/{2,}/g, '/').replace(/(.)\/$/, '$1')),
    query: new URLSearchParams(url.search),
    headers,
    body: body === undefined ? undefined : asRecord(body),
  };
  return { request, body };
}

/** A path that can't be decoded names nothing that is here, as it stands. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function parseJson(text: string): unknown {
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece as Buffer); // no encoding is set, so pieces are buffers
  return Buffer.concat(pieces).toString();
}

/** An error of ARM's own has one id for request and correlation; the network provider adds one of its own (recorded). */
function correlation(
  random: Random,
  { headers, path }: WireRequest,
  answer: WireAnswer,
): Record<string, string> {
  const [requestId, id] = [guid(random), guid(random)];
  const stamp = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const isFromGateway = answer.headers?.['x-ms-failure-cause'] === 'gateway';
  const isNetwork = !isFromGateway && /\/providers\/Microsoft\.Network\//i.test(path);
  return {
    'x-ms-request-id': isFromGateway ? id : requestId,
    'x-ms-correlation-request-id': id,
    'x-ms-routing-request-id': `WESTEUROPE:${stamp}:${id}`,
    ...(isNetwork ? { 'x-ms-arm-service-request-id': requestId } : {}),
    ...(headers['x-ms-client-request-id'] === undefined
      ? {}
      : { 'x-ms-client-request-id': headers['x-ms-client-request-id'] }),
  };
}

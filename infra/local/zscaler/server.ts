/** How do requests come in and answers go out? HTTP on the loopback, for every host that the client believes to reach. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WireAnswer, WireRequest } from './wire.js';

/** What answers; `undefined` breaks the connection off. */
export type Answering = (request: WireRequest) => WireAnswer | undefined;

/** Listens on the loopback; with port 0, on a free port. */
export async function listen(
  answer: Answering,
  port: number,
): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((incoming, outgoing) => {
    // A client that goes away amid its request is the only way for this to fail.
    serve(answer, incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: given } = server.address() as AddressInfo; // a TCP server that listens has one
  return { server, url: `http://127.0.0.1:${given}` };
}

/** Ends the server and its idle connections. */
export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function serve(
  answering: Answering,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const url = new URL(`http://zia${incoming.url ?? '/'}`);
  const answer = answerOrFail(answering, {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: Object.fromEntries(
      Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
    ),
    text: await readText(incoming),
  });
  if (answer === undefined) {
    incoming.socket.destroy();
    return;
  }
  const text = answer.text ?? (answer.body === undefined ? undefined : JSON.stringify(answer.body));
  const contentType = answer.contentType ?? 'application/json';
  outgoing.writeHead(answer.status, {
    ...(text === undefined ? {} : { 'content-type': contentType }),
    ...answer.headers,
  });
  outgoing.end(text);
}

function answerOrFail(answering: Answering, request: WireRequest): WireAnswer | undefined {
  try {
    return answering(request);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return {
      status: 500,
      body: { code: 'UNEXPECTED_ERROR', message: `The simulated ZIA failed: ${message}` },
    };
  }
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece as Buffer); // no encoding is set, so pieces are buffers
  return Buffer.concat(pieces).toString();
}

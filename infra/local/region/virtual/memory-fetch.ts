/** How does `fetch` reach a server of this process? By Node's older client, which can be given a connection in memory. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { serverOf } from './memory-network.js';

/** Statuses whose answers have no body (Fetch Standard, 'null body status'). */
const withoutBody: ReadonlySet<number> = new Set([204, 205, 304]);

/** Lets `fetch` to servers of this process go through memory; every other one is as before. */
export function installMemoryFetch(): void {
  const realFetch = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const asked = new Request(input, init);
    const { hostname, port } = new URL(asked.url);
    if (serverOf(hostname, Number(port)) === undefined) return realFetch(asked);
    const body = asked.body === null ? undefined : Buffer.from(await asked.arrayBuffer());
    const incoming = await send(asked, body);
    const pieces: Buffer[] = [];
    for await (const piece of incoming) pieces.push(piece as Buffer); // no encoding is set, so pieces are buffers
    const status = incoming.statusCode ?? 500;
    return new Response(withoutBody.has(status) ? null : Buffer.concat(pieces), {
      status,
      headers: headersOf(incoming),
    });
  };
}

function send({ url, method, headers, signal }: Request, body: Buffer | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method, headers: Object.fromEntries(headers), signal });
    sent.once('response', resolve);
    sent.once('error', (error) => {
      reject(signal.aborted ? abortedBy(signal) : new TypeError('fetch failed', { cause: error }));
    });
    sent.end(body);
  });
}

function abortedBy(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new DOMException('This operation was aborted', 'AbortError');
}

function headersOf({ headers }: IncomingMessage): Headers {
  const all = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const one of Array.isArray(value) ? value : [value ?? '']) all.append(name, one);
  }
  return all;
}

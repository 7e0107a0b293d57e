/** What does a process inside a namespace do for the lab? Sends requests, serves a mirror and metadata. */
import { createReadStream } from 'node:fs';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { basename, join } from 'node:path';
import type { MetadataAnswer } from '../../cloud/guests.js';
import type {
  AskCall,
  AskEnd,
  CallName,
  Calls,
  FromWorker,
  HoldCall,
  LoadSample,
  ToWorker,
} from './namespace-calls.js';

type Handler<Name extends CallName> = (given: Calls[Name]['given']) => Promise<Calls[Name]['answer']>;

const loads = new Map<number, { stop: () => Promise<readonly LoadSample[]> }>();
const held = new Map<number, { letGo: () => Promise<readonly AskEnd[]> }>();
const asked = new Map<number, (answer: MetadataAnswer) => void>();
let numbers = 0;

const handlers: { readonly [Name in CallName]: Handler<Name> } = {
  ask,
  startLoad: (call) => {
    const id = ++numbers;
    const samples: Promise<LoadSample>[] = [];
    const timer = setInterval(() => {
      const at = Date.now();
      samples.push(ask(call).then((end) => ({ at, end })));
    }, call.everyMs);
    loads.set(id, {
      stop: () => {
        clearInterval(timer);
        return Promise.all(samples);
      },
    });
    return Promise.resolve({ id });
  },
  stopLoad: ({ id }) => {
    const load = loads.get(id);
    loads.delete(id);
    return load?.stop() ?? Promise.resolve([]);
  },
  hold,
  letGo: ({ id }) => {
    const holding = held.get(id);
    held.delete(id);
    return holding?.letGo() ?? Promise.resolve([]);
  },
  serveFolders: ({ address, folders }) =>
    listen(address, (incoming, outgoing) => {
      const path = decodeURIComponent(incoming.url ?? '/');
      const folder = folders[path.split('/')[1] ?? ''] ?? '/nowhere';
      const file = createReadStream(join(folder, basename(path)));
      file.once('error', () => outgoing.writeHead(404).end());
      file.once('open', () => {
        file.pipe(outgoing);
      });
    }),
  serve: ({ address }) => listen(address, (incoming, outgoing) => void passOn(address, incoming, outgoing)),
};

process.on('message', (message: ToWorker) => {
  if ('reply' in message) asked.get(message.id)?.(message.reply);
  else
    (handlers[message.call] as (given: unknown) => Promise<unknown>)(message.given).then(
      (answer) => tell({ kind: 'answer', id: message.id, answer }),
      (error: unknown) => tell({ kind: 'failure', id: message.id, message: String(error) }),
    );
});
// The parent is gone.
process.on('disconnect', () => process.exit(0));

function tell(message: FromWorker): void {
  process.send?.(message);
}

/** Longer than anything that is held. */
const heldSeconds = 3600;

async function hold({ count, ...call }: HoldCall): Promise<{ id: number }> {
  const abort = new AbortController();
  const all = await Promise.all(Array.from({ length: count }, () => stand(call, abort.signal)));
  const id = ++numbers;
  held.set(id, {
    letGo: async () => {
      const ends = await Promise.all(all.map(({ end }) => end()));
      abort.abort();
      return ends.filter(({ kind }) => kind !== 'answered');
    },
  });
  return { id };
}

interface Standing {
  readonly end: () => Promise<AskEnd>;
}

/** A connection that stands and says nothing; its end, once it is asked for, shows whether it still carries. */
function stand(call: Omit<AskCall, 'timeoutSeconds'>, signal: AbortSignal): Promise<Standing> {
  return new Promise((resolve, reject) => {
    const asks = { ...call, timeoutSeconds: 5, lastsSeconds: heldSeconds };
    const began = (socket: Socket) => {
      const end = () => {
        if (!socket.destroyed) socket.write('.');
        return Promise.race([ended, silence()]);
      };
      resolve({ end });
    };
    const ended = ask(asks, { began, signal });
    void ended.then((end) => {
      reject(new Error('because' in end ? end.because : 'it was answered at once'));
    });
  });
}

/** Seconds that a held connection may take to show that it carries: a lost packet is sent again within one. */
const patienceSeconds = 3;

async function silence(): Promise<AskEnd> {
  await new Promise((resolve) => setTimeout(resolve, patienceSeconds * 1000));
  return { kind: 'silent', because: 'nothing comes through it any more', seconds: patienceSeconds };
}

/** What somebody wants of a request beside its end. */
interface Wish {
  /** Told when the answer has begun, and by which connection it comes. */
  readonly began?: (socket: Socket) => void;
  readonly signal?: AbortSignal;
}

function ask(
  { from, host, port, target, timeoutSeconds, lastsSeconds = 0, bytes = 0 }: AskCall,
  { began: tellBegan, signal }: Wish = {},
): Promise<AskEnd> {
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  return new Promise((resolve) => {
    const outgoing = request({
      ...{ host, port, path: target, localAddress: from, agent: false },
      ...(signal === undefined ? {} : { signal }),
      headers: {
        ...{ host: 'www.example.com', 'x-lab-lasts': String(lastsSeconds) },
        ...(bytes === 0 ? {} : { 'x-lab-bytes': String(bytes) }),
      },
    });
    let isConnected = false;
    const limit = setTimeout(
      () => {
        resolve({
          kind: 'silent',
          because: `no answer within ${seconds().toFixed(1)} s`,
          seconds: seconds(),
        });
        outgoing.destroy();
      },
      (timeoutSeconds + lastsSeconds) * 1000,
    );
    const fail = (error: Error) => {
      clearTimeout(limit);
      resolve({ kind: isConnected ? 'reset' : 'refused', because: error.message, seconds: seconds() });
    };
    outgoing.once('socket', (socket) => socket.once('connect', () => (isConnected = true)));
    outgoing.on('error', fail);
    outgoing.once('response', (incoming) => {
      tellBegan?.(incoming.socket);
      let body = '';
      incoming.on('data', (part: Buffer) => {
        if (bytes === 0) body += part.toString();
      });
      incoming.on('error', fail);
      incoming.once('end', () => {
        clearTimeout(limit);
        resolve({
          kind: 'answered',
          status: incoming.statusCode ?? 0,
          body: body.trim(),
          seconds: seconds(),
        });
      });
    });
    outgoing.end();
  });
}

function listen(
  address: string,
  handler: (incoming: IncomingMessage, outgoing: ServerResponse) => void,
): Promise<null> {
  return new Promise((resolve, reject) => {
    const server = createServer(handler);
    server.once('error', reject);
    server.listen(80, address, () => resolve(null));
  });
}

/** The answer is the parent's, which knows the machine by its address. */
async function passOn(at: string, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  let body = '';
  for await (const part of incoming) body += String(part);
  const id = ++numbers;
  const answer = new Promise<MetadataAnswer>((resolve) => asked.set(id, resolve));
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
  );
  const { method, url: target = '/' } = incoming;
  const sent = {
    method: method === 'POST' ? 'POST' : 'GET',
    target,
    headers,
    ...(body === '' ? {} : { body }),
  } as const;
  tell({ kind: 'asked', id, at, from: incoming.socket.remoteAddress ?? '', request: sent });
  const { status, body: told } = await answer;
  asked.delete(id);
  const isText = typeof told === 'string';
  outgoing.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json' });
  outgoing.end(isText ? told : JSON.stringify(told));
}

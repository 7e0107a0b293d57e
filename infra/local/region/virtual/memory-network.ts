/** How do a process's parts speak to each other in an order that is always the same? Over connections in memory. */
import { Agent, Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Server, type AddressInfo } from 'node:net';
import { Duplex } from 'node:stream';

/** One end of a connection, with what HTTP asks of a socket besides. */
class MemorySocket extends Duplex {
  readonly remoteAddress = '127.0.0.1';
  readonly remoteFamily = 'IPv4';
  readonly remotePort = 1;
  readonly localAddress = '127.0.0.1';
  #other: MemorySocket | undefined;
  /** Goes on once the other side has read what was written. */
  #goOn: (() => void) | undefined;

  static pair(): readonly [MemorySocket, MemorySocket] {
    const [one, other] = [
      new MemorySocket({ allowHalfOpen: true }),
      new MemorySocket({ allowHalfOpen: true }),
    ];
    one.#other = other;
    other.#other = one;
    return [one, other];
  }

  override _read(): void {
    const goOn = this.#goOn;
    this.#goOn = undefined;
    goOn?.();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const other = this.#other;
    if (other === undefined || other.destroyed || chunk.length === 0) {
      done();
      return;
    }
    other.#goOn = done;
    other.push(chunk);
  }

  override _final(done: () => void): void {
    this.#other?.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const other = this.#other;
    this.#other = undefined;
    done(error);
    if (other === undefined || other.destroyed) return;
    // What a peer sees of a socket that is cut: a reset, unless all was said.
    process.nextTick(() => other.destroy(other.readableEnded ? undefined : reset()));
  }

  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }
}

function reset(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', errno: -104, syscall: 'read' });
}

const loopback: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '::1']);

/** HTTP servers of this process that listen, by port. */
const servers = new Map<number, HttpServer>();

/**
 * Lets all HTTP of this process to servers of this process go through memory; what goes elsewhere, and who comes from
 * elsewhere, uses real sockets as before. `fetch` has a network of its own: `memory-fetch.ts`.
 *
 * @param onOutsider is told of each request that has come over a real socket, with a promise of its answer
 */
export function installMemoryNetwork(onOutsider: (answered: Promise<void>) => void): void {
  const ofServers = methodsOf<'listen' | 'close'>(Server.prototype);
  const { listen, close } = ofServers;
  ofServers.listen = function (...values) {
    if (this instanceof HttpServer) watch(this as HttpServer, onOutsider); // the classes' own types are generic
    return Reflect.apply(listen, this, values);
  };
  ofServers.close = function (...values) {
    for (const [port, server] of servers) if (server === this) servers.delete(port);
    return Reflect.apply(close, this, values);
  };
  const ofAgents = methodsOf<'createConnection'>(Agent.prototype);
  const { createConnection } = ofAgents;
  ofAgents.createConnection = function (...values) {
    const { host = 'localhost', port } = values[0] as { readonly host?: string; readonly port?: unknown }; // as documented
    const server = serverOf(host, Number(port));
    if (server === undefined) return Reflect.apply(createConnection, this, values);
    const [ours, theirs] = MemorySocket.pair();
    server.emit('connection', theirs);
    return ours;
  };
}

type Method = (this: unknown, ...values: unknown[]) => unknown;

/** Methods of one of Node's classes, to be replaced whatever their overloads are. */
function methodsOf<Name extends string>(prototype: object): Record<Name, Method> {
  return prototype as Record<Name, Method>; // whoever asks names methods that are documented
}

/** An HTTP server of this process that listens at an address of the loopback. */
export function serverOf(host: string, port: number): HttpServer | undefined {
  return loopback.has(host) ? servers.get(port) : undefined;
}

function watch(server: HttpServer, onOutsider: (answered: Promise<void>) => void): void {
  server.once('listening', () => {
    servers.set((server.address() as AddressInfo).port, server); // a TCP server that listens has one
  });
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.socket instanceof MemorySocket) return;
    const answered = answerOf(response);
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
    // No time passes while a request is on its way in: how long that takes is nobody's to say.
    if (encoding === undefined && Number(length ?? 0) === 0) onOutsider(answered);
    else {
      request.once('end', () => {
        onOutsider(answered);
      });
    }
  });
}

/** Ends as the answer is given, not as it has gone out. */
function answerOf(response: ServerResponse): Promise<void> {
  const methods = methodsOf<'end'>(response);
  return new Promise((resolve) => {
    const { end } = methods;
    methods.end = function (...values) {
      resolve();
      return Reflect.apply(end, this, values);
    };
    response.once('close', resolve);
  });
}

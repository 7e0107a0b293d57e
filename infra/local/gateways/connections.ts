/** Which clients' connections last, and what breaks them? */
import type { Network } from './network.js';
import type { Tunnel } from './tunnel.js';
import { Stopped, wait } from './wait.js';

/** A connection in a tunnel. */
export interface Connection {
  readonly clientIp: string;
  readonly port: number;
  /** Address of the proxy. */
  readonly destination: string;
  readonly tunnel: Tunnel;
}

interface Open extends Connection {
  /** Losses of its tunnel when it began. */
  readonly losses: number;
  readonly end: AbortController;
}

/**
 * The connections of one machine since its boot. One breaks when the child SA that carries it is lost, also when
 * another takes its place at once: harsher than TCP, which may outlive a short gap. And when its packets go another
 * way from now on: an edge resets what it doesn't know.
 */
export class Connections {
  private readonly open = new Set<Open>();
  /** What begins is refused: the agent's quick no while no tunnel is up. */
  areRefused = false;

  constructor(
    private readonly network: Network,
    private readonly power: AbortSignal,
  ) {}

  get all(): readonly Connection[] {
    return [...this.open];
  }

  /** Lets a connection last; the seconds after which it broke, or `undefined` when it didn't. */
  async hold(connection: Connection, seconds: number): Promise<number | undefined> {
    const began = Date.now();
    const end = new AbortController();
    const open = { ...connection, losses: connection.tunnel.losses, end };
    this.open.add(open);
    try {
      await wait(seconds, AbortSignal.any([this.power, end.signal]));
      return undefined;
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      return (Date.now() - began) / 1000;
    } finally {
      this.open.delete(open);
    }
  }

  /** Breaks what a tunnel carries: the agent resets it. */
  breakIn(name: string): void {
    for (const open of this.open) if (open.tunnel.connection.name === name) open.end.abort();
  }

  /** Breaks what no longer goes where it began; called after each change that may do so. */
  review(): void {
    for (const open of this.open) if (!this.goesOn(open)) open.end.abort();
  }

  private goesOn({ tunnel, losses, destination }: Open): boolean {
    const { device } = tunnel.connection;
    if (tunnel.losses !== losses) return false;
    return device === undefined || this.network.pins(device) || this.network.route(destination) === device;
  }
}

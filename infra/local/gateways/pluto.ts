/** Which tunnels does the IKE daemon keep? It reads its configuration at its start and secrets when told. */
import type { Random } from './guest-durations.js';
import type { Connection } from './read-ipsec-conf.js';
import { pskFor, type Secrets } from './read-secrets.js';
import type { ServiceEdges } from './service-edges.js';
import { Tunnel } from './tunnel.js';
import type { Line } from './tunnel-lines.js';

/** What pluto finds on its machine. */
export interface PlutoHost {
  readonly edges: ServiceEdges;
  readonly random: Random;
  /** Aborted when the machine loses its power. */
  readonly power: AbortSignal;
  readonly publicIp: string | undefined;
  readonly privateIp: string;
  /** Whether UDP packets from a port to the same port of an address leave the machine's subnet. */
  letsOut(address: string, port: number): boolean;
  journal(lines: readonly Line[]): void;
  established(connection: Connection, edge: string): void;
  /** A child SA that carried connections is gone. */
  lost(): void;
}

/** One run of the daemon, from its start to its end. */
export class Pluto {
  private readonly tunnels = new Map<string, Tunnel>();
  private readonly ended = new AbortController();
  private number = 0;
  private isFrozen = false;
  readonly startedAt = Date.now();

  constructor(
    connections: readonly Connection[],
    private secrets: Secrets,
    host: PlutoHost,
  ) {
    const signal = AbortSignal.any([host.power, this.ended.signal]);
    const { edges, random, publicIp, privateIp } = host;
    const tunnelHost = {
      edges,
      random,
      signal,
      source: publicIp,
      pskFor: (localId: string, remoteId: string) => pskFor(this.secrets, localId, remoteId),
      // Without leftid the private address is sent, which no edge knows.
      localIdOf: ({ localId }: Connection) => localId ?? privateIp,
      reaches: (address: string) => [500, 4500].every((port) => host.letsOut(address, port)),
      nextNumber: () => ++this.number,
      journal: (lines: readonly Line[]) => host.journal(lines),
      established: (connection: Connection, edge: string) => host.established(connection, edge),
      lost: () => host.lost(),
    };
    for (const connection of connections)
      this.tunnels.set(connection.name, new Tunnel(connection, tunnelHost));
    const stopListening = edges.onChange((change) =>
      this.all.forEach((tunnel) => tunnel.farSideChanged(change)),
    );
    signal.addEventListener('abort', stopListening, { once: true });
    for (const tunnel of this.all) if (tunnel.connection.startsByItself) void tunnel.up();
  }

  get all(): readonly Tunnel[] {
    return [...this.tunnels.values()];
  }

  tunnel(name: string): Tunnel | undefined {
    return this.tunnels.get(name);
  }

  rereadSecrets(secrets: Secrets): void {
    this.secrets = secrets;
  }

  /** Answers no command, and does nothing for its tunnels any more. */
  get isWedged(): boolean {
    return this.isFrozen;
  }

  wedge(): void {
    this.isFrozen = true;
    for (const tunnel of this.all) tunnel.freeze();
  }

  /** The daemon ends; its policies go with it. */
  stop(): void {
    for (const tunnel of this.all) tunnel.down();
    this.ended.abort();
  }
}

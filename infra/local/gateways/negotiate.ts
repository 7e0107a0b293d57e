/** How would an attempt to bring a connection up end now, and how long would that take? */
import { drawGuestSeconds, measured, type Random } from './guest-durations.js';
import type { Connection } from './read-ipsec-conf.js';
import type { Negotiation, ServiceEdges } from './service-edges.js';

/** What pluto knows when it begins. */
export interface Negotiator {
  readonly edges: ServiceEdges;
  /** Address that the edge sees. */
  readonly source: string | undefined;
  /** Looked up at each attempt, since secrets are read again while pluto runs. */
  pskFor(localId: string, remoteId: string): string | undefined;
  localIdOf(connection: Connection): string;
  /** Whether IKE to this address leaves the machine's subnet: UDP 500, and 4500 behind Azure's NAT. */
  reaches(address: string): boolean;
}

/** The edge's answer, or none because pluto has no PSK to prove itself with. */
export type Outcome = Negotiation | { readonly kind: 'no-secret'; readonly localId: string };

/** Asks the far side; a name that leads nowhere, and a way that is closed, are as silent as an edge that is down. */
export function negotiate(connection: Connection, host: Negotiator): Outcome {
  const localId = host.localIdOf(connection);
  const remoteId = host.edges.resolve(connection.right);
  if (remoteId === undefined || !host.reaches(remoteId)) return { kind: 'silent' };
  const psk = host.pskFor(localId, remoteId);
  const { right, ike, esp, remoteSelector } = connection;
  // Without a secret the first exchange still happens, so that a silent edge looks silent.
  const proposal = { source: host.source, identity: localId, psk: psk ?? '', ike, esp, remoteSelector };
  const answer = host.edges.negotiate(right, proposal);
  return psk === undefined && !isPersistent(answer) ? { kind: 'no-secret', localId } : answer;
}

/** Outcomes that pluto retransmits into, and that end within moments of the far side's change. */
export function isPersistent({ kind }: Outcome): boolean {
  return kind === 'silent' || kind === 'ike-refused';
}

/** Seconds from an attempt's begin to this outcome. */
export function secondsUntil({ kind }: Outcome, random: Random): number {
  switch (kind) {
    case 'established':
      return drawGuestSeconds('established', random);
    case 'rejected':
      return drawGuestSeconds('rejected', random);
    case 'no-secret':
      return measured.noSecret;
    case 'silent':
      return measured.silent;
    case 'ike-refused':
      return measured.ikeRefused;
    case 'esp-refused':
    case 'selectors-refused':
      return measured.childRefused;
  }
}

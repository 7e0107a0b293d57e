/** How does a region come to have real gateways? A lab, with edges that follow the far side. */
import type { ObservedGuests } from '../observed-guests.js';
import type { ServiceEdges } from '../service-edges.js';
import { Lab } from './lab.js';
import { followFarSide } from './real-edges.js';
import { realGuests } from './real-guests.js';

/** What real gateways find around them. */
export interface RealSurroundings {
  readonly edges: ServiceEdges;
  /** Addresses of clients. */
  readonly clients: readonly string[];
  readonly log: (line: string) => void;
  /** Told what takes long. */
  readonly progress: (line: string) => void;
}

/** Brings up edges, clients and the network between them; machines come with the cloud's. */
export async function startRealGateways({
  edges,
  clients,
  log,
  progress,
}: RealSurroundings): Promise<{ readonly guests: ObservedGuests; close(): Promise<void> }> {
  const lab = await Lab.start({ edges: edges.all, clients, suites: ['bookworm'], log: progress });
  try {
    const farSide = followFarSide(lab, edges, log);
    await farSide.settled();
    const guests = await realGuests(lab, log);
    return {
      guests,
      close: async () => {
        farSide.stop();
        guests.stop();
        await farSide.settled();
        await lab.close();
      },
    };
  } catch (error) {
    await lab.close();
    throw error;
  }
}

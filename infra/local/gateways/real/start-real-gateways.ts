/** How does a region come to have real gateways? A lab, with edges that follow the far side. */
import { appAddress } from './fabric.js';
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
  /** Name by which gateways find the app that they report to. */
  readonly appName: string;
  /** Brings a report to a URL; says whether it is over: taken, or refused for good. */
  readonly report: (url: string, report: object) => Promise<boolean>;
  readonly log: (line: string) => void;
  /** Told what takes long. */
  readonly progress: (line: string) => void;
}

/** Brings up edges, clients and the network between them; machines come with the cloud's. */
export async function startRealGateways({
  edges,
  clients,
  appName,
  report,
  log,
  progress,
}: RealSurroundings): Promise<{ readonly guests: ObservedGuests; close(): Promise<void> }> {
  const lab = await Lab.start({ edges: edges.all, clients, suites: ['bookworm'], appName, log: progress });
  try {
    const farSide = followFarSide(lab, edges, log);
    await farSide.settled();
    await lab.fabric.azure.serve(appAddress, async (_, { target, body = '' }) => {
      const isOver = await report(`http://${appName}${target}`, JSON.parse(body) as object); // the agent's own
      return isOver ? { status: 202, body: {} } : { status: 503, body: {} };
    });
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

/** What plays the operating system of the region's machines when they are to be real? Debian under User-Mode Linux. */
import type { Machine } from '../../cloud/guests.js';
import type { ObservedGuests } from '../observed-guests.js';
import { metadataAddress } from './fabric.js';
import type { GatewayInPlace, Lab } from './lab.js';
import { makeRealTrouble } from './make-real-trouble.js';
import { realGuest } from './real-guest.js';

/** The machines, whose leaks are as counted a moment ago. */
export interface RealGuests extends ObservedGuests {
  /** Stops counting. The guests end with their lab. */
  stop(): void;
}

/** Milliseconds between two counts of leaks. */
const countEveryMs = 1000;

interface Kept {
  readonly machine: Machine;
  readonly place: Promise<GatewayInPlace>;
  leaks: number;
}

/** Makes the region's machines in a lab, each from an image with the packages in it, and serves their metadata. */
export async function realGuests(lab: Lab, log: (line: string) => void): Promise<RealGuests> {
  const kept = new Map<string, Kept>();
  let leaksOfOthers = 0;
  await lab.fabric.azure.serve(metadataAddress, (from, request) => {
    const asking = [...kept.values()].find(({ machine }) => machine.privateIp === from);
    return asking?.machine.host.metadata(request) ?? Promise.resolve({ status: 404, body: {} });
  });
  const timer = setInterval(() => {
    for (const own of kept.values())
      own.place
        .then(async ({ port }) => (own.leaks = await lab.fabric.leaks(port)))
        .catch((error: unknown) => {
          log(`${own.machine.name}: leaks aren't counted: ${String(error)}`);
        });
  }, countEveryMs);
  return {
    boot: (machine) => {
      const key = machine.id.toLowerCase();
      const own = kept.get(key) ?? { machine, place: place(lab, machine), leaks: 0 };
      kept.set(key, own);
      return realGuest(lab, machine, own.place, log);
    },
    forget: (machineId) => {
      const own = kept.get(machineId.toLowerCase());
      if (own === undefined) return;
      kept.delete(machineId.toLowerCase());
      leaksOfOthers += own.leaks;
      own.place
        .then((inPlace) => lab.removeGateway(inPlace))
        .catch((error: unknown) => {
          log(`${own.machine.name} can't be taken out: ${String(error)}`);
        });
    },
    leaks: () => [...kept.values()].reduce((sum, { leaks }) => sum + leaks, leaksOfOthers),
    trouble: async (machineName, what) => {
      const own = [...kept.values()].find(({ machine }) => machine.name === machineName);
      if (own === undefined) throw new Error(`There is no machine ${machineName}.`);
      await makeRealTrouble((await own.place).guest, what);
      log(`${machineName}: ${what}`);
    },
    stop: () => {
      clearInterval(timer);
    },
  };
}

function place(lab: Lab, { name, privateIp, publicIp, customData }: Machine): Promise<GatewayInPlace> {
  return lab.addGateway({
    ...{ name, privateIp, publicIp, cloudConfig: customData },
    suite: 'bookworm',
    image: 'baked',
  });
}

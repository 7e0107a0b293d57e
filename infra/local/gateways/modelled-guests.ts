/** What plays the operating system of the local region's machines? A model that runs what was really rendered. */
import type { Guest, Machine as Hardware } from '../cloud/guests.js';
import type { Random } from './guest-durations.js';
import { makeTrouble, type GuestTrouble } from './guest-trouble.js';
import type { Machine, MachineSurroundings } from './machine.js';
import { MachineDisk } from './machine-disk.js';
import { Timings, type MachineTimings } from './machine-timings.js';
import { modelledGuest } from './modelled-guest.js';
import type { ObservedGuests } from './observed-guests.js';
import type { ServiceEdges } from './service-edges.js';

/** What the modelled machines find around them. */
export interface ModelledSurroundings {
  readonly edges: ServiceEdges;
  readonly random: Random;
  readonly log: (line: string) => void;
  /** Brings an agent's report to a URL; nobody listens when left out. */
  readonly report?: MachineSurroundings['report'];
  /** What the cloud lets through; everything when left out. */
  readonly cloud?: {
    readonly reachesMirror?: (machineId: string) => boolean;
    /** Whether the machine's distribution has no such package. */
    readonly lacksPackage?: (name: string) => boolean;
  };
  /** Whether the agents mend on the spot; they do when left out. One that doesn't has used up what it may. */
  readonly agentsMend?: boolean;
}

/** The machines' insides, and what can be seen of them from outside. */
export interface ModelledGuests extends ObservedGuests {
  timings(machineId: string): MachineTimings;
  /** How often the agent has ended pluto, since the machine was made. */
  restarts(machineId: string): number;
  /** What the machine's services said, oldest first, with the time in front. */
  journal(machineId: string): readonly string[];
  trouble(machineName: string, what: GuestTrouble): void;
  /** What scripts asked for and the model doesn't know; empty, or the model's answers can't be trusted. */
  gaps(): readonly string[];
}

/** As much as is kept of a machine's journal. */
const journalLines = 500;

interface Kept {
  readonly restarts: { count: number };
  readonly disk: MachineDisk;
  readonly timings: Timings;
  readonly journal: string[];
  /** The machine since its last boot. */
  machine?: Machine;
}

/** Makes modelled machines; `boot` of a machine that was there before finds its disk as it was. */
export function modelledGuests({
  edges,
  random,
  log,
  cloud,
  agentsMend = true,
  report = () => Promise.resolve(false),
}: ModelledSurroundings): ModelledGuests {
  const kept = new Map<string, Kept>();
  const gaps: string[] = [];
  let leaks = 0;
  return {
    boot: (hardware: Hardware): Guest => {
      const key = hardware.id.toLowerCase();
      const own = kept.get(key) ?? {
        ...{ disk: new MachineDisk(), timings: new Timings(), journal: [], restarts: { count: 0 } },
      };
      kept.set(key, own);
      const { guest, machine } = modelledGuest(hardware, own.disk, {
        edges,
        random,
        log,
        agentMends: agentsMend,
        report,
        restarted: () => {
          own.restarts.count++;
        },
        timings: own.timings,
        reachesMirror: () => cloud?.reachesMirror?.(hardware.id) ?? true,
        lacksPackage: (name) => cloud?.lacksPackage?.(name) ?? false,
        leaked: () => {
          leaks++;
          log(`${hardware.name}: a connection to the proxy left in the clear`);
        },
        journal: (line) => {
          own.journal.push(`${new Date().toISOString()} ${line}`);
          own.journal.splice(0, own.journal.length - journalLines);
        },
        journalLines: () => own.journal,
        gap: (message) => {
          gaps.push(`${hardware.name}: ${message}`);
          log(`${hardware.name}: gap of the model: ${message}`);
        },
      });
      own.machine = machine;
      return guest;
    },
    forget: (machineId) => void kept.delete(machineId.toLowerCase()),
    timings: (machineId) => kept.get(machineId.toLowerCase())?.timings.all() ?? {},
    leaks: () => leaks,
    restarts: (machineId) => kept.get(machineId.toLowerCase())?.restarts.count ?? 0,
    trouble: (machineName, what) => {
      const running = [...kept.values()].find(({ machine }) => machine?.hardware.name === machineName);
      if (running?.machine === undefined) throw new Error(`There is no machine ${machineName}.`);
      if (!running.machine.isRunning) throw new Error(`Machine ${machineName} does not run.`);
      makeTrouble(running.machine, what);
      log(`${machineName}: ${what}`);
    },
    journal: (machineId) => kept.get(machineId.toLowerCase())?.journal ?? [],
    gaps: () => gaps,
  };
}

/** What can be done to a machine that neither Azure's users nor its guest do? By the machine's name. */
import type { ResourceKind } from './arm-provider.js';
import type { MachineGround } from './boot-machine.js';
import type { Draw } from './durations.js';
import { maintain } from './maintenance.js';
import { resourceType } from './resource-types.js';
import type { Resource } from './resources.js';
import type { MaintenanceType } from './scheduled-events.js';

/** What steering stands on. */
export interface SteeredGround extends MachineGround {
  readonly draw: Draw;
  readonly kinds: readonly ResourceKind[];
}

/** Steers machines; both throw when there is none of the name. */
export interface SteeredMachines {
  /** Lets a machine hang until it is booted again; throws also when it has no power. */
  hang(machineName: string): void;
  /**
   * Announces maintenance as a Scheduled Event of the machine, and does it when the machine is ready or the notice is
   * over; ends when it is done.
   */
  maintenance(machineName: string, type: MaintenanceType): Promise<void>;
}

/** Makes the steering. */
export function steerMachines(ground: SteeredGround): SteeredMachines {
  const { resources, machines, hosts, draw, kinds } = ground;
  const named = (name: string): Resource => {
    const found = resources
      .ofType(resourceType.virtualMachine)
      .find((machine) => machine.name.toLowerCase() === name.toLowerCase());
    if (found === undefined) throw new Error(`There is no machine ${name}.`);
    return found;
  };
  const remove = (machine: Resource) => {
    resources.remove(machine.id);
    kinds.find(({ type }) => type === machine.type)?.removed?.(machine);
  };
  return {
    hang: (name) => {
      machines.hang(named(name).id);
    },
    maintenance: (name, type) =>
      maintain({ machines: ground, events: hosts.events, draw, remove }, named(name), type),
  };
}

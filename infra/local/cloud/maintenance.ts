/** What does the platform do to a machine by itself, after it has announced it? */
import type { MachineGround } from './boot-machine.js';
import type { Draw, Duration } from './durations.js';
import { machineActions } from './machine-actions.js';
import type { Resource } from './resources.js';
import type { MaintenanceType, ScheduledEvents } from './scheduled-events.js';

/** What maintenance stands on. */
export interface MaintenanceGround {
  readonly machines: MachineGround;
  readonly events: ScheduledEvents;
  readonly draw: Draw;
  /** Deletes a machine with what goes with it. */
  readonly remove: (machine: Resource) => void;
}

/**
 * Announces maintenance of a machine, and does it. A Freeze pauses it: memory and connections stay, nothing is answered.
 * The others take its power; a machine that was preempted stays without it. ARM knows of no operation, since nobody has
 * begun one (inferred).
 */
export function maintain(ground: MaintenanceGround, machine: Resource, type: MaintenanceType): Promise<void> {
  const { events, draw, machines: all } = ground;
  const actions = machineActions(all);
  const act = async (name: 'restart' | 'redeploy' | 'deallocate', duration: Duration) => {
    await actions[name]?.perform(machine, draw(duration));
  };
  return events.announce(machine.id, type, async () => {
    // It may have been deleted meanwhile.
    if (all.resources.get(machine.id) !== machine) return;
    // One without power is on no host that could be maintained.
    if (type !== 'Terminate' && all.machines.guest(machine.id) === undefined) return;
    switch (type) {
      case 'Freeze':
        return all.machines.freeze(machine.id, draw('virtual-machine.freeze'));
      case 'Reboot':
        return act('restart', 'virtual-machine.restart');
      case 'Redeploy':
        return act('redeploy', 'virtual-machine.redeploy');
      case 'Preempt':
        return act('deallocate', 'virtual-machine.deallocate');
      case 'Terminate':
        ground.remove(machine);
    }
  });
}

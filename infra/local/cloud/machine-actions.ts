/** What can be done to a machine's power? Its disk outlives all of it. */
import type { ResourceAction } from './arm-actions.js';
import { bringUp, type MachineGround } from './boot-machine.js';
import type { Resource } from './resources.js';
import { refusal } from './wire.js';

/**
 * Actions by their documented names. Inferred, since recordings show them on machines that run only: starting one that
 * runs, and switching off one that is off, changes nothing; what is deallocated can be started and nothing else.
 */
export function machineActions(ground: MachineGround): Readonly<Record<string, ResourceAction>> {
  return {
    start: {
      duration: 'virtual-machine.start',
      async perform(resource, seconds) {
        const { machines, clock } = ground;
        if (machines.guest(resource.id) === undefined) return startUp(ground, resource, seconds);
        await clock.pause(seconds);
        return undefined;
      },
    },
    restart: {
      duration: 'virtual-machine.restart',
      check: (resource) => checkAllocated(ground, 'restart', resource),
      perform: (resource, seconds) => bootAgain(ground, resource, seconds, false),
    },
    redeploy: {
      duration: 'virtual-machine.redeploy',
      check: (resource) => checkAllocated(ground, 'redeploy', resource),
      perform: (resource, seconds) => bootAgain(ground, resource, seconds, true),
    },
    powerOff: {
      duration: 'virtual-machine.power-off',
      perform: (resource, seconds) => switchOff(ground, resource, seconds, ['stopping', 'stopped']),
    },
    deallocate: {
      duration: 'virtual-machine.deallocate',
      perform: (resource, seconds) => switchOff(ground, resource, seconds, ['deallocating', 'deallocated']),
    },
  };
}

/** A machine that is only stopped has kept its place; every other needs one. */
async function startUp(ground: MachineGround, resource: Resource, seconds: number) {
  const { machines } = ground;
  const before = machines.powerState(resource.id);
  machines.setPowerState(resource.id, 'starting');
  const error = await bringUp(ground, resource, seconds, before !== 'stopped');
  if (error !== undefined) machines.setPowerState(resource.id, before ?? 'stopped');
  return error;
}

/** On its host, or on another, which must have room for it. */
async function bootAgain(ground: MachineGround, resource: Resource, seconds: number, moves: boolean) {
  const { machines } = ground;
  const hasPlace = machines.powerState(resource.id) !== undefined && !moves;
  machines.powerOff(resource.id);
  machines.setPowerState(resource.id, 'starting');
  const error = await bringUp(ground, resource, seconds, !hasPlace);
  if (error !== undefined) machines.setPowerState(resource.id, 'deallocated');
  return error;
}

/** Power goes when the operation begins (an estimate: a real machine is given a moment to shut down). */
async function switchOff(
  { machines, clock }: MachineGround,
  { id }: Resource,
  seconds: number,
  [during, after]: readonly ['stopping', 'stopped'] | readonly ['deallocating', 'deallocated'],
) {
  const stays = after === 'stopped' && machines.powerState(id) === 'deallocated';
  if (!stays) machines.setPowerState(id, during);
  machines.powerOff(id);
  await clock.pause(seconds);
  if (!stays) machines.setPowerState(id, after);
  return undefined;
}

/** Inferred from what the platform refuses to do to deallocated machines. */
function checkAllocated({ machines }: MachineGround, action: string, { id, name }: Resource): void {
  if (machines.powerState(id) !== 'deallocated') return;
  throw refusal(
    409,
    'OperationNotAllowed',
    `Operation '${action}' is not allowed on VM '${name}' since the VM is either deallocated or marked to be deallocated.`,
  );
}

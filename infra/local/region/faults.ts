/** What can somebody break in a region, by name? Machines, edges and credentials, as people and bad days do. */
import { guestTroubles, type GuestTrouble } from '../gateways/guest-trouble.js';
import type { Region } from './region.js';

const machineFaults = ['machine-stopped', 'machine-deleted', 'machine-hangs'] as const;
const edgeFaults = ['edge-down', 'edge-up', 'proxy-silent', 'proxy-answers'] as const;

/** Every fault. */
export const faultNames = [...guestTroubles, ...machineFaults, ...edgeFaults, 'psk-changed'] as const;

/** Name of a fault. */
export type FaultName = (typeof faultNames)[number];

/** What somebody wants to be broken. */
export interface FaultWish {
  readonly fault: FaultName;
  /** Slot such as `hq-z1-1`; for faults of machines and for `psk-changed`. */
  readonly gateway?: string;
  /** Name such as `fra4`; for faults of edges. */
  readonly edge?: string;
}

/** The parts of a region that can be broken. */
export type Breakable = Pick<Region, 'cloud' | 'edges' | 'guests' | 'zscaler'>;

/** Reads a wish. @throws Error that names what is wrong */
export function readFaultWish(body: Readonly<Record<string, unknown>>): FaultWish {
  const { fault, gateway, edge } = body;
  const known = faultNames.find((name) => name === fault);
  if (known === undefined)
    throw new Error(`"fault" is ${JSON.stringify(fault)}; give one of ${faultNames.join(', ')}.`);
  const isOfEdge = edgeFaults.some((name) => name === known);
  if (isOfEdge && typeof edge !== 'string') throw new Error('"edge" is missing; give fra4 or ams2-2.');
  if (!isOfEdge && typeof gateway !== 'string')
    throw new Error('"gateway" is missing; give a slot such as hq-z1-1.');
  return {
    fault: known,
    ...(typeof gateway === 'string' ? { gateway } : {}),
    ...(typeof edge === 'string' ? { edge } : {}),
  };
}

/** Breaks it. @throws Error when there is no such gateway or edge */
export async function applyFault(
  region: Breakable,
  { fault, gateway = '', edge = '' }: FaultWish,
): Promise<void> {
  switch (fault) {
    case 'edge-down':
    case 'edge-up':
      region.edges.trouble(edge, { down: fault === 'edge-down' });
      return;
    case 'proxy-silent':
    case 'proxy-answers':
      region.edges.trouble(edge, { proxySilent: fault === 'proxy-silent' });
      return;
    case 'machine-stopped':
      await asPerson(region, 'POST', `${machineOf(region, gateway).id}/deallocate`);
      return;
    case 'machine-deleted':
      await asPerson(region, 'DELETE', machineOf(region, gateway).id);
      return;
    case 'machine-hangs':
      region.cloud.hang(machineOf(region, gateway).name);
      return;
    case 'psk-changed':
      changePsk(region, gateway);
      return;
    default:
      makeTrouble(region, gateway, fault);
  }
}

function makeTrouble(region: Breakable, gateway: string, fault: GuestTrouble): void {
  region.guests.trouble(machineOf(region, gateway).name, fault);
}

/** The newest machine of a slot. */
function machineOf({ cloud }: Breakable, slot: string) {
  const machines = cloud
    .resources()
    .filter(({ name, type }) => type.endsWith('/virtualMachines') && name.startsWith(`vm-${slot}-g`));
  const newest = machines.at(-1);
  if (newest === undefined) throw new Error(`There is no machine of ${slot}.`);
  return newest;
}

/** An administrator enters another PSK and activates; the edges ask for proof anew. */
function changePsk({ cloud, edges, zscaler }: Breakable, slot: string): void {
  const address = cloud.resources().find(({ name }) => name === `pip-${slot}`)?.body['properties'] as
    { ipAddress?: string } | undefined; // ARM's shape
  const identity = zscaler
    .active()
    .map((credential) => credential.identity)
    .find((name) => name === address?.ipAddress || name.startsWith(`${slot}-primary@`));
  if (identity === undefined) throw new Error(`Zscaler has no credential of ${slot}.`);
  zscaler.adminEdits({ kind: 'psk', identity, psk: 'SomebodyElse5PSK0' });
  zscaler.adminActivates();
  edges.changePsk(identity, 'SomebodyElse5PSK0', { dropSas: true });
}

/** As somebody in the portal: the app sees an event that isn't its own. */
async function asPerson({ cloud }: Breakable, method: 'POST' | 'DELETE', path: string): Promise<void> {
  const answer = await fetch(`${cloud.url}${path}?api-version=2024-07-01`, {
    method,
    headers: { 'x-forwarded-host': 'management.azure.com', authorization: 'Bearer a-person' },
  });
  if (!answer.ok) throw new Error(`The simulated Azure answered ${answer.status}: ${await answer.text()}`);
}

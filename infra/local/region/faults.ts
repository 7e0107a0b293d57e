/** How is something broken in a region, as people and bad days do? Each fault of the table, by its name. */
import type { Fault } from '../cloud/faults.js';
import { guid, seededRandom } from '../cloud/random.js';
import { guestTroubles } from '../gateways/guest-trouble.js';
import { faultNames, type FaultName, type FaultWish } from './fault-table.js';
import { asPerson, editTags, leavePools, machineIdOf, openToInternet, removeRules } from './portal-edits.js';
import type { Region } from './region.js';

export type { FaultName, FaultWish } from './fault-table.js';

/** The parts of a region that can be broken. */
export type Breakable = Pick<Region, 'cloud' | 'edges' | 'guests' | 'zscaler'>;

/** What can be done to one thing, by its name. */
type Deeds = Readonly<Partial<Record<FaultName, (region: Breakable, name: string) => void | Promise<void>>>>;

const ofGateways: Deeds = {
  'machine-stopped': (region, slot) => toMachine(region, 'POST', slot, '/deallocate'),
  'machine-powered-off': (region, slot) => toMachine(region, 'POST', slot, '/powerOff'),
  'machine-restarted': (region, slot) => toMachine(region, 'POST', slot, '/restart'),
  'machine-deleted': (region, slot) => toMachine(region, 'DELETE', slot),
  'machine-hangs': (region, slot) => {
    region.cloud.hang(machineOf(region, slot).name);
  },
  'tags-edited': ({ cloud }, slot) => editTags(cloud, slot, machineIdOf(cloud, slot)),
  'pool-member-removed': ({ cloud }, slot) => leavePools(cloud, slot),
  'psk-changed': changePsk,
  ...Object.fromEntries(
    guestTroubles.map((trouble) => [
      trouble,
      (region: Breakable, slot: string) => region.guests.trouble(machineOf(region, slot).name, trouble),
    ]),
  ),
};

const ofSites: Deeds = {
  'rule-edited': ({ cloud }, site) => openToInternet(cloud, site),
  'rule-removed': ({ cloud }, site) => removeRules(cloud, site),
};

const ofEdges: Deeds = {
  'edge-down': ({ edges }, edge) => {
    edges.trouble(edge, { down: true });
  },
  'edge-up': ({ edges }, edge) => {
    edges.trouble(edge, { down: false });
  },
  'proxy-silent': ({ edges }, edge) => {
    edges.trouble(edge, { proxySilent: true });
  },
  'proxy-answers': ({ edges }, edge) => {
    edges.trouble(edge, { proxySilent: false });
  },
};

const ofSecrets: Deeds = {
  'secret-changed': ({ cloud }, secret) => {
    cloud.vault.set(secret, guid(seededRandom(Date.now())).replaceAll('-', ''));
  },
  'secret-disabled': ({ cloud }, secret) => {
    cloud.vault.enable(secret, false);
  },
  'secret-enabled': ({ cloud }, secret) => {
    cloud.vault.enable(secret, true);
  },
  'secret-deleted': ({ cloud }, secret) => {
    cloud.vault.softDelete(secret);
  },
  'secret-recovered': ({ cloud }, secret) => {
    cloud.vault.recover(secret);
  },
};

/** Breaks it. @throws Error when what it names isn't there */
export async function applyFault(region: Breakable, wish: FaultWish): Promise<void> {
  const { fault, gateway, edge, secret, site, actions, quota, limit, event, ...more } = wish;
  if (gateway !== undefined && event !== undefined) {
    // It is announced now; whether and when it is done is told by the machine and the clock.
    void region.cloud.maintenance(machineOf(region, gateway).name, event);
    return;
  }
  if (gateway !== undefined) return ofGateways[fault]?.(region, gateway);
  if (edge !== undefined) return ofEdges[fault]?.(region, edge);
  if (secret !== undefined) return ofSecrets[fault]?.(region, secret);
  if (site !== undefined) return ofSites[fault]?.(region, site);
  const { faults, offers } = region.cloud;
  if (actions !== undefined) region.cloud.giveRole(actions);
  else if (quota !== undefined && limit !== undefined) offers.setLimit(quota, limit);
  // What is left is the cloud's own, under its own names: the table has read each value by the same name.
  else faults.add({ kind: fault, ...more } as Fault);
}

/** Ends what can be ended: all of it, or one fault of the cloud or of all edges. */
export function endFaults({ cloud, edges }: Breakable, fault?: FaultName): void {
  const isAll = fault === undefined;
  for (const { kind } of cloud.faults.all()) if (isAll || kind === fault) cloud.faults.clear(kind);
  for (const name of edges.names()) {
    if (isAll || fault === 'edge-down') edges.trouble(name, { down: false });
    if (isAll || fault === 'proxy-silent') edges.trouble(name, { proxySilent: false });
  }
}

/** Names of the cloud's faults that are on. */
export function faultsThatAreOn({ cloud }: Pick<Breakable, 'cloud'>): readonly FaultName[] {
  return cloud.faults.all().flatMap(({ kind }) => faultNames.filter((name) => name === kind));
}

async function toMachine(region: Breakable, method: 'POST' | 'DELETE', slot: string, action = '') {
  await asPerson(region.cloud, method, `${machineOf(region, slot).id}${action}`);
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

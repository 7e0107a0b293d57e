/** Is anything of a site there twice, left over, or was there ever a second machine for a gateway at once? */
import type { Operation } from '../../infra/local/cloud/operations.js';
import type { Resource } from '../../infra/local/cloud/resources.js';

/** What the cloud tells. */
export interface CloudSeen {
  readonly operations: readonly Pick<
    Operation,
    'resourceId' | 'verb' | 'startedAt' | 'endedAt' | 'status' | 'type'
  >[];
  readonly resources: readonly Pick<Resource, 'id' | 'name' | 'type' | 'body'>[];
}

/** Names of a site's own resources, and of the disks and setups of its machines. */
const ownName = /^(nsg|lb|alert|pip|nic|vm|osdisk-vm)-hq/;
const machineType = 'microsoft.compute/virtualmachines';

/**
 * Finds what a site of the name `hq` should not have.
 *
 * @param slots the gateways that it has
 * @returns a sentence for each; none when all is as it should be
 */
export function findDoubles(seen: CloudSeen, slots: readonly string[]): readonly string[] {
  return [...countedWrong(seen, slots), ...heldByNobody(seen), ...doubledSoFar(seen)];
}

/** Finds what no site should have had at any moment, also one that is being built or deleted. */
export function doubledSoFar(seen: CloudSeen): readonly string[] {
  return [...machinesAtOnce(seen), ...madeTwice(seen)];
}

/** One group, balancer and rule, and for each gateway an address, an interface, a machine, a disk and a setup. */
function countedWrong({ resources }: CloudSeen, slots: readonly string[]): readonly string[] {
  const ofSite = resources.filter(({ name }) => ownName.test(name)).map(({ name }) => name);
  const wanted: readonly (readonly [string, RegExp])[] = [
    ...['nsg-hq', 'lb-hq', 'alert-hq'].map((name) => [name, new RegExp(`^${name}$`)] as const),
    ...slots.flatMap((slot) =>
      [`pip-${slot}`, `nic-${slot}`, `vm-${slot}-g\\d+`, `osdisk-vm-${slot}-g\\d+`].map(
        (name) => [name, new RegExp(`^${name}$`)] as const,
      ),
    ),
  ];
  const wrong = wanted
    .map(([name, pattern]) => [name, ofSite.filter((found) => pattern.test(found)).length] as const)
    .filter(([, count]) => count !== 1)
    .map(([name, count]) => `There are ${count} of ${name}.`);
  const known = ofSite.filter((name) => wanted.some(([, pattern]) => pattern.test(name)));
  const left = ofSite.filter((name) => !known.includes(name)).map((name) => `${name} belongs to no gateway.`);
  return [...wrong, ...left];
}

/** A disk without its machine, an address without its interface, an interface without its machine. */
function heldByNobody({ resources }: CloudSeen): readonly string[] {
  const there = new Set(resources.map(({ id }) => id.toLowerCase()));
  const holders = {
    'osdisk-': (body: Body) => body.managedBy,
    'pip-': (body: Body) => body.properties?.ipConfiguration?.id?.replace(/\/ipConfigurations\/.*$/, ''),
    'nic-': (body: Body) => body.properties?.virtualMachine?.id,
  };
  return resources
    .filter(({ name }) => ownName.test(name))
    .flatMap(({ name, body }) =>
      Object.entries(holders)
        .filter(([prefix]) => name.startsWith(prefix))
        .filter(([, holderOf]) => !there.has(holderOf(body as Body)?.toLowerCase() ?? '')) // ARM's shape
        .map(() => `${name} is held by nobody.`),
    );
}

interface Body {
  readonly managedBy?: string;
  readonly properties?: {
    readonly ipConfiguration?: { readonly id?: string };
    readonly virtualMachine?: { readonly id?: string };
  };
}

/** A machine is there from its first PUT until its deletion is over, also one that Azure could not allocate. */
function machinesAtOnce({ operations }: CloudSeen): readonly string[] {
  const machines = operations.filter(({ type }) => type.toLowerCase() === machineType);
  const lives = machines
    .filter(({ verb }) => verb === 'create')
    .map(({ resourceId, startedAt }) => ({
      slot: /\/vm-(.+)-g\d+$/.exec(resourceId)?.[1] ?? resourceId,
      from: startedAt,
      to:
        machines.find(
          (one) => one.verb === 'delete' && one.resourceId === resourceId && one.status === 'Succeeded',
        )?.endedAt ?? Number.POSITIVE_INFINITY,
    }))
    .sort((one, other) => one.from - other.from);
  return lives.flatMap(({ slot, from, to }, index) =>
    lives
      .slice(index + 1)
      .filter((later) => later.slot === slot && later.from < to)
      .map(() => `${slot} had two machines at once from ${new Date(from).toISOString()}.`),
  );
}

/** What was made twice without having been deleted between; a machine's setup too. */
function madeTwice({ operations }: CloudSeen): readonly string[] {
  const alive = new Set<string>();
  return [...operations]
    .sort((one, other) => one.startedAt - other.startedAt)
    .flatMap(({ verb, resourceId, status }) => {
      const id = resourceId.toLowerCase();
      // What is part of it, such as a machine's setup, goes with it.
      if (verb === 'delete' && status === 'Succeeded')
        for (const one of alive) if (one === id || one.startsWith(`${id}/`)) alive.delete(one);
      if (verb !== 'create') return [];
      const isTwice = alive.has(id);
      alive.add(id);
      return isTwice ? [`${resourceId} was made twice.`] : [];
    });
}

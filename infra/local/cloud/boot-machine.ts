/** How does a machine come to run? Allocated where there is capacity, its disk attached, its guest booted. */
import type { Clock } from './clock.js';
import type { ComputeOffers } from './compute-offers.js';
import type { Faults } from './faults.js';
import type { Governance } from './governance.js';
import type { MachineHosts } from './machine-host.js';
import { asList, asRecord, asText, propertiesOf, referenceOf, type Json } from './json.js';
import type { Machines } from './machines.js';
import { addressesOf } from './network-interfaces.js';
import type { Random } from './random.js';
import { resourceType } from './resource-types.js';
import type { Resource, Resources } from './resources.js';
import { Refusal } from './wire.js';

/** What machines stand on. */
export interface MachineGround {
  readonly resources: Resources;
  readonly random: Random;
  readonly machines: Machines;
  readonly offers: ComputeOffers;
  readonly faults: Faults;
  readonly clock: Clock;
  readonly governance: Governance;
  readonly hosts: MachineHosts;
}

/** Share of a creation or a start after which the machine has power; an estimate, the rest is the platform's. */
const bootShare = 0.5;

/** Share of a creation after which an allocation that fails is known; an estimate. */
const allocationShare = 0.2;

/**
 * Allocates a machine without power, boots it and provisions it.
 *
 * @param allocates whether it needs a place on a host, or has kept its own
 * @returns the error of an allocation that failed
 */
export async function bringUp(
  ground: MachineGround,
  resource: Resource,
  seconds: number,
  allocates: boolean,
): Promise<Json | undefined> {
  const { machines, faults, clock } = ground;
  const zone = zoneOf(resource);
  const lack = allocates ? faults.lacksCapacity(zone) : undefined;
  if (lack !== undefined) {
    await clock.pause(seconds * allocationShare);
    return allocationFailed(zone, lack);
  }
  const refused = putDisk(ground, resource);
  if (refused !== undefined) {
    await clock.pause(seconds * allocationShare);
    return refused;
  }
  await clock.pause(seconds * bootShare);
  // It may have been deleted meanwhile, by its host's maintenance or by somebody who didn't wait.
  if (isGone(ground, resource)) return undefined;
  bootMachine(ground, resource);
  await clock.pause(seconds * (1 - bootShare));
  // One that hangs at boot is provisioned too (inferred: the real one may report OSProvisioningTimedOut).
  machines.provisioned(resource.id);
  return undefined;
}

function isGone({ resources }: MachineGround, resource: Resource): boolean {
  return resources.get(resource.id) !== resource || resource.operation?.verb === 'delete';
}

/** The zone that a machine was asked for in. */
export function zoneOf({ body }: Pick<Resource, 'body'>): string | undefined {
  return asText(asList(body['zones'])[0]) || undefined;
}

/** Texts: Azure documentation on allocation failures; that of what is overconstrained is from public issues. */
function allocationFailed(zone: string | undefined, lack: 'capacity' | 'constraints'): Json {
  if (lack === 'constraints') {
    const constraints = [...(zone === undefined ? [] : ['Availability Zone']), 'VM Size'];
    return {
      code: zone === undefined ? 'OverconstrainedAllocationRequest' : 'OverconstrainedZonalAllocationRequest',
      message:
        'Allocation failed. VM(s) with the following constraints cannot be allocated, because the condition is too restrictive. ' +
        `Please remove some constraints and try again. Constraints applied are:\n${constraints.map((one) => `  - ${one}\n`).join('')}`,
    };
  }
  if (zone === undefined) {
    return {
      code: 'AllocationFailed',
      message:
        'Allocation failed. Please try reducing the VM size or number of VMs, retry later, or try deploying to a different ' +
        'Availability Set or different Azure location.',
    };
  }
  return {
    code: 'ZonalAllocationFailed',
    message:
      'Allocation failed. We do not have sufficient capacity for the requested VM size in this zone. Read more about improving ' +
      'likelihood of allocation success at http://aka.ms/allocation-guidance',
  };
}

/**
 * Makes a machine's disk, unless it has one. It gets the machine's tags, and policies judge it as a resource of its own;
 * what they deny fails the machine's operation (both inferred).
 *
 * @returns the error of one that is denied
 */
function putDisk({ resources, governance }: MachineGround, machine: Resource): Json | undefined {
  const { body, resourceGroup } = machine;
  const name = asText(asRecord(asRecord(propertiesOf(body)['storageProfile'])['osDisk'])['name']);
  const about = {
    id: machine.id.replace(/\/virtualMachines\/[^/]+$/i, `/disks/${name}`),
    name,
    type: resourceType.disk,
    resourceGroup,
  };
  if (resources.get(about.id) !== undefined) return undefined;
  const content = {
    location: body['location'],
    ...(body['zones'] === undefined ? {} : { zones: body['zones'] }),
    tags: body['tags'],
    managedBy: machine.id,
    properties: {
      diskSizeGB: 30,
      diskState: 'Attached',
      osType: 'Linux',
      creationData: { createOption: 'FromImage' },
    },
  };
  try {
    resources.put(about, governance.judged({ ...about, content }));
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return asRecord(asRecord(error.answer.body)['error']);
    throw error;
  }
}

function bootMachine({ resources, machines, faults, hosts }: MachineGround, resource: Resource): void {
  const properties = propertiesOf(resource.body);
  const [networkInterface] = asList(asRecord(properties['networkProfile'])['networkInterfaces']).map(
    (reference) => resources.get(referenceOf(reference)),
  );
  machines.powerOn({
    id: resource.id,
    name: resource.name,
    zone: zoneOf(resource),
    size: asText(asRecord(properties['hardwareProfile'])['vmSize']),
    ...(networkInterface === undefined
      ? { privateIp: '', publicIp: undefined }
      : addressesOf(resources, networkInterface)),
    customData: Buffer.from(asText(asRecord(properties['osProfile'])['customData']), 'base64').toString(),
    host: hosts.of(resource.id),
  });
  if (faults.hangs(resource.name)) machines.hang(resource.id);
}

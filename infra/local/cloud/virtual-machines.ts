/** How do virtual machines behave on the wire? */
import { idKey, lastName } from './arm-id.js';
import type { ResourceKind, Write } from './arm-provider.js';
import type { Clock } from './clock.js';
import type { ComputeOffers } from './compute-offers.js';
import type { Faults } from './faults.js';
import { asList, asRecord, asText, propertiesOf, referenceOf, without, type Json } from './json.js';
import type { Machines } from './machines.js';
import { addressesOf, useNetworkInterface } from './network-interfaces.js';
import { guid, type Random } from './random.js';
import { resourceType } from './resource-types.js';
import type { Resource, Resources } from './resources.js';
import { refusal } from './wire.js';

/** What machines stand on. */
export interface MachineGround {
  readonly resources: Resources;
  readonly random: Random;
  readonly machines: Machines;
  readonly offers: ComputeOffers;
  readonly faults: Faults;
  readonly clock: Clock;
}

/** Share of a creation after which the machine has power; an estimate, the rest is the platform's. */
const bootShare = 0.5;

/** Share of a creation after which an allocation that fails is known; an estimate. */
const allocationShare = 0.2;

/** Virtual machines: allocated in their zone, booted, provisioned; their disk goes with them when it says so. */
export function virtualMachines(ground: MachineGround): ResourceKind {
  const { resources, machines } = ground;
  return {
    type: resourceType.virtualMachine,
    provider: 'Microsoft.Compute',
    duration: 'virtual-machine',
    retryAfter: 10,
    claims: { create: 'Creating', update: 'Updating' },
    complete: (write) => complete(ground, write),
    perform: (resource, verb, seconds) => perform(ground, resource, verb, seconds),
    removed(resource) {
      machines.forget(resource.id);
      releaseInterfaces(resources, resource);
      for (const disk of ownDisks(resources, resource)) resources.remove(disk.id);
      for (const command of resources.ofType(resourceType.runCommand)) {
        if (idKey(command.id).startsWith(`${idKey(resource.id)}/`)) resources.remove(command.id);
      }
    },
    view: (resource, query) => view(machines, resource, query),
    etag: ({ version }) => `"${version}"`,
  };
}

function complete(
  { resources, random, offers, faults }: MachineGround,
  { id, name, body, existing }: Write,
): Json {
  const sent = asRecord(body['properties']);
  const size = asText(asRecord(sent['hardwareProfile'])['vmSize']);
  const zone = asText(asList(body['zones'])[0]) || undefined;
  offers.checkSize(size, zone);
  if (faults.refusesSize(size)) {
    throw refusal(
      409,
      'SkuNotAvailable',
      `The requested VM size for resource 'Following SKUs have failed for Capacity Restrictions: ${size}' is currently not available ` +
        `in location '${asText(body['location'])}'. Please try another size or deploy to a different location or different zone. ` +
        'See https://aka.ms/azureskunotavailable for details.',
    );
  }
  if (existing === undefined) offers.checkQuota(size);
  for (const networkInterface of interfacesOf(resources, sent, id)) {
    useNetworkInterface(resources, networkInterface, id);
  }
  const osProfile = asRecord(sent['osProfile']);
  const storage = asRecord(sent['storageProfile']);
  const image = asRecord(storage['imageReference']);
  const identity = asRecord(body['identity']);
  return {
    ...body,
    ...(body['identity'] === undefined ? {} : { identity: completeIdentity(identity, random) }),
    properties: {
      ...sent,
      vmId: propertiesOf(existing?.body)['vmId'] ?? guid(random),
      timeCreated: propertiesOf(existing?.body)['timeCreated'] ?? new Date().toISOString(),
      osProfile: {
        computerName: name,
        secrets: [],
        allowExtensionOperations: true,
        requireGuestProvisionSignal: true,
        ...osProfile,
      },
      storageProfile: {
        dataDisks: [],
        ...storage,
        imageReference:
          image['id'] === undefined ? { ...image, exactVersion: offers.newestVersion(image) } : image,
        osDisk: { osType: 'Linux', caching: 'ReadWrite', diskSizeGB: 30, ...asRecord(storage['osDisk']) },
      },
    },
  };
}

function completeIdentity(identity: Json, random: Random): Json {
  const ids = Object.keys(asRecord(identity['userAssignedIdentities']));
  const known = ids.map((id) => [id, { principalId: guid(random), clientId: guid(random) }] as const);
  return { ...identity, userAssignedIdentities: Object.fromEntries(known) };
}

function interfacesOf(resources: Resources, properties: Json, machineId: string): readonly Resource[] {
  return asList(asRecord(properties['networkProfile'])['networkInterfaces']).map((reference) => {
    const id = referenceOf(reference);
    const found = resources.get(id);
    if (found === undefined) {
      throw refusal(
        404,
        'NotFound',
        `Resource '${id}' was not found, but machine '${lastName(machineId)}' refers to it.`,
      );
    }
    const user = referenceOf(propertiesOf(found.body)['virtualMachine']);
    if (user !== '' && idKey(user) !== idKey(machineId)) {
      throw refusal(
        400,
        'NicInUse',
        `Network Interface ${id} is used by existing resource ${user}. In order to use it, it must be dissociated from the resource.`,
      );
    }
    // Inferred: no recording shows a machine that was put on an interface whose operation still ran.
    if (found.operation !== undefined) {
      throw refusal(
        409,
        'NicNotProvisioned',
        `Network interface ${id} is not in state Succeeded; an operation on it is in progress.`,
      );
    }
    return found;
  });
}

async function perform(
  ground: MachineGround,
  resource: Resource,
  verb: 'create' | 'update' | 'delete',
  seconds: number,
): Promise<Json | undefined> {
  const { machines, faults, clock } = ground;
  if (verb === 'delete') {
    machines.powerOff(resource.id);
    await clock.pause(seconds);
    return undefined;
  }
  const isNew = machines.guest(resource.id) === undefined;
  const zone = asText(asList(resource.body['zones'])[0]) || undefined;
  if (isNew && faults.lacksCapacity(zone)) {
    await clock.pause(seconds * allocationShare);
    return allocationFailed(zone);
  }
  await clock.pause(seconds * bootShare);
  if (isNew) bootMachine(ground, resource, zone);
  await clock.pause(seconds * (1 - bootShare));
  if (isNew) machines.provisioned(resource.id);
  return undefined;
}

/** Texts: Azure documentation on allocation failures. */
function allocationFailed(zone: string | undefined): Json {
  return zone === undefined
    ? {
        code: 'AllocationFailed',
        message:
          'Allocation failed. Please try reducing the VM size or number of VMs, retry later, or try deploying to a different ' +
          'Availability Set or different Azure location.',
      }
    : {
        code: 'ZonalAllocationFailed',
        message:
          'Allocation failed. We do not have sufficient capacity for the requested VM size in this zone. Read more about improving ' +
          'likelihood of allocation success at http://aka.ms/allocation-guidance',
      };
}

function bootMachine(
  { resources, machines }: MachineGround,
  resource: Resource,
  zone: string | undefined,
): void {
  const properties = propertiesOf(resource.body);
  const [networkInterface] = asList(asRecord(properties['networkProfile'])['networkInterfaces']).map(
    (reference) => resources.get(referenceOf(reference)),
  );
  const osDisk = asText(asRecord(asRecord(properties['storageProfile'])['osDisk'])['name']);
  resources.put(
    {
      id: resource.id.replace(/\/virtualMachines\/[^/]+$/i, `/disks/${osDisk}`),
      name: osDisk,
      type: resourceType.disk,
      resourceGroup: resource.resourceGroup,
    },
    {
      location: resource.body['location'],
      tags: resource.body['tags'],
      managedBy: resource.id,
      properties: { diskSizeGB: 30, diskState: 'Attached' },
    },
  );
  machines.powerOn({
    id: resource.id,
    name: resource.name,
    zone,
    size: asText(asRecord(properties['hardwareProfile'])['vmSize']),
    ...(networkInterface === undefined
      ? { privateIp: '', publicIp: undefined }
      : addressesOf(resources, networkInterface)),
    customData: Buffer.from(asText(asRecord(properties['osProfile'])['customData']), 'base64').toString(),
  });
}

function releaseInterfaces(resources: Resources, { id }: Resource): void {
  for (const networkInterface of resources.ofType(resourceType.networkInterface)) {
    const user = referenceOf(propertiesOf(networkInterface.body)['virtualMachine']);
    if (idKey(user) === idKey(id)) useNetworkInterface(resources, networkInterface, undefined);
  }
}

function ownDisks(resources: Resources, { id, body }: Resource): readonly Resource[] {
  const osDisk = asRecord(asRecord(propertiesOf(body)['storageProfile'])['osDisk']);
  if (osDisk['deleteOption'] !== 'Delete') return [];
  return resources
    .ofType(resourceType.disk)
    .filter((disk) => idKey(asText(disk.body['managedBy'])) === idKey(id));
}

function view(machines: Machines, resource: Resource, query: URLSearchParams): Json {
  const { id, name, type, state, body } = resource;
  const properties = propertiesOf(body);
  const wantsView = query.get('$expand')?.toLowerCase() === 'instanceview';
  return {
    name,
    id,
    type,
    ...body,
    properties: {
      ...properties,
      // What was sent as custom data is never shown again.
      osProfile: without(asRecord(properties['osProfile']), 'customData'),
      provisioningState: state,
      ...(wantsView ? { instanceView: instanceView(machines, resource) } : {}),
    },
  };
}

function instanceView(machines: Machines, { id, state, name }: Resource): Json {
  const isRunning = machines.guest(id) !== undefined;
  const agent = machines.isAgentReady(id)
    ? {
        code: 'ProvisioningState/succeeded',
        level: 'Info',
        displayStatus: 'Ready',
        message: 'Guest Agent is running',
      }
    : {
        code: 'ProvisioningState/Unavailable',
        level: 'Warning',
        displayStatus: 'Not Ready',
        message: 'VM status blob is found but not yet populated.',
      };
  const provisioning = {
    code: `ProvisioningState/${state.toLowerCase()}`,
    level: state === 'Failed' ? 'Error' : 'Info',
    displayStatus: state === 'Succeeded' ? 'Provisioning succeeded' : state,
  };
  const power = { code: 'PowerState/running', level: 'Info', displayStatus: 'VM running' };
  return {
    computerName: name,
    ...(isRunning ? { vmAgent: { vmAgentVersion: '2.9.1.1', statuses: [agent] } } : {}),
    statuses: [provisioning, ...(isRunning ? [power] : [])],
  };
}

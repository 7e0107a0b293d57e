/** How do virtual machines behave on the wire? */
import { idKey, lastName } from './arm-id.js';
import type { ResourceKind, Write } from './arm-provider.js';
import { bringUp, zoneOf, type MachineGround } from './boot-machine.js';
import { checkMachineFields, withMachineFields } from './immutable.js';
import { asList, asRecord, asText, propertiesOf, referenceOf, type Json } from './json.js';
import { machineActions } from './machine-actions.js';
import { machineView } from './machine-view.js';
import { useNetworkInterface } from './network-interfaces.js';
import type { ManagedIdentities } from './managed-identities.js';
import { guid } from './random.js';
import { resourceType } from './resource-types.js';
import type { Resource, Resources } from './resources.js';
import { refusal } from './wire.js';

/** Virtual machines: allocated in their zone, booted, provisioned; their disk goes with them when it says so. */
export function virtualMachines(ground: MachineGround): ResourceKind {
  const { resources, machines } = ground;
  return {
    type: resourceType.virtualMachine,
    provider: 'Microsoft.Compute',
    duration: 'virtual-machine',
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
    actions: machineActions(ground),
    view: (resource, query) => machineView(machines, resource, query),
    etag: ({ version }) => `"${version}"`,
  };
}

function complete(
  { resources, random, offers, faults, hosts }: MachineGround,
  { id, name, body: written, existing, apiVersion }: Write,
): Json {
  if (existing === undefined) checkRequired(propertiesOf(written));
  else checkMachineFields(written, existing.body);
  const body = existing === undefined ? written : withMachineFields(written, existing.body);
  const sent = propertiesOf(body);
  const size = sizeOf(body);
  const zone = zoneOf({ body });
  // One that keeps its size needs no place.
  if (existing === undefined || size !== sizeOf(existing.body)) {
    offers.checkSize(size, zone);
    if (faults.refusesSize(size)) throw offers.sizeLacks(size);
  }
  if (existing === undefined) offers.checkQuota(size, apiVersion);
  for (const networkInterface of interfacesOf(resources, sent, id)) {
    useNetworkInterface(resources, networkInterface, id);
  }
  const osProfile = asRecord(sent['osProfile']);
  const storage = asRecord(sent['storageProfile']);
  const image = asRecord(storage['imageReference']);
  const identity = asRecord(body['identity']);
  return {
    ...body,
    ...(body['identity'] === undefined ? {} : { identity: completeIdentity(id, identity, hosts.identities) }),
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

function sizeOf(body: Json): string {
  return asText(asRecord(propertiesOf(body)['hardwareProfile'])['vmSize']);
}

/** A machine that is made from an image needs an account (recorded). */
function checkRequired({ osProfile }: Json): void {
  if (asText(asRecord(osProfile)['adminUsername']) !== '') return;
  throw refusal(400, 'InvalidParameter', "Required parameter 'adminUsername' is missing (null).", {
    target: 'adminUsername',
  });
}

function completeIdentity(machineId: string, identity: Json, identities: ManagedIdentities): Json {
  const ids = Object.keys(asRecord(identity['userAssignedIdentities']));
  const known = ids.map((id) => {
    const { principalId, clientId } = identities.of(id);
    return [id, { principalId, clientId }] as const;
  });
  const own = /SystemAssigned/i.test(asText(identity['type']))
    ? { principalId: identities.of(machineId).principalId, tenantId: identities.tenantId }
    : {};
  return {
    ...identity,
    ...own,
    ...(ids.length === 0 ? {} : { userAssignedIdentities: Object.fromEntries(known) }),
  };
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
  const { machines, clock } = ground;
  if (verb === 'delete') {
    machines.powerOff(resource.id);
    machines.setPowerState(resource.id, 'stopping');
    await clock.pause(seconds);
    return undefined;
  }
  // A write to a machine that somebody has switched off leaves it off.
  if (verb === 'create' || machines.powerState(resource.id) === undefined) {
    return bringUp(ground, resource, seconds, true);
  }
  await clock.pause(seconds);
  return undefined;
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

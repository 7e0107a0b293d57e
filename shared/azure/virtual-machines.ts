/** How is a gateway's machine made and read? */
import type { ImageReference, VirtualMachine } from '@azure/arm-compute';
import { resourceName, tagName } from '../site/ids.js';
import type { Begun, VirtualMachineIntent } from '../site/intent.js';
import type { ObservedVirtualMachine } from '../site/observed-site.js';
import { success, problemCode, type Outcome } from '../site/problem.js';
import { begin } from './begin.js';
import { computeClient } from './clients.js';
import { networkId } from './network-ids.js';
import { deployment } from './settings.js';
import { commonOf, slotOf, tagsOf } from './tags.js';

/** Account of the machine; reached by key alone. */
const adminUser = 'tunnelkeeper';

/** The disk goes with its machine, the network interface stays: a later generation takes it over. */
export function virtualMachineBody(
  intent: VirtualMachineIntent,
  customData: string,
  { gatewayIdentityId, sshPublicKey }: { readonly gatewayIdentityId: string; readonly sshPublicKey: string },
): VirtualMachine {
  const { placement, name, slot } = intent;
  const keyPath = `/home/${adminUser}/.ssh/authorized_keys`;
  return {
    location: placement.region,
    zones: [intent.zone],
    tags: tagsOf(intent),
    identity: { type: 'UserAssigned', userAssignedIdentities: { [gatewayIdentityId]: {} } },
    hardwareProfile: { vmSize: intent.size },
    storageProfile: {
      imageReference: imageReference(intent.image),
      osDisk: {
        name: `osdisk-${name}`,
        createOption: 'FromImage',
        deleteOption: 'Delete',
        managedDisk: { storageAccountType: 'StandardSSD_LRS' },
      },
    },
    osProfile: {
      computerName: name,
      adminUsername: adminUser,
      customData: Buffer.from(customData).toString('base64'),
      linuxConfiguration: {
        disablePasswordAuthentication: true,
        ssh: { publicKeys: [{ path: keyPath, keyData: sshPublicKey }] },
      },
    },
    networkProfile: {
      networkInterfaces: [
        {
          id: networkId(placement, 'networkInterfaces', resourceName.networkInterface(slot)),
          primary: true,
          deleteOption: 'Detach',
        },
      ],
    },
    diagnosticsProfile: { bootDiagnostics: { enabled: true } },
    ...(intent.encryptionAtHost ? { securityProfile: { encryptionAtHost: true } } : {}),
  };
}

/** `publisher:offer:sku:version`, or the id of an image. */
export function imageReference(image: string): ImageReference {
  if (image.startsWith('/')) return { id: image };
  const [publisher = '', offer = '', sku = '', version = ''] = image.split(':');
  return { publisher, offer, sku, version };
}

/** Reads a machine that was listed with its instance view; `undefined` when its tags name no slot. */
export function observedVirtualMachine(found: VirtualMachine): ObservedVirtualMachine | undefined {
  const slot = slotOf(found.tags);
  if (slot === undefined) return undefined;
  const generation = Number(found.tags?.[tagName.generation] ?? 0);
  return { kind: 'virtual-machine', slot, generation, power: powerOf(found), ...commonOf(found) };
}

/** Reads the power state out of a machine that was listed with its status. */
export function powerOf({ instanceView }: VirtualMachine): ObservedVirtualMachine['power'] {
  const status = instanceView?.statuses?.find(({ code }) => code?.startsWith('PowerState/'));
  switch (status?.code) {
    case 'PowerState/running':
      return 'running';
    case 'PowerState/stopped':
    case 'PowerState/stopping':
      return 'stopped';
    case 'PowerState/deallocated':
    case 'PowerState/deallocating':
      return 'deallocated';
    case 'PowerState/starting':
      return 'starting';
    default:
      return 'unknown';
  }
}

/** Begins to create a machine. One of this name that is there already is left to the next look. */
export async function beginPutVirtualMachine(
  intent: VirtualMachineIntent,
  customData: string,
): Promise<Outcome<Begun>> {
  const { virtualMachines } = await computeClient(intent.placement.subscriptionId);
  const body = virtualMachineBody(intent, customData, deployment());
  const observed = (id: string): ObservedVirtualMachine => ({
    kind: 'virtual-machine',
    slot: intent.slot,
    generation: intent.generation,
    name: intent.name,
    id,
    state: 'changing',
    power: 'unknown',
    config: intent.config,
  });
  const begun = await begin(
    { verb: 'write', what: intent.name },
    (onResponse) =>
      virtualMachines
        .createOrUpdate(intent.placement.resourceGroup, intent.name, body, { onResponse, ifNoneMatch: '*' })
        .submitted(),
    ({ body: answer }) => observed(String(answer['id'])),
  );
  const isThere =
    !begun.ok && problemCode(begun.problem) === 'conflict' && begun.problem.code === 'PreconditionFailed';
  return isThere ? success({ operation: {}, observed: observed('') }) : begun;
}

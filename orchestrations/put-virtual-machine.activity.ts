/** Begins to create a machine: its cloud-init is rendered here and holds no secret. */
import { beginPutVirtualMachine } from '../shared/azure/virtual-machines.js';
import { renderCloudInit } from '../shared/gateway/render-cloud-init.js';
import type { Begun, VirtualMachineIntent } from '../shared/site/intent.js';
import type { Outcome } from '../shared/site/problem.js';

/** Sends the machine's PUT; one that is there already is left as it is. */
export function putVirtualMachine(intent: VirtualMachineIntent): Promise<Outcome<Begun>> {
  return beginPutVirtualMachine(intent, renderCloudInit(intent.gateway));
}

/** What is next for one gateway? Address, network interface, machine, setup: the first that isn't there. */
import { planAddress } from './plan-address.js';
import { planMachine } from './plan-machine.js';
import { planNetworkInterface } from './plan-network-interface.js';
import { planSetup } from './plan-setup.js';
import type { SlotPlan, SlotQuestion } from './slot-question.js';

/** Plans the next step of one gateway; the same for build and for repair of what is missing. */
export function planSlot(question: SlotQuestion): SlotPlan {
  const address = planAddress(question);
  if ('doing' in address) return address;
  const nic = planNetworkInterface(question, address.id);
  if ('doing' in nic) return nic;
  const machine = planMachine(question, address.address);
  if ('doing' in machine) return machine;
  return planSetup(question, machine, address.address);
}

/** Has the slot a machine that Azure could create? */
import { gatewayConfig, placementOf, virtualMachineIntent } from './desired-site.js';
import type { ObservedSetup, ObservedVirtualMachine } from './observed-site.js';
import { isInFlight, removalOf, subjectOf, type Observed } from './plan.js';
import { openTry } from './ladder.js';
import { attempt, waitFor, type SlotPlan, type SlotQuestion } from './slot-question.js';

function machinesOf({ observed, slot }: SlotQuestion): readonly ObservedVirtualMachine[] {
  return observed.resources
    .filter((resource) => resource.kind === 'virtual-machine')
    .filter((machine) => machine.slot === slot.slot)
    .sort((a, b) => b.generation - a.generation);
}

/** Finds the setup that was run on a machine. */
export function setupOf(
  { observed }: { readonly observed: Pick<Observed, 'resources'> },
  machine: ObservedVirtualMachine,
): ObservedSetup | undefined {
  return observed.resources
    .filter((resource) => resource.kind === 'setup')
    .find((setup) => setup.virtualMachine === machine.name);
}

/** Plans the slot's machine. One that never came up is removed, since its name and disk are in the way. */
export function planMachine(question: SlotQuestion, address: string): SlotPlan | ObservedVirtualMachine {
  const { site, slot, observed, resolved, generation, policy } = question;
  const [machine] = machinesOf(question);
  if (machine === undefined) {
    const next = generation + 1;
    const gateway = gatewayConfig(site, slot, address, resolved, policy);
    const intent = virtualMachineIntent(site, slot, next, gateway, policy);
    const why = next === 1 ? `${slot.slot} has no machine` : `the machine of ${slot.slot} is gone`;
    const planned = attempt(question, 'creating-machine', {
      verb: 'put',
      subject: subjectOf(intent),
      gateway: slot.slot,
      intent,
      reason: 'resource-missing',
      sentence: `Creates ${intent.name} (${site.gateway.size}) in zone ${slot.zone}: ${why}.`,
      evidence: { generation: next, address },
    });
    return mayBeMade(question) ? planned : asMend(question, planned);
  }
  if (
    isInFlight(observed, subjectOf(machine)) ||
    machine.state === 'changing' ||
    machine.state === 'deleting'
  ) {
    const isGoing =
      machine.state === 'deleting' ||
      observed.inFlight.some(({ verb, name }) => verb === 'delete' && name === machine.name);
    const action = observed.inFlight.find(
      ({ verb, name }) => name === machine.name && (verb === 'start' || verb === 'redeploy'),
    );
    if (action !== undefined) {
      const because =
        action.verb === 'start'
          ? `${machine.name} is being started.`
          : `${machine.name} is being moved to another host.`;
      return waitFor(question, subjectOf(machine), 'mending', because);
    }
    return waitFor(
      question,
      subjectOf(machine),
      isGoing ? 'deleting' : 'creating-machine',
      isGoing ? `${machine.name} is being deleted.` : `${machine.name} is being created.`,
    );
  }
  const isFailed = machine.state === 'failed' && setupOf(question, machine) === undefined;
  return isFailed && !hasServed(question, machine) ? removeFailedMachine(question, machine) : machine;
}

/** A machine that served came up, whatever became of its last operation and of the setup's run command since. */
function hasServed({ record, slot }: SlotQuestion, { name }: ObservedVirtualMachine): boolean {
  return record.gateways.some((told) => told.slot === slot.slot && told.served?.machine === name);
}

/** A machine is made without asking where it is a part of the build, or of a replacement that was allowed. */
function mayBeMade({ record, slot }: SlotQuestion): boolean {
  const told = record.gateways.find((status) => status.slot === slot.slot);
  if (told?.served === undefined) return true;
  const out = record.outOfService?.[slot.slot];
  return out?.because === 'replacement' || openTry(record.remedies?.[slot.slot])?.rung === 'replace';
}

/** A machine that somebody deleted is replaced as one that doesn't work: guards are asked. */
function asMend({ record, slot, now }: SlotQuestion, planned: SlotPlan): SlotPlan {
  const { step } = planned;
  const cause = 'vm-missing' as const;
  if (step === undefined) return { ...planned, cause };
  const known = record.remedies?.[slot.slot];
  const remedy = { since: now.toISOString(), tries: [], ...known, cause };
  return {
    doing: 'mending',
    because: step.sentence,
    cause,
    remedy,
    wish: { kind: 'mend', rung: 'replace', remedy, step },
  };
}

function removeFailedMachine(question: SlotQuestion, machine: ObservedVirtualMachine): SlotPlan {
  const { site, slot, policy } = question;
  const step = {
    verb: 'delete' as const,
    subject: removalOf(machine),
    gateway: slot.slot,
    intent: {
      placement: placementOf(site, policy),
      kind: 'virtual-machine' as const,
      name: machine.name,
      slot: slot.slot,
    },
    reason: 'machine-never-came-up' as const,
    sentence: `Deletes ${machine.name}, which Azure could not create; it never carried traffic.`,
  };
  return attempt(question, 'deleting', step, false);
}

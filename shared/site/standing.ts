/** What is known of a gateway whose machine stands? */
import { gatewayConfig, setupIntent } from './desired-site.js';
import { gatewayHealth, type GatewayHealth } from './gateway-health.js';
import type { SetupIntent } from './intent.js';
import type { BackendSample, ObservedSetup, ObservedVirtualMachine } from './observed-site.js';
import { subjectOf } from './plan.js';
import { setupOf } from './plan-machine.js';
import type { Remedy } from './remedy.js';
import type { GatewayStatus } from './site-record.js';
import { find, type SlotQuestion } from './slot-question.js';

/** All that the plan of one gateway whose machine stands is made from. */
export interface Standing {
  readonly question: SlotQuestion;
  readonly machine: ObservedVirtualMachine;
  readonly setup: ObservedSetup | undefined;
  /** What the setup should be. */
  readonly wanted: SetupIntent;
  readonly health: GatewayHealth;
  readonly remedy: Remedy | undefined;
}

/** Gathers it. */
export function standingOf(
  question: SlotQuestion,
  machine: ObservedVirtualMachine,
  address: string,
): Standing {
  const { site, record, slot, observed, resolved, versions, policy } = question;
  const setup = setupOf(question, machine);
  const subject = subjectOf({ kind: 'setup', name: 'setup', virtualMachine: machine.name });
  const failures = observed.attempts.find((tried) => tried.subject === subject)?.failures ?? 0;
  const gateway = gatewayConfig(site, slot, address, resolved, policy);
  const wanted = setupIntent(site, slot, machine.name, gateway, versions, failures + 1, policy);
  const privateIp = find(question, 'network-interface')?.privateIp;
  const remedy = record.remedies?.[slot.slot];
  const told = record.gateways.find((status) => status.slot === slot.slot);
  const health = gatewayHealth({
    resources: observed.resources,
    machine,
    setup,
    samples: (observed.health ?? []).filter(
      (sample) => sample.privateIp === privateIp && speaksFor(told, sample),
    ),
    served: told?.served,
    touchedAt: remedy?.tries.filter(({ rung }) => rung === 'start' || rung === 'redeploy').at(-1)?.begunAt,
  });
  return { question, machine, setup, wanted, health, remedy };
}

/** Until a gateway that came back is probed again, its minutes are of the time before. */
const admittedSeconds = 60;

/** A gateway that is kept from connections is measured as down, whatever its probes find (docs/azure.md). */
function speaksFor(told: GatewayStatus | undefined, { at }: BackendSample): boolean {
  switch (told?.doing) {
    case 'draining':
    case 'drained':
    case 'changing':
      return false;
    case 'serving':
      return Date.parse(at) >= Date.parse(told.since) + admittedSeconds * 1000;
    default:
      return true;
  }
}

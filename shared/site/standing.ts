/** What is known of a gateway whose machine stands? */
import { gatewayConfig, setupIntent } from './desired-site.js';
import { gatewayHealth, type GatewayHealth } from './gateway-health.js';
import type { SetupIntent } from './intent.js';
import type {
  BackendSample,
  ObservedSetup,
  ObservedVirtualMachine,
  ReportedTrouble,
} from './observed-site.js';
import { subjectOf, type Observed } from './plan.js';
import { setupOf } from './plan-machine.js';
import type { Remedy } from './remedy.js';
import type { GatewayStatus, SiteRecord } from './site-record.js';
import type { SlotQuestion } from './slot-question.js';

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
  const remedy = record.remedies?.[slot.slot];
  const health = healthOf(record, observed, machine);
  return { question, machine, setup, wanted, health, remedy };
}

/** How the gateway of a machine does. */
export function healthOf(
  { gateways, remedies }: SiteRecord,
  { resources, health = [], reports = [] }: Observed,
  machine: ObservedVirtualMachine,
): GatewayHealth {
  const { slot } = machine;
  const told = gateways.find((status) => status.slot === slot);
  const { privateIp } =
    resources
      .filter((resource) => resource.kind === 'network-interface')
      .find((found) => found.slot === slot) ?? {};
  const touched = remedies?.[slot]?.tries.filter(({ rung }) => rung === 'start' || rung === 'redeploy');
  return gatewayHealth({
    resources,
    machine,
    setup: setupOf({ observed: { resources } }, machine),
    samples: health.filter((sample) => sample.privateIp === privateIp && speaksFor(told, sample)),
    report: reports.find((report) => report.slot === slot && isUnexpected(told, report)),
    served: told?.served,
    touchedAt: touched?.at(-1)?.begunAt,
  });
}

/** What is done to a gateway on purpose interrupts it; and what it reported before it came back is over. */
function isUnexpected(told: GatewayStatus | undefined, { at }: ReportedTrouble): boolean {
  switch (told?.doing) {
    case 'setting-up':
    case 'draining':
    case 'drained':
    case 'changing':
      return false;
    case 'serving':
      return at >= told.since;
    default:
      return true;
  }
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

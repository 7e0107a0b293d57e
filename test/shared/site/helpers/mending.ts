/** What is known of a gateway that may not be well? Builders that take only the difference a test is about. */
import type { Disruption, GuardFacts } from '../../../../shared/site/guards/guard.js';
import type { GatewayHealth } from '../../../../shared/site/gateway-health.js';
import type {
  BackendSample,
  ObservedRun,
  ObservedVirtualMachine,
  ReportedTrouble,
} from '../../../../shared/site/observed-site.js';
import type { Remedy, Rung, Try } from '../../../../shared/site/remedy.js';
import type { Rotation } from '../../../../shared/site/rotation.js';
import { aRecord, aSlot, atSeconds, noon, policy } from './builders.js';

/** ISO 8601, some seconds after noon, before it when negative. */
export const iso = (seconds: number) => atSeconds(seconds).toISOString();

/** The machine of zone 1 that runs since an hour. */
export function aMachine(changes: Partial<ObservedVirtualMachine> = {}): ObservedVirtualMachine {
  const slot = aSlot('1');
  return {
    kind: 'virtual-machine',
    name: `vm-${slot}-g1`,
    id: `/vm-${slot}-g1`,
    state: 'settled',
    slot,
    generation: 1,
    power: 'running',
    createdAt: iso(-3600),
    ...changes,
  };
}

/** A gateway that served 50 minutes ago, and of which nothing else is known. */
export function aHealth(changes: Partial<GatewayHealth> = {}): GatewayHealth {
  return { machine: aMachine(), provedAt: iso(-3000), ...changes };
}

/** One minute of a member, which began 60 s before noon unless told. */
export function aSample(percent: number, seconds = -60, privateIp = '10.0.1.5'): BackendSample {
  return { privateIp, at: iso(seconds), percent };
}

/** What the gateway of zone 1 reported a minute before noon, unless told: that it doesn't serve. */
export function aTroubleReport(seconds = -60): ReportedTrouble {
  return { slot: aSlot('1'), at: iso(seconds), words: 'probe 503, primary down: no-child-sa' };
}

/** A script on the machine of zone 1 that was asked for a minute before noon, and hasn't answered. */
export function aRun(changes: Partial<ObservedRun> = {}): ObservedRun {
  const slot = aSlot('1');
  return {
    kind: 'run',
    name: 'diagnose',
    id: '/run',
    state: 'settled',
    slot,
    virtualMachine: `vm-${slot}-g1`,
    execution: 'running',
    requestedAt: iso(-60),
    ...changes,
  };
}

/** A rung that was tried in vain. */
export function aTry(rung: Rung, changes: Partial<Try> = {}): Try {
  return { rung, begunAt: iso(-600), endedAt: iso(-300), result: 'did-not-help', ...changes };
}

/** A mending that began ten minutes before noon. */
export function aRemedy(changes: Partial<Remedy> = {}): Remedy {
  return { cause: 'tunnel-down', since: iso(-600), tries: [], ...changes };
}

/** A change of a gateway that serves; nobody asked for it by name. */
export function aDisruption(changes: Partial<Disruption> = {}): Disruption {
  return { slot: aSlot('1'), kind: 'planned', isOrdered: false, isReplacement: false, ...changes };
}

/** Facts that hold nothing: two other gateways serve, the fleet is well, a seat is taken. */
export function theFacts(
  changes: Partial<GuardFacts> = {},
  spec: Readonly<Record<string, unknown>> = {},
): GuardFacts {
  return {
    record: aRecord(spec),
    health: aHealth(),
    othersServing: 2,
    wanted: 3,
    othersOut: [],
    fleet: { gateways: 20, failing: 0, edges: {} },
    limits: policy.fleet,
    seat: 'taken',
    ...changes,
  };
}

/** A rotation of the site's one secret that rolls out. */
export function aRotation(changes: Partial<Rotation> = {}): Rotation {
  return {
    id: 'hq-1',
    reason: 'due',
    startedAt: noon.toISOString(),
    state: 'rolling',
    isGoingBack: false,
    secrets: [{ name: 'psk-hq', from: 'v1', to: 'v2' }],
    told: [],
    everTold: [],
    trying: [],
    proved: [],
    refusals: 0,
    ...changes,
  };
}

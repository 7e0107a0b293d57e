/** Is the slot's machine configured as it should be, and does it serve? */
import { gatewayConfig, machineFingerprint, placementOf, setupIntent } from './desired-site.js';
import { diagnose, type GatewayFacts } from './diagnose.js';
import { gatewayHealth } from './gateway-health.js';
import type { SetupIntent } from './intent.js';
import { openTry } from './ladder.js';
import type { ObservedSetup, ObservedVirtualMachine } from './observed-site.js';
import { isInFlight, removalOf, subjectOf } from './plan.js';
import { setupOf } from './plan-machine.js';
import { mendOrWait, isOver } from './plan-mend.js';
import { pskTag } from './psk-tag.js';
import { secretsOfSlot } from './secret-names.js';
import type { Standing } from './standing.js';
import {
  hasSetupTimedOut,
  isServing,
  problemOfSetup,
  serviceSentence,
  silenceCode,
} from './setup-verdict.js';
import { attempt, find, waitFor, type SlotPlan, type SlotQuestion } from './slot-question.js';
import { newestUsable } from './wanted-versions.js';
import type { Wish } from './wish.js';

/** Plans what a standing machine needs: its setup, a change, a mend, or nothing since it serves. */
export function planSetup(
  question: SlotQuestion,
  machine: ObservedVirtualMachine,
  address: string,
): SlotPlan {
  const standing = standingOf(question, machine, address);
  return { ...planStanding(standing), health: standing.health };
}

function planStanding(standing: Standing): SlotPlan {
  const { question, machine, setup, health, wanted, remedy } = standing;
  const isOff = machine.power === 'stopped' || machine.power === 'deallocated';
  if (!isOff && isBeingSetUp(question, machine, setup)) return waitForSetup(standing);
  const isNew = health.provedAt === undefined && (remedy === undefined || isBuiltByRemedy(standing));
  if (!isOff && isNew) return setUp(standing, setup === undefined ? 'configuration-missing' : 'setup-failed');
  const diagnosis = diagnose(factsOf(standing), question.now);
  if (diagnosis.cause === 'healthy') return serveOrChange(standing);
  const differs = setup === undefined || !isAsWanted(setup, wanted);
  if (!isOff && differs && diagnosis.cause !== 'cannot-tell' && diagnosis.cause !== 'starting') {
    return { ...setUp(standing, 'configuration-differs'), cause: diagnosis.cause };
  }
  return mendOrWait(standing, diagnosis);
}

function standingOf(question: SlotQuestion, machine: ObservedVirtualMachine, address: string): Standing {
  const { site, record, slot, observed, resolved, versions, policy } = question;
  const setup = setupOf(question, machine);
  const subject = subjectOf({ kind: 'setup', name: 'setup', virtualMachine: machine.name });
  const failures = observed.attempts.find((tried) => tried.subject === subject)?.failures ?? 0;
  const gateway = gatewayConfig(site, slot, address, resolved, policy);
  const wanted = setupIntent(site, slot, machine.name, gateway, versions, failures + 1, policy);
  const privateIp = find(question, 'network-interface')?.privateIp;
  const remedy = record.remedies?.[slot.slot];
  const health = gatewayHealth({
    resources: observed.resources,
    machine,
    setup,
    samples: (observed.health ?? []).filter((sample) => sample.privateIp === privateIp),
    touchedAt: remedy?.tries.filter(({ rung }) => rung === 'start' || rung === 'redeploy').at(-1)?.begunAt,
  });
  return { question, machine, setup, wanted, health, remedy };
}

/** A setup whose state isn't known yet is waited for while Azure says that it is being written. */
function isUnderWay({ execution, state }: ObservedSetup): boolean {
  return (
    execution === 'pending' || execution === 'running' || (execution === 'unknown' && state === 'changing')
  );
}

function isBeingSetUp(
  question: SlotQuestion,
  machine: ObservedVirtualMachine,
  setup: ObservedSetup | undefined,
): boolean {
  const subject = subjectOf({ kind: 'setup', name: 'setup', virtualMachine: machine.name });
  if (isInFlight(question.observed, subject)) return true;
  return setup !== undefined && isUnderWay(setup) && !isGivenUp(question, subject);
}

/**
 * A setup that was given up isn't waited for, though Azure still calls it pending; nor is one that no operation of
 * ours observes, after a restart of the controller, once its time is over.
 */
function isGivenUp({ observed, settingUpSince, now }: SlotQuestion, subject: string): boolean {
  const tried = observed.attempts.find((attempt) => attempt.subject === subject);
  if (tried?.problem.code === silenceCode) return true;
  return settingUpSince !== undefined && hasSetupTimedOut(settingUpSince, now);
}

function waitForSetup({ question, machine, remedy }: Standing): SlotPlan {
  const subject = subjectOf({ kind: 'setup', name: 'setup', virtualMachine: machine.name });
  const isChange = question.record.outOfService?.[question.slot.slot] !== undefined;
  const doing = remedy !== undefined ? 'mending' : isChange ? 'changing' : 'setting-up';
  return {
    ...waitFor(
      question,
      subject,
      doing,
      `${machine.name} is being set up: packages, tunnel, first request through it.`,
    ),
    ...(remedy === undefined ? {} : { cause: remedy.cause }),
  };
}

/** The replacement of a machine is a build like any other, as long as it may still succeed. */
function isBuiltByRemedy({ remedy, machine, question }: Standing): boolean {
  const open = openTry(remedy);
  if (open?.rung !== 'replace' || isOver(open, question.now)) return false;
  return machine.generation > (open.generation ?? 0);
}

/** Says whether a setup is what is wanted now, whatever became of it. */
function isAsWanted({ config, psk }: ObservedSetup, wanted: SetupIntent): boolean {
  return config === wanted.config && (psk === undefined || psk === pskTag(wanted.psk));
}

function factsOf({ question, machine, health, remedy, wanted }: Standing): GatewayFacts {
  const { observed, slot, site, record } = question;
  const edge = site.tunnel.edges.primary;
  const isServingNow = ({ slot: other, doing }: { slot: string; doing: string }) =>
    other !== slot.slot && doing === 'serving';
  const siblings = record.gateways.filter(isServingNow).length;
  const isTold = record.gateways.some((status) => status.slot === slot.slot && status.doing === 'serving');
  const fleetUp = (observed.fleet?.edges[edge]?.up ?? 0) - (isTold ? 1 : 0);
  const newest = newestUsable(observed.secrets ?? []);
  return {
    slot: slot.slot,
    health,
    isInFlight: isInFlight(observed, subjectOf(machine)),
    ...(remedy === undefined ? {} : { mendedSince: remedy.tries.at(-1)?.begunAt ?? remedy.since }),
    edge: { name: edge, servesOthers: Math.max(siblings, fleetUp) },
    isSecretNewer: Object.values(wanted.psk).some(
      ({ name, version }) => (newest.get(name) ?? version) !== version,
    ),
  };
}

/** What is due on a gateway that serves, the one that replaces its machine first. */
function serveOrChange(standing: Standing): SlotPlan {
  const { question, machine, setup, wanted, remedy, health } = standing;
  const { slot, now } = question;
  const serves: SlotPlan = {
    doing: 'serving',
    because:
      setup !== undefined && isServing(setup)
        ? serviceSentence(setup)
        : `Serves; proved at ${health.provedAt ?? ''}.`,
  };
  if (remedy !== undefined) {
    const seconds = Math.round((now.getTime() - Date.parse(remedy.since)) / 1000);
    const rung = remedy.tries.at(-1)?.rung;
    const sentence = `${slot.slot} serves again, ${seconds} s after its mending began: ${rung === undefined ? 'by itself' : `${rung} helped`}.`;
    const evidence = { cause: remedy.cause, seconds, tried: remedy.tries.map((tried) => tried.rung) };
    return {
      ...serves,
      isMended: true,
      happened: [{ at: now.toISOString(), gateway: slot.slot, reason: 'gateway-mended', sentence, evidence }],
    };
  }
  const wish =
    replacementWish(standing) ??
    (setup !== undefined && isAsWanted(setup, wanted) ? undefined : changeWish(standing));
  return wish === undefined ? serves : { ...serves, wish, ...(machine.config === undefined ? {} : {}) };
}

function replacementWish({ question, machine }: Standing): Wish | undefined {
  const { slot, record, site, policy } = question;
  const order = record.orders?.[slot.slot]?.replace;
  const isOrdered = order?.generation === machine.generation;
  const differs = machine.config !== undefined && machine.config !== machineFingerprint(site);
  if (!isOrdered && !differs) return undefined;
  const why = isOrdered
    ? `${order.by} asked for another machine`
    : 'only another machine brings the size, image or encryption that the site asks for';
  return {
    kind: 'planned',
    because: 'replacement',
    isOrdered,
    takesMachine: true,
    step: {
      verb: 'delete',
      subject: removalOf(machine),
      gateway: slot.slot,
      intent: {
        placement: placementOf(site, policy),
        kind: 'virtual-machine',
        name: machine.name,
        slot: slot.slot,
      },
      reason: isOrdered ? 'replacement-asked-for' : 'machine-differs',
      sentence: `Replaces ${machine.name} in place, with its address: ${why}.`,
      evidence: { generation: machine.generation },
    },
  };
}

function changeWish(standing: Standing): Wish | undefined {
  const { setup, wanted } = standing;
  const isRotation = setup?.config === wanted.config;
  const planned = setUp(standing, isRotation ? 'secret-newer' : 'configuration-differs', true);
  if (planned.step === undefined) return undefined;
  const because = isRotation ? 'rotation' : 'change';
  return { kind: 'planned', because, isOrdered: false, takesMachine: false, step: planned.step };
}

/** Sets the machine up with what is wanted now, unless a secret is missing or the same was refused a moment ago. */
function setUp(
  standing: Standing,
  reason: 'configuration-missing' | 'setup-failed' | 'configuration-differs' | 'secret-newer',
  isChange = false,
): SlotPlan {
  const { question, machine, setup, wanted } = standing;
  const { slot, site, now, observed } = question;
  const subject = subjectOf({ kind: 'setup', name: 'setup', virtualMachine: machine.name });
  const missing = secretsOfSlot(site, slot.slot).find((name) =>
    Object.values(wanted.psk).some((secret) => secret.name === name && secret.version === ''),
  );
  if (missing !== undefined) {
    const because = `Waits for a usable secret ${missing}.`;
    const until = new Date(now.getTime() + 60_000).toISOString();
    const wait = {
      subject,
      gateway: slot.slot,
      reason: 'waits-for-resource' as const,
      sentence: because,
      until,
    };
    return { doing: 'waiting', because, wait };
  }
  const why =
    reason === 'configuration-missing'
      ? 'it has no configuration yet'
      : reason === 'setup-failed' && setup !== undefined
        ? problemOfSetup(setup).detail
        : reason === 'secret-newer'
          ? 'it shall use another version of its PSK'
          : 'it is not what the site asks for now';
  const versions = Object.values(wanted.psk).map(
    ({ name, version }) => `${version.slice(0, 8)} of secret ${name}`,
  );
  const step = {
    verb: 'put' as const,
    subject,
    gateway: slot.slot,
    intent: wanted,
    reason,
    sentence: `Sets ${machine.name} up with configuration ${wanted.config} and version ${[...new Set(versions)].join(' and version ')}: ${why}`,
    evidence: {
      config: wanted.config,
      psk: pskTag(wanted.psk),
      attempt: wanted.attempt,
    },
  };
  // What was refused is not repeated at once; something else is.
  const isRepeated = setup !== undefined && isAsWanted(setup, wanted);
  const asked =
    isRepeated || setup === undefined
      ? question
      : {
          ...question,
          observed: { ...observed, attempts: observed.attempts.filter((tried) => tried.subject !== subject) },
        };
  const doing =
    isChange || question.record.outOfService?.[slot.slot] !== undefined ? 'changing' : 'setting-up';
  return attempt(asked, doing, step, false);
}

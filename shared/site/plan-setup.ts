/** Is the slot's machine configured as it should be, and does it serve? */
import { askUnheard } from './ask-machine.js';
import { dueChange } from './due-change.js';
import { changeHeldBy } from './guards/change-held.js';
import { inSeconds } from './guards/guard.js';
import { openTry } from './ladder.js';
import type { ObservedSetup, ObservedVirtualMachine } from './observed-site.js';
import { isInFlight, subjectOf } from './plan.js';
import { mendOrWait, isOver } from './plan-mend.js';
import { hasSetupTimedOut, isServing, serviceSentence, silenceCode } from './setup-verdict.js';
import { isAsWanted, setUp } from './set-up.js';
import { waitFor, type SlotPlan, type SlotQuestion } from './slot-question.js';
import { standingOf, type Standing } from './standing.js';
import { newestUsable } from './wanted-versions.js';
import { diagnose } from './diagnose.js';
import type { Diagnosis, GatewayFacts } from './diagnosis.js';

/** Plans what a standing machine needs: its setup, a change, a mend, or nothing since it serves. */
export function planSetup(
  question: SlotQuestion,
  machine: ObservedVirtualMachine,
  address: string,
): SlotPlan {
  const standing = standingOf(question, machine, address);
  return { ...planStanding(standing), health: standing.health };
}

/** Seconds until what the owner holds is planned again. */
const heldSeconds = 60;

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
    return changeBroken(standing, diagnosis);
  }
  return mendOrWait(standing, diagnosis);
}

/** One that doesn't serve and isn't what is wanted either gets that first, unless its owner wants no change. */
function changeBroken(standing: Standing, { cause, sentence }: Diagnosis): SlotPlan {
  const { question, machine } = standing;
  const { record, slot, now } = question;
  const held = changeHeldBy(record, slot.slot, now);
  if (held === undefined) return { ...setUp(standing, 'configuration-differs'), cause };
  const because = `${sentence} ${held.sentence}`;
  const wait = {
    subject: machine.name,
    gateway: slot.slot,
    reason: held.reason,
    sentence: because,
    until: held.until ?? inSeconds(now, heldSeconds),
    evidence: { cause, guard: held.reason },
  };
  return { doing: 'broken', because, cause, wait };
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
  const { slot, record } = question;
  const told = record.gateways.find((status) => status.slot === slot.slot)?.doing;
  // The only gateway of a site is changed as it serves.
  const isChange =
    record.outOfService?.[slot.slot] !== undefined || told === 'serving' || told === 'changing';
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

function factsOf({ question, machine, health, remedy, wanted }: Standing): GatewayFacts {
  const { observed, slot, site, record } = question;
  const edge = site.tunnel.edges.primary;
  const isServingNow = ({ slot: other, doing }: { slot: string; doing: string }) =>
    other !== slot.slot && doing === 'serving';
  const siblings = record.gateways.filter(isServingNow).length;
  const isTold = record.gateways.some((status) => status.slot === slot.slot && status.doing === 'serving');
  const { up = 0, down = 0 } = observed.fleet?.edges[edge] ?? {};
  const others = Math.max(record.gateways.length, up + down) - 1;
  const newest = newestUsable(observed.secrets ?? []);
  return {
    slot: slot.slot,
    health,
    isInFlight: isInFlight(observed, subjectOf(machine)),
    ...(remedy === undefined ? {} : { mendedSince: remedy.tries.at(-1)?.begunAt ?? remedy.since }),
    edge: { name: edge, servesOthers: Math.max(siblings, up - (isTold ? 1 : 0)), others },
    isSecretNewer: Object.values(wanted.psk).some(
      ({ name, version }) => (newest.get(name) ?? version) !== version,
    ),
  };
}

/** What is due on a gateway that serves, the one that replaces its machine first. */
function serveOrChange(standing: Standing): SlotPlan {
  const { question, setup, remedy, health } = standing;
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
  const due = dueChange(standing);
  if (due.wish !== undefined || due.wait !== undefined) return { ...serves, ...due };
  const step = askUnheard(standing);
  return step === undefined ? serves : { ...serves, step };
}

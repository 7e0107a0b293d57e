/** What is wrong with a gateway? One cause, from the cheapest signal that can tell it, with its evidence. */
import type { GatewayHealth } from './gateway-health.js';
import type { Evidence } from './timeline-entry.js';
import { ofDiagnosis, ofFailure } from './cause-of-word.js';
import type { Diagnosis, GatewayFacts } from './diagnosis.js';

/** A machine that doesn't say anything for so long doesn't answer: nine of ten short scripts end within 75 s (docs/azure.md). */
export const answerLimitSeconds = 300;

/** A script that was ended after so long without a word never ran to its end: it takes 15 s on a machine that works. */
const silentScriptSeconds = 180;

/** What a machine said that was no answer is asked for again after so long. */
const askAgainSeconds = 300;

/**
 * A gateway that reports trouble is left alone for so long: its agent's strongest mend, a restart of pluto, begins 40 s
 * after the first failure, some 30 s after the report, and tunnels stand within 15 s (docs/gateway.md, 'The agent').
 */
const selfMendSeconds = 45;

/** Finds the cause. Pure: the same facts give the same answer. */
export function diagnose(facts: GatewayFacts, now: Date): Diagnosis {
  const { health, slot } = facts;
  if (health === undefined) return { cause: 'vm-missing', sentence: `${slot} has no machine.`, evidence: {} };
  const { machine, provedAt, complaint, report, said } = health;
  const known = { machine: machine.name, power: machine.power };
  if (machine.power === 'stopped' || machine.power === 'deallocated') {
    return {
      cause: 'vm-stopped',
      sentence: `${machine.name} is ${machine.power}; somebody stopped it.`,
      evidence: known,
    };
  }
  if (facts.isInFlight || machine.state === 'changing' || machine.power === 'starting') {
    return { cause: 'starting', sentence: `${machine.name} is being changed.`, evidence: known };
  }
  const isMended = facts.mendedSince === undefined || (provedAt ?? '') > facts.mendedSince;
  const isSuspect = complaint !== undefined || report !== undefined || said !== undefined || !isMended;
  if (!isSuspect && provedAt !== undefined) {
    return { cause: 'healthy', sentence: `${slot} serves.`, evidence: known };
  }
  if (!isSuspect) return { cause: 'starting', sentence: `${slot} has not served yet.`, evidence: known };
  return askedOrTold(facts, health, now);
}

function askedOrTold(facts: GatewayFacts, health: GatewayHealth, now: Date): Diagnosis {
  const { complaint, report, said, diagnose: run, machine } = health;
  const evidence: Evidence = {
    machine: machine.name,
    ...(complaint === undefined ? {} : { probesAnsweredPercent: complaint.percent, minute: complaint.at }),
    ...(report === undefined ? {} : { reported: report.words, reportedAt: report.at }),
  };
  const asked = run?.requestedAt;
  const isPending = run !== undefined && run.execution !== 'succeeded' && run.execution !== 'failed';
  const { provedAt = '', touchedAt = '' } = health;
  if (asked !== undefined && isPending && asked > provedAt && asked > touchedAt) {
    const seconds = Math.round((now.getTime() - Date.parse(asked)) / 1000);
    return seconds < answerLimitSeconds
      ? {
          cause: 'cannot-tell',
          sentence: `${machine.name} was asked ${seconds} s ago what is wrong, and has not answered yet.`,
          evidence,
        }
      : unresponsive(machine.name, seconds, { ...evidence, askedAt: asked });
  }
  if (said === undefined) return mendsItself(facts, health, evidence, now) ?? mustAsk(facts, evidence);
  if ('failure' in said && said.failure === 'nothing') {
    const { seconds = 0 } = said;
    if (seconds >= silentScriptSeconds) return unresponsive(machine.name, seconds, evidence);
    const ageSeconds = (now.getTime() - Date.parse(said.at)) / 1000;
    return ageSeconds < askAgainSeconds
      ? {
          cause: 'cannot-tell',
          sentence: `${machine.name} was asked what is wrong and gave no answer that can be read.`,
          evidence,
        }
      : mustAsk(facts, evidence);
  }
  const found = 'diagnosis' in said ? ofDiagnosis(facts, said.diagnosis) : ofFailure(facts, said.failure);
  return { ...found, evidence: { ...evidence, saidAt: said.at, ...found.evidence } };
}

/** What a gateway reports, and nothing else bears out yet, is its agent's to mend at first. */
function mendsItself(
  { slot, mendedSince }: GatewayFacts,
  { complaint, report }: GatewayHealth,
  evidence: Evidence,
  now: Date,
): Diagnosis | undefined {
  if (report === undefined || complaint !== undefined || mendedSince !== undefined) return undefined;
  const seconds = Math.round((now.getTime() - Date.parse(report.at)) / 1000);
  if (seconds >= selfMendSeconds) return undefined;
  return {
    cause: 'cannot-tell',
    sentence: `${slot} reported ${seconds} s ago that it does not serve (${report.words}); its agent has ${selfMendSeconds} s to mend that.`,
    evidence,
  };
}

function unresponsive(machine: string, seconds: number, evidence: Evidence): Diagnosis {
  const rounded = Math.round(seconds);
  return {
    cause: 'vm-unresponsive',
    sentence: `${machine} runs and does not answer: not the balancer’s probes, and not within ${rounded} s what it was asked.`,
    evidence: { ...evidence, seconds: rounded },
  };
}

function mustAsk({ slot }: GatewayFacts, evidence: Evidence): Diagnosis {
  const { probesAnsweredPercent, reported } = evidence;
  const why =
    probesAnsweredPercent === undefined
      ? reported === undefined
        ? 'nothing has spoken for it yet'
        : `it reports so itself (${String(reported)})`
      : `${Math.round(Number(probesAnsweredPercent))} % of the balancer’s probes were answered in a minute`;
  return {
    cause: 'cannot-tell',
    mustAsk: true,
    sentence: `${slot} may not serve: ${why}. The machine is asked.`,
    evidence,
  };
}

/** When is a machine asked how it does, and how? By a short script that changes nothing, so no guard is asked. */
import { runIntent } from './desired-site.js';
import { isInFlight, pausedAttempt, subjectOf, type Step } from './plan.js';
import { attempt, type SlotPlan, type SlotQuestion } from './slot-question.js';
import type { Standing } from './standing.js';
import type { Diagnosis } from './diagnosis.js';

/** A gateway of which no metric tells is asked itself, but not within so long after another proof or question. */
const unheardSeconds = 20 * 60;

/** Asks what is wrong with one that may not serve. */
export function ask(standing: Standing, diagnosis: Diagnosis): SlotPlan {
  const doing = standing.remedy === undefined ? 'broken' : 'mending';
  const planned = attempt(withoutStaleRuns(standing), doing, questionTo(standing, diagnosis), false);
  return { ...planned, doing, cause: diagnosis.cause };
}

/**
 * Asks one that serves as far as anybody knows, while the balancer's metric says nothing of it. It goes on serving
 * until it says otherwise: an answer that doesn't come is no evidence.
 */
export function askUnheard(standing: Standing): Step | undefined {
  const { question, machine, health } = standing;
  const { record, observed, slot, now } = question;
  if (observed.health === undefined || health.heardAt !== undefined) return undefined;
  const told = record.gateways.find((status) => status.slot === slot.slot)?.doing;
  if (told !== 'serving') return undefined;
  const { provedAt = '', diagnose } = health;
  const [last = ''] = [provedAt, diagnose?.requestedAt ?? ''].sort().reverse();
  const seconds = Math.round((now.getTime() - Date.parse(last)) / 1000);
  if (!(seconds >= unheardSeconds)) return undefined;
  const sentence = `The balancer’s metric tells nothing of ${slot.slot}. The machine is asked whether it serves.`;
  const evidence = { machine: machine.name, secondsSinceProof: seconds };
  const step = questionTo(standing, { sentence, evidence });
  const isHeld =
    isInFlight(observed, step.subject) || pausedAttempt(observed, step.subject, now) !== undefined;
  return isHeld ? undefined : step;
}

function questionTo(
  { question, machine, wanted }: Standing,
  { sentence, evidence }: Pick<Diagnosis, 'sentence' | 'evidence'>,
): Step {
  const { slot, site, policy, now } = question;
  const about = { slot: slot.slot, virtualMachine: machine.name, gateway: wanted.gateway };
  const intent = runIntent(site, { ...about, script: 'diagnose', requestedAt: now.toISOString() }, policy);
  return {
    verb: 'put',
    subject: subjectOf(intent),
    gateway: slot.slot,
    intent,
    reason: 'asks-machine',
    sentence,
    evidence,
  };
}

/** A script from before the machine was started or moved may never end; the next one takes its place. */
function withoutStaleRuns({ question, machine, health }: Standing): SlotQuestion {
  const { observed } = question;
  const { touchedAt = '' } = health;
  const inFlight = observed.inFlight.filter(
    ({ kind, virtualMachine, begunAt }) =>
      kind !== 'run' || virtualMachine !== machine.name || begunAt > touchedAt,
  );
  return { ...question, observed: { ...observed, inFlight } };
}

/** What is done about a gateway that doesn't serve? Ask, wait for the rung that was begun, take the next one, or say that none is left. */
import { ask } from './ask-machine.js';
import { placementOf, runIntent } from './desired-site.js';
import { inSeconds } from './guards/guard.js';
import { canBeMended, endTry, nextRung, openTry, rungLimitSeconds } from './ladder.js';
import { isInFlight, pausedAttempt, removalOf, subjectOf, type Step } from './plan.js';
import type { Standing } from './standing.js';
import type { Remedy, Rung, Try } from './remedy.js';
import type { SlotPlan } from './slot-question.js';
import type { Wait } from './plan.js';
import type { TimelineEntry } from './timeline-entry.js';
import { answerLimitSeconds } from './diagnose.js';
import type { Diagnosis } from './diagnosis.js';

/** Seconds until a gateway that nothing on this side can mend is looked at again. */
const farSideSeconds = 5 * 60;
/** Seconds between two questions to a machine that was started or moved a moment ago. */
const askAgainSeconds = 30;

/** Says whether a rung's time is over. */
export function isOver({ rung, begunAt }: Try, now: Date): boolean {
  return now.getTime() - Date.parse(begunAt) >= rungLimitSeconds[rung] * 1000;
}

/** Plans the mending of one gateway. */
export function mendOrWait(standing: Standing, diagnosis: Diagnosis): SlotPlan {
  const { question, machine } = standing;
  const { cause, sentence } = diagnosis;
  if (cause === 'starting') return waitFor(standing, diagnosis, 'waits-for-operation', 15);
  if (diagnosis.mustAsk === true) return ask(standing, diagnosis);
  if (cause === 'cannot-tell') {
    const wait = isInFlight(question.observed, `diagnose of ${machine.name}`) ? undefined : 15;
    return waitFor(standing, diagnosis, 'cannot-tell', wait);
  }
  const known = standing.remedy ?? { cause, since: question.now.toISOString(), tries: [] };
  const open = openTry(known);
  const judged = open === undefined ? undefined : judge(standing, open);
  if (open !== undefined && judged === 'pending') {
    return {
      ...waitFor(standing, diagnosis, 'waits-for-operation', 15),
      because: `${sentence} ${open.rung} is tried.`,
    };
  }
  if (open !== undefined && judged === 'again')
    return begin(standing, diagnosis, { ...known, cause }, open.rung);
  if (judged === 'ask') return ask(standing, diagnosis);
  return climb(standing, diagnosis, { ...known, cause }, open);
}

/** Takes the next rung, after the one that was open was found not to have helped. */
function climb(standing: Standing, diagnosis: Diagnosis, known: Remedy, failed: Try | undefined): SlotPlan {
  const { question } = standing;
  const { site, slot, now } = question;
  const remedy = failed === undefined ? known : endTry(known, 'did-not-help', now);
  const happened: readonly TimelineEntry[] =
    failed === undefined ? [] : [didNotHelp(standing, failed, diagnosis)];
  const { cause, from, isFarSide } = diagnosis;
  const hasSecondary = site.tunnel.edges.secondary !== undefined;
  const isOrdered = question.record.orders?.[slot.slot]?.replace?.generation === standing.machine.generation;
  const rung = isOrdered
    ? 'replace'
    : isToldAgain(standing, remedy)
      ? 'tunnel-up'
      : nextRung(cause, remedy.tries, { from, isFarSide, hasSecondary });
  if (rung !== undefined && (remedy.suspendedAt === undefined || isOrdered)) {
    return { ...begin(standing, diagnosis, remedy, rung), happened };
  }
  if (!canBeMended(cause) || cause === 'service-edge-down' || cause === 'proxy-dead' || isFarSide === true) {
    return { ...waitFor(standing, diagnosis, 'waits-for-far-side', farSideSeconds), remedy, happened };
  }
  return { ...suspend(standing, diagnosis, remedy), happened: [...happened] };
}

/** The far side was told the PSK again: the tunnel is brought up at once, instead of at pluto's next try. */
function isToldAgain({ question }: Standing, { cause, tries }: Remedy): boolean {
  const { rotation } = question.record;
  if (rotation?.reason !== 'credential-refused' || rotation.state !== 'rolling') return false;
  if (cause !== 'credential-refused') return false;
  const isTried = tries.some(({ rung, begunAt }) => rung === 'tunnel-up' && begunAt >= rotation.startedAt);
  return rotation.trying.includes(question.slot.slot) && !isTried;
}

function suspend(standing: Standing, diagnosis: Diagnosis, remedy: Remedy): SlotPlan {
  const { slot, now } = standing.question;
  const suspendedAt = remedy.suspendedAt ?? now.toISOString();
  const tried = remedy.tries.map(({ rung }) => rung).join(', ');
  const sentence = `The mending of ${slot.slot} is suspended: ${tried} did not help. ${diagnosis.sentence} Look at the machine; "replace" goes on with another one.`;
  const wait: Wait = {
    subject: standing.machine.name,
    gateway: slot.slot,
    reason: 'suspended',
    sentence,
    until: inSeconds(now, farSideSeconds),
    evidence: { ...diagnosis.evidence, cause: diagnosis.cause, tried: remedy.tries.map(({ rung }) => rung) },
  };
  return {
    doing: 'suspended',
    because: sentence,
    cause: diagnosis.cause,
    wait,
    remedy: { ...remedy, suspendedAt },
  };
}

function didNotHelp(
  { question, machine }: Standing,
  { rung, begunAt }: Try,
  diagnosis: Diagnosis,
): TimelineEntry {
  const { slot, now } = question;
  const seconds = Math.round((now.getTime() - Date.parse(begunAt)) / 1000);
  return {
    at: now.toISOString(),
    gateway: slot.slot,
    reason: 'mend-did-not-help',
    sentence: `${rung} on ${machine.name} did not help within ${seconds} s. ${diagnosis.sentence}`,
    evidence: { ...diagnosis.evidence, rung, seconds, cause: diagnosis.cause },
  };
}

/** Has the rung that was begun a chance yet? */
function judge(standing: Standing, open: Try): 'pending' | 'failed' | 'again' | 'ask' {
  const { question, health, machine } = standing;
  if (isOver(open, question.now)) return 'failed';
  switch (open.rung) {
    case 'tunnel-up':
    case 'ipsec-restart':
    case 'other-edge':
      return judgeRun(standing, open);
    case 'configure': {
      const { setup } = standing;
      if (setup?.endedAt === undefined || setup.endedAt <= open.begunAt) return 'again';
      return 'failed';
    }
    case 'start':
    case 'redeploy': {
      const isOff = machine.power === 'stopped' || machine.power === 'deallocated';
      if (isOff) return 'again';
      const { said, diagnose: run } = health;
      if (said === undefined) return 'pending';
      const askedAt = run?.requestedAt ?? open.begunAt;
      const seconds = (question.now.getTime() - Date.parse(askedAt)) / 1000;
      const ageSeconds = (question.now.getTime() - Date.parse(open.begunAt)) / 1000;
      if (ageSeconds >= answerLimitSeconds) return 'failed';
      return seconds >= askAgainSeconds ? 'ask' : 'pending';
    }
    case 'replace':
      return machine.generation > (open.generation ?? 0) ? 'pending' : 'again';
  }
}

function judgeRun({ question, health, machine }: Standing, open: Try): 'pending' | 'failed' | 'again' {
  const run = health.remedy;
  if (run?.requestedAt !== open.begunAt)
    return isInFlight(question.observed, `remedy of ${machine.name}`) ? 'pending' : 'again';
  return run.execution === 'failed' || run.execution === 'succeeded' ? 'failed' : 'pending';
}

/** What is due, for guards to allow; what could not be begun a moment ago has its pause first. */
function begin(standing: Standing, diagnosis: Diagnosis, remedy: Remedy, rung: Rung): SlotPlan {
  const step = stepOf(standing, diagnosis, rung, openTry(remedy));
  const { observed, slot, now } = standing.question;
  const paused = pausedAttempt(observed, step.subject, now);
  if (paused !== undefined) {
    const { subject } = step;
    const sentence = `${paused.problem.detail} ${rung} is tried again after ${paused.notBefore}.`;
    const reason = 'waits-after-failure' as const;
    return {
      doing: 'mending',
      because: sentence,
      cause: diagnosis.cause,
      remedy,
      wait: { subject, gateway: slot.slot, reason, sentence, until: paused.notBefore },
    };
  }
  return {
    doing: 'mending',
    because: `${diagnosis.sentence} Next: ${rung}.`,
    cause: diagnosis.cause,
    remedy,
    wish: { kind: 'mend', rung, remedy, step },
  };
}

const rungWords: Readonly<Record<Rung, string>> = {
  'tunnel-up': 'Brings the tunnel up again',
  'ipsec-restart': 'Restarts ipsec',
  configure: 'Sets the machine up again',
  'other-edge': 'Brings the tunnel to the other edge up',
  start: 'Starts the machine',
  redeploy: 'Moves the machine to another host (redeploy)',
  replace: 'Replaces the machine, with its address',
};

function stepOf(standing: Standing, diagnosis: Diagnosis, rung: Rung, open: Try | undefined): Step {
  const { question, machine, wanted } = standing;
  const { slot, site, policy, now } = question;
  const placement = placementOf(site, policy);
  const about = {
    gateway: slot.slot,
    reason: 'mends' as const,
    sentence: `${rungWords[rung]} on ${machine.name}: ${diagnosis.sentence}`,
    evidence: { ...diagnosis.evidence, cause: diagnosis.cause, rung },
  };
  const target = { placement, kind: 'virtual-machine' as const, name: machine.name, slot: slot.slot };
  switch (rung) {
    case 'tunnel-up':
    case 'other-edge':
    case 'ipsec-restart': {
      const script = rung === 'ipsec-restart' ? rung : 'tunnel-up';
      const requestedAt = open?.begunAt ?? now.toISOString();
      const intent = runIntent(
        site,
        { slot: slot.slot, virtualMachine: machine.name, gateway: wanted.gateway, script, requestedAt },
        policy,
      );
      return { verb: 'put', subject: subjectOf(intent), intent, ...about };
    }
    case 'configure':
      return {
        verb: 'put',
        subject: subjectOf(wanted),
        intent: { ...wanted, attempt: wanted.attempt + 1 },
        ...about,
      };
    case 'start':
    case 'redeploy':
      return { verb: rung, subject: subjectOf(target), intent: target, ...about };
    case 'replace':
      return { verb: 'delete', subject: removalOf(target), intent: target, ...about };
  }
}

function waitFor(
  { question, machine, remedy }: Standing,
  { cause, sentence, evidence }: Diagnosis,
  reason: 'waits-for-operation' | 'cannot-tell' | 'waits-for-far-side',
  seconds: number | undefined,
): SlotPlan {
  const { slot, now } = question;
  const until = seconds === undefined ? {} : { until: inSeconds(now, seconds) };
  const wait = {
    subject: machine.name,
    gateway: slot.slot,
    reason,
    sentence,
    evidence: { ...evidence, cause },
    ...until,
  };
  const doing = remedy === undefined || reason === 'waits-for-far-side' ? 'broken' : 'mending';
  return { doing, because: sentence, cause, wait };
}

/** Is the slot's machine configured, and does it serve? */
import { gatewayConfig, setupIntent } from './desired-site.js';
import type { ObservedSetup, ObservedVirtualMachine } from './observed-site.js';
import { isInFlight, subjectOf } from './plan.js';
import { setupOf } from './plan-machine.js';
import {
  hasSetupTimedOut,
  isServing,
  problemOfSetup,
  serviceSentence,
  silenceCode,
} from './setup-verdict.js';
import { attempt, waitFor, type SlotPlan, type SlotQuestion } from './slot-question.js';

/** A setup whose state isn't known yet is waited for while Azure says that it is being written. */
function isUnderWay({ execution, state }: ObservedSetup): boolean {
  return (
    execution === 'pending' || execution === 'running' || (execution === 'unknown' && state === 'changing')
  );
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

/** Plans the setup of the slot's machine: run it, wait for it, or see that the gateway serves. */
export function planSetup(
  question: SlotQuestion,
  machine: ObservedVirtualMachine,
  address: string,
): SlotPlan {
  const { site, slot, observed, resolved, versions, policy, now } = question;
  const setup = setupOf(question, machine);
  const subject = subjectOf({ kind: 'setup', name: 'setup', virtualMachine: machine.name });
  if (machine.power === 'stopped' || machine.power === 'deallocated') {
    const because = `${machine.name} is ${machine.power}; somebody stopped it. Start it, and the gateway comes back by itself.`;
    return {
      doing: 'stopped',
      because,
      wait: { subject: machine.name, gateway: slot.slot, reason: 'waits-for-person', sentence: because },
    };
  }
  const isWaitedFor = setup !== undefined && isUnderWay(setup) && !isGivenUp(question, subject);
  if (isInFlight(observed, subject) || isWaitedFor) {
    return waitFor(
      question,
      subject,
      'setting-up',
      `${machine.name} is being set up: packages, tunnel, first request through it.`,
    );
  }
  if (setup !== undefined && isServing(setup)) return { doing: 'serving', because: serviceSentence(setup) };
  const failures = observed.attempts.find((tried) => tried.subject === subject)?.failures ?? 0;
  const gateway = gatewayConfig(site, slot, address, resolved, policy);
  const intent = setupIntent(site, slot, machine.name, gateway, versions, failures + 1, policy);
  const secret = intent.psk.primary;
  if (secret === undefined || secret.version === '') {
    const because = `Waits for a usable secret ${secret?.name ?? ''}.`;
    return {
      doing: 'waiting',
      because,
      wait: {
        subject,
        gateway: slot.slot,
        reason: 'waits-for-resource',
        sentence: because,
        until: new Date(now.getTime() + 60_000).toISOString(),
      },
    };
  }
  const why = setup === undefined ? 'it has no configuration yet' : problemOfSetup(setup).detail;
  return attempt(
    question,
    'setting-up',
    {
      verb: 'put',
      subject,
      gateway: slot.slot,
      intent,
      reason: setup === undefined ? 'configuration-missing' : 'setup-failed',
      sentence: `Sets ${machine.name} up with configuration ${intent.config} and version ${secret.version.slice(0, 8)} of secret ${secret.name}: ${why}`,
      evidence: {
        config: intent.config,
        secret: secret.name,
        version: secret.version,
        attempt: failures + 1,
      },
    },
    false,
  );
}

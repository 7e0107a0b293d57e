/** Would clients be left without a gateway? */
import type { BackendSample } from '../observed-site.js';
import { inSeconds, pass, type Guard, type GuardFacts } from './guard.js';

/** A machine that runs and may still carry traffic is believed to be dead only after so long without a single answer. */
const silenceSeconds = 5 * 60;

/** Holds what would take the last gateway that serves, or that may serve. */
export const lastHealthyGuard: Guard = ({ slot, kind, rung, isReplacement }, facts, now) => {
  if (facts.othersServing > 0 || kind === 'mend') return pass;
  if (kind === 'machine') {
    const isRunning = facts.health?.machine.power === 'running';
    return isRunning && rung !== 'start' ? untilSilent(slot, facts, now) : pass;
  }
  // The only gateway of a site is set up again while it serves: clients notice a pause (ADR 13).
  if (facts.wanted === 1 && !isReplacement) return pass;
  return {
    kind: 'hold',
    reason: 'last-healthy-gateway',
    sentence: `${slot} is the last gateway of ${facts.record.name} that serves; it is not taken out.`,
    until: inSeconds(now, 60),
    evidence: { othersServing: 0 },
  };
};

function untilSilent(slot: string, { health, remedy, record }: GuardFacts, now: Date) {
  const complaint: BackendSample | undefined = health?.complaint;
  const since = remedy?.since ?? now.toISOString();
  const seconds = (now.getTime() - Date.parse(since)) / 1000;
  // What the machine itself said, or nothing answered at all for long enough: then nobody is served by it. A script
  // without a word says something of the guest agent alone.
  const said = health?.said;
  const hasSpoken = said !== undefined && !('failure' in said && said.failure === 'nothing');
  if (hasSpoken || ((complaint?.percent ?? 0) === 0 && seconds >= silenceSeconds)) return pass;
  return {
    kind: 'hold' as const,
    reason: 'last-healthy-gateway' as const,
    sentence: `No other gateway of ${record.name} serves, and ${slot} may still carry connections; its machine is not touched before nothing has answered for ${silenceSeconds} s.`,
    until: inSeconds(now, Math.max(15, silenceSeconds - seconds)),
    evidence: { seconds: Math.round(seconds) },
  };
}

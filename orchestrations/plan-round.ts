/** What does one round decide and record? The bridge between a run's state and the pure plan. */
import type { GatewayConfig } from '../shared/gateway/gateway-config.js';
import type { Plan } from '../shared/site/plan.js';
import { planSite } from '../shared/site/plan-site.js';
import { runHorizonSeconds } from '../shared/site/policy.js';
import { cannotLook } from '../shared/site/refusal.js';
import type { Run, SiteRecord } from '../shared/site/site-record.js';
import { foldRotation } from '../shared/site/fold-rotation.js';
import { entriesOf, toldBy } from '../shared/site/tell.js';
import type { RoundRecord, SiteReading } from './activity-inputs.js';
import { lookSubject } from '../shared/site/fold-looks.js';
import { nextLookAt } from '../shared/site/next-round.js';
import { observedOf, type Round } from '../shared/site/round.js';

/** A run that is at work should have written again by then; if it hasn't, the sweep starts another. */
const busySeconds = 120;

/** Plans the round, or says that the site can't be looked at. */
export function planRound(
  round: Round,
  { record, settings }: SiteReading,
  configHash: (config: GatewayConfig) => string,
  now: Date,
): Plan {
  const { rotation } = record;
  const rotated = rotation === undefined ? {} : { rotation: foldRotation(rotation, round.rotated) };
  const current = { ...record, ...rotated, generations: round.generations };
  const blind = round.mustLook
    ? round.attempts.find(({ subject }) => subject === lookSubject(record.name))
    : undefined;
  const isGroupGone = blind?.problem.code === 'ResourceGroupNotFound' && record.wanted === 'absent';
  if (blind !== undefined && !isGroupGone) return cannotLook(current, blind);
  // What Azure says of a group that is gone is an answer: nothing of the site is left in it.
  const observed = isGroupGone ? { resources: [], inFlight: [], attempts: [] } : observedOf(round, now);
  return planSite(current, observed, { ...settings, configHash }, now);
}

/** Says whether the run may end: nothing to begin, nothing in flight, nothing due within a minute. */
export function isRunOver(round: Round, plan: Plan, now: Date): boolean {
  if (plan.isGone) return true;
  const dueInSeconds = (nextLookAt(round, plan, now).getTime() - now.getTime()) / 1000;
  const begins = plan.steps.length + (plan.rotationSteps ?? []).length;
  return begins === 0 && round.inFlight.length === 0 && dueInSeconds > runHorizonSeconds;
}

interface Decided {
  readonly round: Round;
  readonly plan: Plan;
  readonly reading: SiteReading;
  readonly run: Run;
  readonly isOver: boolean;
  readonly now: Date;
}

/** What is written before anything is begun. */
export function recordOf({ round, plan, reading, run, isOver, now }: Decided): RoundRecord {
  const lookAt = isOver ? nextLookAt(round, plan, now) : new Date(now.getTime() + busySeconds * 1000);
  const { phase, problem, gateways, frontendIp, resolved, kept } = plan;
  return {
    site: reading.record.name,
    writtenAs: reading.writtenAs,
    ...(reading.lookWanted === undefined ? {} : { lookWanted: reading.lookWanted }),
    run,
    status: {
      phase,
      ...(problem === undefined ? {} : { problem }),
      gateways,
      ...(frontendIp === undefined ? {} : { frontendIp }),
      ...(resolved === undefined ? {} : { resolved }),
      attempts: round.attempts,
      generations: round.generations,
      lookAt: lookAt.toISOString(),
      ...(kept === undefined ? {} : { kept }),
      told: toldBy(plan),
    },
    entries: [...round.happened, ...entriesOf(plan, reading.record, now)],
    isLookDone: isOver,
    isGone: plan.isGone,
    now: now.toISOString(),
  };
}

/** Gateways whose mending is over with this plan: their seats are free. */
export function mendedBy({ kept }: Plan, { remedies = {} }: SiteRecord): readonly string[] {
  if (kept === undefined) return [];
  return Object.keys(remedies).filter((slot) => kept.remedies[slot] === undefined);
}

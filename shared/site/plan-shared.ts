/** What do a site's gateways share, and is it as it should be? Balancer, security group, alert rule, pool. */
import { alertRuleIntent, loadBalancerIntent, poolIntent, securityGroupIntent } from './desired-site.js';
import type { SlotId } from './ids.js';
import type { AlertRuleIntent, LoadBalancerIntent, ResourceIntent } from './intent.js';
import { isInFlight, pausedAttempt, type Observed, type Step, type Wait } from './plan.js';
import { planDeletion } from './plan-deletion.js';
import type { Policy } from './policy.js';
import type { Site } from './site.js';
import type { Resolved, SiteRecord } from './site-record.js';

/** One shared resource: at most one step, or one wait. */
export interface SharedPlan {
  readonly step?: Step;
  readonly wait?: Wait;
}

/** What sharing is planned from. */
export interface SharedQuestion {
  readonly record: SiteRecord;
  /** The site with the ports that the balancer hands on now. */
  readonly balancerSite: Site;
  readonly observed: Observed;
  readonly resolved: Resolved;
  /** Gateways that should get no new connections. */
  readonly drained: readonly SlotId[];
  /** All gateways have served for a while. */
  readonly isSettled: boolean;
  readonly policy: Policy;
  readonly now: Date;
}

/** Plans all of it. */
export function planShared({
  record,
  balancerSite,
  observed,
  resolved,
  drained,
  isSettled,
  policy,
  now,
}: SharedQuestion): readonly SharedPlan[] {
  const { spec } = record;
  const balancer = planOne(atKnownAddress(loadBalancerIntent(balancerSite, policy), record), observed, now);
  const hasRule = spec.monitoring.alertRules && policy.hasActionGroup;
  return [
    planOne(securityGroupIntent(spec, resolved, policy), observed, now),
    balancer,
    hasRule
      ? planRule(alertRuleIntent(spec, policy), isSettled, observed, now)
      : planRemoval(record, observed, policy, now),
    ...(balancer.step === undefined && balancer.wait === undefined
      ? [planPool(record, observed, drained, policy, now)]
      : []),
  ];
}

function planOne(intent: ResourceIntent, observed: Observed, now: Date): SharedPlan {
  const found = observed.resources.find(({ kind, name }) => kind === intent.kind && name === intent.name);
  if (isInFlight(observed, intent.name)) return write(intent, observed, now, 'resource-differs', '');
  if (found?.state === 'settled' && found.config === intent.config) return {};
  const reason = found === undefined ? 'resource-missing' : 'resource-differs';
  const why = found === undefined ? 'the site has none' : 'it differs from what the site asks for';
  return write(intent, observed, now, reason, `Writes ${intent.name}: ${why}.`);
}

/**
 * A rule looks back over five minutes, also when it is new: made earlier, it would tell of probes that nobody could answer
 * yet, after each build. Until then the sweep is there.
 */
function planRule(intent: AlertRuleIntent, isSettled: boolean, observed: Observed, now: Date): SharedPlan {
  const stands = observed.resources.some(({ kind }) => kind === 'alert-rule');
  return stands || isSettled ? planOne(intent, observed, now) : {};
}

/** A rule that the site doesn't want any more goes. */
function planRemoval({ spec }: SiteRecord, observed: Observed, policy: Policy, now: Date): SharedPlan {
  const rules = observed.resources.filter(({ kind }) => kind === 'alert-rule');
  const { steps, waits } = planDeletion(spec, { ...observed, resources: rules }, policy, now);
  const [step] = steps;
  const [wait] = waits;
  if (step === undefined) return wait === undefined ? {} : { wait };
  const sentence = `Deletes ${step.intent.name}: the site wants no alert rule.`;
  return { step: { ...step, reason: 'resource-surplus', sentence } };
}

/** Who gets no new connections stands in the pool, which is a part of the balancer: both have one writer. */
function planPool(
  { spec }: SiteRecord,
  observed: Observed,
  drained: readonly SlotId[],
  policy: Policy,
  now: Date,
): SharedPlan {
  const balancer = observed.resources.find((resource) => resource.kind === 'load-balancer');
  if (balancer === undefined) return {};
  const wanted = [...drained].sort();
  const isMember = (slot: SlotId) =>
    observed.resources.some((resource) => resource.kind === 'network-interface' && resource.slot === slot);
  const there = balancer.drained.filter(isMember).sort();
  if (wanted.join() === there.join()) return {};
  const out = wanted.filter((slot) => !there.includes(slot));
  const back = there.filter((slot) => !wanted.includes(slot));
  const words = [
    ...(out.length > 0 ? [`${out.join(', ')} gets no new connections`] : []),
    ...(back.length > 0 ? [`${back.join(', ')} may get new connections again`] : []),
  ];
  const intent = poolIntent(spec, wanted, policy);
  return write(
    intent,
    observed,
    now,
    out.length > 0 ? 'drains' : 'returns',
    `Writes the pool of ${intent.name}: ${words.join('; ')}.`,
  );
}

function write(
  intent: ResourceIntent,
  observed: Observed,
  now: Date,
  reason: 'resource-missing' | 'resource-differs' | 'drains' | 'returns',
  sentence: string,
): SharedPlan {
  const subject = intent.name;
  if (isInFlight(observed, subject)) {
    return { wait: { subject, reason: 'waits-for-operation', sentence: `${subject} is being written.` } };
  }
  const paused = pausedAttempt(observed, subject, now);
  if (paused === undefined) return { step: { verb: 'put', subject, intent, reason, sentence } };
  const told = `${paused.problem.detail} Again after ${paused.notBefore}.`;
  return { wait: { subject, reason: 'waits-after-failure', sentence: told, until: paused.notBefore } };
}

/** A balancer that is written again keeps the address that clients have in their proxy.pac. */
function atKnownAddress(intent: LoadBalancerIntent, { frontendIp }: SiteRecord): LoadBalancerIntent {
  return frontendIp === undefined || intent.frontendIp !== undefined ? intent : { ...intent, frontendIp };
}

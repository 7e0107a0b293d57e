/** Which sentences does an operator read? All of what happened, in one place. */
import type { Operation } from './intent.js';
import type { ObservedResource, ObservedRun } from './observed-site.js';
import type { Step, Plan } from './plan.js';
import { serviceSentence } from './setup-verdict.js';
import type { Reason } from './reason.js';
import type { RotationStep } from './rotation-step.js';
import type { Attempt, SiteRecord } from './site-record.js';
import type { TimelineEntry } from './timeline-entry.js';
import { tunnelWords } from './cause-of-word.js';

const words = {
  'security-group': 'Security group',
  'load-balancer': 'Balancer',
  'public-ip': 'Public address',
  'network-interface': 'Network interface',
  'virtual-machine': 'Machine',
  setup: 'Setup',
  run: 'Script',
  pool: 'Pool of',
  'alert-rule': 'Alert rule',
} as const;

function again({ failures, notBefore }: Attempt): string {
  return `Failure ${failures} in a row; tried again after ${notBefore.slice(11, 19)} UTC.`;
}

/** Decisions to do nothing that are told, once each. */
const toldOnce: readonly Reason[] = [
  'protected',
  'frozen',
  'grace-after-build',
  'last-healthy-gateway',
  'max-unavailable',
  'replacements-a-day',
  'suspended',
  'fleet-in-flight',
  'fleet-frozen',
  'advised',
  'waits-for-far-side',
  'not-checked',
];

/** What the timeline holds of decisions after this plan: by gateway or resource, which decision. */
export function toldBy({ waits }: Plan): Readonly<Record<string, string>> {
  const decisions = waits.filter(({ reason }) => toldOnce.includes(reason));
  return Object.fromEntries(
    decisions.map(({ gateway, subject, reason, evidence }) => [
      gateway ?? subject,
      `${reason} ${String(evidence?.['cause'] ?? '')} ${String(evidence?.['rung'] ?? '')}`.trim(),
    ]),
  );
}

/** Decisions that the timeline doesn't hold yet. */
function decided(plan: Plan, { told = {} }: SiteRecord, at: string): readonly TimelineEntry[] {
  const now = toldBy(plan);
  return plan.waits
    .filter(({ reason }) => toldOnce.includes(reason))
    .filter(({ gateway, subject }) => now[gateway ?? subject] !== told[gateway ?? subject])
    .map(({ gateway, reason, sentence, evidence }) => ({
      at,
      ...(gateway === undefined ? {} : { gateway }),
      reason,
      sentence,
      ...(evidence === undefined ? {} : { evidence }),
    }));
}

/** A step that could not even be begun. */
export function happenedTo({
  step,
  failed,
  now,
}: {
  readonly step: Step | RotationStep;
  readonly failed: Attempt;
  readonly now: Date;
}): TimelineEntry {
  const { problem } = failed;
  return {
    at: now.toISOString(),
    ...(step.gateway === undefined ? {} : { gateway: step.gateway }),
    reason: 'operation-failed',
    sentence: `${step.subject}: ${problem.detail} ${problem.mend ?? ''} ${again(failed)}`.replace(
      / {2,}/g,
      ' ',
    ),
    evidence: {
      problem: problem.type,
      ...(problem.code === undefined ? {} : { code: problem.code }),
      failures: failed.failures,
    },
  };
}

/** An operation that ended: well, or with what made it fail. */
export function endOf(
  operation: Operation,
  now: Date,
  failed?: Attempt,
  observed?: ObservedResource,
): TimelineEntry {
  const seconds = Math.round((now.getTime() - Date.parse(operation.begunAt)) / 1000);
  const { verb, kind, slot } = operation;
  const name = kind === 'setup' ? (operation.virtualMachine ?? '') : operation.name;
  const about = { at: now.toISOString(), ...(slot === undefined ? {} : { gateway: slot }) };
  if (failed !== undefined) {
    const { problem } = failed;
    const sentence = `${words[kind]} of ${name}`.replace(/^(?!Setup)(\S.*) of /, '$1 ');
    return {
      ...about,
      reason: kind === 'setup' ? 'setup-failed' : 'operation-failed',
      sentence:
        `${sentence} failed after ${seconds} s: ${problem.detail} ${problem.mend ?? ''} ${again(failed)}`.replace(
          / {2,}/g,
          ' ',
        ),
      evidence: {
        problem: problem.type,
        ...(problem.code === undefined ? {} : { code: problem.code }),
        failures: failed.failures,
        seconds,
      },
    };
  }
  if (observed?.kind === 'setup') {
    return {
      ...about,
      reason: 'gateway-serves',
      sentence: `${slot ?? name} serves, ${seconds} s after its setup began. ${serviceSentence(observed)}`,
      evidence: { seconds, changed: observed.result?.changed ?? [] },
    };
  }
  if (observed?.kind === 'run') {
    return {
      ...about,
      reason: 'machine-said',
      sentence: `${observed.virtualMachine} says after ${seconds} s: ${wordsOf(observed)}.`,
      evidence: { seconds },
    };
  }
  const what = verb === 'delete' ? 'is gone' : verb === 'put' ? 'is there' : 'is done';
  return {
    ...about,
    reason: 'operation-succeeded',
    sentence: `${words[kind]} ${name} ${what} after ${seconds} s.`,
    evidence: { seconds },
  };
}

/** What a machine said, in a few words. */
function wordsOf({ diagnosis, result, execution }: ObservedRun): string {
  if (diagnosis !== undefined) {
    const { changedFiles, probe } = diagnosis;
    const changed = changedFiles.length === 0 ? [] : [`${changedFiles.join(', ')} changed by hand`];
    const services = Object.entries(diagnosis.services).flatMap(([name, isActive]) =>
      isActive ? [] : [`${name} does not run`],
    );
    return [...changed, ...services, ...tunnelWords(diagnosis), `the probe gets ${probe}`].join('; ');
  }
  if (result === undefined) return `nothing that can be read (${execution})`;
  const tunnels = Object.entries(result.tunnels).map(([role, { state }]) => `tunnel ${role} ${state}`);
  return [
    ...tunnels,
    ...(result.reason === undefined ? [] : [result.reason]),
    `the probe gets ${result.probe}`,
  ].join('; ');
}

/** What a plan adds to the timeline: the steps that are about to be begun, a refusal, a change of phase. */
export function entriesOf(plan: Plan, record: SiteRecord, now: Date): readonly TimelineEntry[] {
  const at = now.toISOString();
  const all = [...plan.steps, ...(plan.rotationSteps ?? [])];
  const begun = all.map(({ gateway, reason, sentence, evidence }) => ({
    at,
    ...(gateway === undefined ? {} : { gateway }),
    reason,
    sentence,
    ...(evidence === undefined ? {} : { evidence }),
  }));
  const refused = plan.waits
    .filter(({ reason }) => reason === 'refused' && record.problem?.detail !== plan.problem?.detail)
    .map(({ reason, sentence }) => ({ at, reason, sentence }));
  if (plan.isGone)
    return [{ at, reason: 'site-deleted', sentence: `${record.name} is gone; nothing of it is left.` }];
  const found = [...(plan.happened ?? []), ...decided(plan, record, at)];
  if (plan.phase === record.phase) return [...refused, ...found, ...begun];
  const why = plan.problem === undefined ? '' : `: ${plan.problem.detail}`;
  const changed: TimelineEntry = {
    at,
    reason: 'phase-changed',
    sentence: `${record.name} is ${plan.phase}${why}${why === '' ? `, after ${record.phase}.` : ''}`,
    evidence: { before: record.phase, now: plan.phase },
  };
  return plan.phase === 'refused' ? [changed, ...refused] : [changed, ...found, ...begun];
}

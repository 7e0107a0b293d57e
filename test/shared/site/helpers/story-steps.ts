/** What is a step of a story? How long it takes, what Azure shows of it, what it is on the ladder, and how it reads. */
import type { GatewayDiagnosis } from '../../../../shared/gateway/gateway-diagnosis.js';
import type { SetupFailure } from '../../../../shared/gateway/setup-result.js';
import type { Operation } from '../../../../shared/site/intent.js';
import type { ObservedResource } from '../../../../shared/site/observed-site.js';
import { identityOf, type Step } from '../../../../shared/site/plan.js';
import type { Rung } from '../../../../shared/site/remedy.js';
import { withoutField } from '../../../../shared/site/without-field.js';
import { made } from './azure-in-words.js';

/** Seconds until a step is done. */
export function durationOf({ verb, intent }: Step): number {
  if (verb === 'redeploy') return 120;
  switch (intent.kind) {
    case 'virtual-machine':
      return 60;
    case 'setup':
      return 90;
    case 'run':
      return 30;
    default:
      return 15;
  }
}

/** What a step is on the ladder. */
export function rungOf(step: Step): Rung | undefined {
  if (step.verb === 'start' || step.verb === 'redeploy') return step.verb;
  if (step.verb === 'delete') return undefined;
  switch (step.intent.kind) {
    case 'run':
      return step.intent.script === 'diagnose' ? undefined : step.intent.script;
    case 'setup':
      return 'configure';
    case 'virtual-machine':
      return 'replace';
    default:
      return undefined;
  }
}

/** What Azure shows of a step that was begun a moment ago. */
export function underWay(resources: readonly ObservedResource[], step: Step): readonly ObservedResource[] {
  if (step.verb !== 'put' || step.intent.kind === 'pool') return resources;
  const begun = begunOf(made(step));
  return [...resources.filter((other) => identityOf(other) !== identityOf(begun)), begun];
}

function begunOf(resource: ObservedResource): ObservedResource {
  const running = { state: 'changing', execution: 'running' } as const;
  switch (resource.kind) {
    case 'setup':
      return { ...withoutField(withoutField(resource, 'result'), 'endedAt'), ...running };
    case 'run': {
      const { id, name, kind, slot, virtualMachine, requestedAt = '' } = resource;
      return { id, name, kind, slot, virtualMachine, requestedAt, ...running };
    }
    default:
      return { ...resource, state: 'changing' };
  }
}

/** What a script fails with on a machine that says this: what isn't known counts as silence (shared/gateway). */
export function reasonOf({ tunnels }: GatewayDiagnosis): SetupFailure {
  const { state, because = 'unknown' } = tunnels.primary ?? { state: 'down' };
  if (state === 'up') return 'proxy-silent';
  return because === 'unknown' ? 'edge-silent' : because;
}

/** A step in words: `hq-z1-1 put setup`, `hq-z1-1 delete vm-hq-z1-1-g1`. */
export function wordsOf(step: Step): string {
  const { verb, intent, gateway } = step;
  const name = 'script' in intent ? intent.script : intent.name;
  const drained = 'drained' in intent ? `pool [${intent.drained.join(' ')}]` : undefined;
  return [gateway, verb, drained ?? name].filter((word) => word !== undefined).join(' ');
}

export const slotOf = ({ intent }: Step) => ('slot' in intent ? intent.slot : undefined);

export function keyOf({ intent }: Step): string {
  const machine = 'virtualMachine' in intent ? intent.virtualMachine : '';
  return `${intent.kind} ${intent.name} ${machine}`;
}

export function keyOfOperation({ kind, name, virtualMachine = '' }: Operation): string {
  return `${kind} ${name} ${virtualMachine}`;
}

export function isOf(resource: ObservedResource, { intent }: Step): boolean {
  const machine = 'virtualMachine' in resource ? resource.virtualMachine : '';
  const kind = intent.kind === 'pool' ? 'load-balancer' : intent.kind;
  const wanted = 'virtualMachine' in intent ? intent.virtualMachine : '';
  return resource.kind === kind && resource.name === intent.name && machine === wanted;
}

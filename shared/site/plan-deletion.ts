/** What goes next when a site is not wanted any more? Machines, then NICs, then addresses, balancer and group. */
import { placementOf } from './desired-site.js';
import type { DeletionIntent } from './intent.js';
import type { ObservedResource } from './observed-site.js';
import {
  isInFlight,
  pausedAttempt,
  removalOf,
  subjectOf,
  type Observed,
  type Step,
  type Wait,
} from './plan.js';
import type { Policy } from './policy.js';
import type { Site } from './site.js';

type Deletable = Exclude<ObservedResource, { kind: 'setup' | 'run' }>;

/** Who has to be gone first: Azure refuses to delete what is referred to (docs/azure.md, in-use errors). */
function holders(resource: Deletable, all: readonly Deletable[]): readonly Deletable[] {
  switch (resource.kind) {
    case 'virtual-machine':
    case 'alert-rule':
      return [];
    case 'network-interface':
      return all.filter(
        ({ kind, ...other }) => kind === 'virtual-machine' && 'slot' in other && other.slot === resource.slot,
      );
    case 'public-ip':
      return all.filter(
        ({ kind, ...other }) =>
          kind === 'network-interface' && 'slot' in other && other.slot === resource.slot,
      );
    case 'load-balancer':
    case 'security-group':
      return all.filter(({ kind }) => kind === 'network-interface');
  }
}

/** Plans the deletion of everything that bears the site's tag; steps and waits are both empty when nothing is left. */
export function planDeletion(
  site: Site,
  observed: Observed,
  policy: Policy,
  now: Date,
): { readonly steps: readonly Step[]; readonly waits: readonly Wait[] } {
  const all = observed.resources.filter((resource) => resource.kind !== 'setup' && resource.kind !== 'run');
  const steps: Step[] = [];
  const waits: Wait[] = [];
  for (const resource of all) {
    const verdict = judge(resource, all, observed, now);
    if (verdict !== undefined) waits.push(verdict);
    else steps.push(deletion(resource, placementOf(site, policy)));
  }
  return { steps, waits };
}

function judge(
  resource: Deletable,
  all: readonly Deletable[],
  observed: Observed,
  now: Date,
): Wait | undefined {
  const subject = removalOf(resource);
  const about = 'slot' in resource ? { subject, gateway: resource.slot } : { subject };
  if (isInFlight(observed, subjectOf(resource))) {
    return {
      ...about,
      reason: 'waits-for-operation',
      sentence: `${resource.name} is being changed or deleted.`,
    };
  }
  const held = holders(resource, all);
  if (held.length > 0) {
    const names = held.map(({ name }) => name).join(', ');
    return {
      ...about,
      reason: 'waits-for-resource',
      sentence: `${resource.name} is deleted after ${names}.`,
    };
  }
  const paused = pausedAttempt(observed, subject, now);
  if (paused === undefined) return undefined;
  return {
    ...about,
    reason: 'waits-after-failure',
    sentence: `${paused.problem.detail} Tried ${paused.failures} times; again after ${paused.notBefore}.`,
    until: paused.notBefore,
  };
}

function deletion(resource: Deletable, placement: DeletionIntent['placement']): Step {
  const slot = 'slot' in resource ? { slot: resource.slot } : {};
  return {
    verb: 'delete',
    subject: removalOf(resource),
    ...('slot' in resource ? { gateway: resource.slot } : {}),
    intent: { placement, kind: resource.kind, name: resource.name, ...slot },
    reason: 'deletion-requested',
    sentence: `Deletes ${resource.name}: the site is not wanted any more.`,
  };
}

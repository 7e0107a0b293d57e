/** What does a plan look like? Steps to take now, what is waited for, and what `GET` will tell. */
import type { SlotId } from './ids.js';
import type { FleetView } from './fleet-view.js';
import type { DeletionIntent, MachineActionIntent, Operation, ResourceIntent } from './intent.js';
import type {
  BackendSample,
  ObservedResource,
  ReportedTrouble,
  SecretState,
  Surroundings,
} from './observed-site.js';
import type { Outcome, Problem } from './problem.js';
import type { Reason } from './reason.js';
import type { Remedy, Replacement } from './remedy.js';
import type { Rotation, SecretUse } from './rotation.js';
import type { RotationStep } from './rotation-step.js';
import type { Orders } from './orders.js';
import type { Attempt, GatewayStatus, OutOfService, Phase, Resolved } from './site-record.js';
import type { Evidence, TimelineEntry } from './timeline-entry.js';

/** All that is known when a plan is made. */
export interface Observed {
  readonly resources: readonly ObservedResource[];
  /** Absent when they were not looked at, or too long ago to be believed. */
  readonly surroundings?: Surroundings;
  readonly inFlight: readonly Operation[];
  readonly attempts: readonly Attempt[];
  readonly health?: readonly BackendSample[];
  readonly secrets?: readonly Outcome<SecretState>[];
  readonly reports?: readonly ReportedTrouble[];
  /** Absent when it was not looked at, or too long ago to be believed. */
  readonly fleet?: FleetView;
  /** Fleet-wide seats that remedies of this site were given, or not, by slot. */
  readonly seats?: Readonly<Record<string, 'taken' | 'full'>>;
}

/** Why something is done or not done. */
export interface Verdict {
  /** Name of the resource that it is about. */
  readonly subject: string;
  readonly gateway?: SlotId;
  readonly reason: Reason;
  /** For people, with numbers and units. */
  readonly sentence: string;
  readonly evidence?: Evidence;
}

/** One write that can be begun now. */
export type Step = Verdict &
  (
    | { readonly verb: 'put'; readonly intent: ResourceIntent }
    | { readonly verb: 'delete'; readonly intent: DeletionIntent }
    | { readonly verb: 'start' | 'redeploy'; readonly intent: MachineActionIntent }
  );

/** Something that can't be done yet. */
export interface Wait extends Verdict {
  /** ISO 8601: when it is worth looking again; absent when an operation's answer decides. */
  readonly until?: string;
}

/** The answer of `planSite`. */
export interface Plan {
  readonly steps: readonly Step[];
  /** Steps of a rotation: at the vault and at the far side. */
  readonly rotationSteps?: readonly RotationStep[];
  readonly waits: readonly Wait[];
  /** Nothing can be decided before the surroundings are looked at. */
  readonly needsSurroundings: boolean;
  /** Nothing is mended before the fleet is looked at. */
  readonly needsFleet?: boolean;
  /** Gateways whose mending needs a seat of the fleet first. */
  readonly wantsSeats?: readonly SlotId[];
  /** What the run keeps from now on; absent where nothing is decided, and all stays as it was. */
  readonly kept?: Kept;
  /** What was found out while planning, for the timeline. */
  readonly happened?: readonly TimelineEntry[];
  /** The site was to go, and nothing of it is left. */
  readonly isGone: boolean;
  readonly phase: Phase;
  readonly problem?: Problem;
  readonly gateways: readonly GatewayStatus[];
  readonly frontendIp?: string;
  readonly resolved?: Resolved;
  /** Set when the site is refused: when its surroundings are looked at again. */
  readonly refusal?: Attempt;
}

/** What is kept of decisions: the next round begins with it, in whatever process. */
export interface Kept {
  readonly outOfService: Readonly<Record<string, OutOfService>>;
  readonly remedies: Readonly<Record<string, Remedy>>;
  readonly replacements: readonly Replacement[];
  readonly rotation?: Rotation;
  readonly secretsInUse: Readonly<Record<string, SecretUse>>;
  readonly orders: Orders;
  /** A wish for a rotation that hasn't begun. */
  readonly isRotationWanted: boolean;
}

/** What a resource and an operation on it have in common. */
type Named = Pick<Operation, 'kind' | 'name' | 'virtualMachine'>;

/** Tells one resource from all others of a site. */
export function identityOf({ kind, name, virtualMachine }: Named): string {
  if (kind === 'run') return `run/${virtualMachine ?? ''}/${name}`;
  return kind === 'setup' ? `setup/${virtualMachine ?? ''}` : `${kind}/${name}`;
}

/**
 * Name under which what was tried on a resource is kept. A slot's machine has one through all its generations,
 * so that a new one doesn't forget why the last one failed.
 */
export function subjectOf({ kind, name, virtualMachine }: Named): string {
  if (kind === 'setup') return `setup of ${virtualMachine ?? ''}`;
  if (kind === 'run') return `${name} of ${virtualMachine ?? ''}`;
  return kind === 'virtual-machine' ? name.replace(/-g\d+$/, '') : name;
}

/** Name under which a refused deletion is kept: what made a machine fail doesn't hold up its removal, nor is forgotten. */
export function removalOf({ name }: Pick<Operation, 'name'>): string {
  return `removal of ${name}`;
}

/** Says whether an operation on a resource still runs. */
export function isInFlight({ inFlight }: Observed, subject: string): boolean {
  return inFlight.some((operation) => subjectOf(operation) === subject);
}

/** The attempt whose pause isn't over, if there is one. */
export function pausedAttempt({ attempts }: Observed, subject: string, now: Date): Attempt | undefined {
  return attempts.find((attempt) => attempt.subject === subject && attempt.notBefore > now.toISOString());
}

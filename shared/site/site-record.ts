/** What do we keep of a site? Its row: what is wanted, what was tried, and what `GET` tells. */
import type { SiteName, SlotId, Zone } from './ids.js';
import type { Order, Orders } from './orders.js';
import type { Problem } from './problem.js';
import type { Cause, Remedy, Replacement } from './remedy.js';
import type { Rotation, SecretUse } from './rotation.js';
import type { Site } from './site.js';

/** Phases of a site, as `GET` tells them. */
export type Phase =
  'accepted' | 'refused' | 'building' | 'serving' | 'degraded' | 'down' | 'suspended' | 'deleting';

/** What a gateway is doing. */
export type GatewayActivity =
  | 'waiting'
  | 'getting-address'
  | 'getting-network-interface'
  | 'creating-machine'
  | 'setting-up'
  | 'serving'
  | 'draining'
  | 'drained'
  | 'changing'
  | 'mending'
  | 'broken'
  | 'suspended'
  | 'failed'
  | 'stopped'
  | 'deleting';

/** One gateway, as `GET` tells it. */
export interface GatewayStatus {
  readonly slot: SlotId;
  readonly zone: Zone;
  readonly doing: GatewayActivity;
  /** ISO 8601. */
  readonly since: string;
  /** Why, in a sentence. */
  readonly because: string;
  readonly publicIp?: string;
  readonly privateIp?: string;
  readonly virtualMachine?: string;
  /** The machine with which it served last, and since when (ISO 8601); absent while it never has. */
  readonly served?: { readonly machine: string; readonly since: string };
  /** What is wrong with it, when anything is. */
  readonly cause?: Cause;
  readonly problem?: Problem;
}

/** What was tried on one resource and failed. */
export interface Attempt {
  /** Name of the resource. */
  readonly subject: string;
  /** How often in a row, 1 or more. */
  readonly failures: number;
  readonly problem: Problem;
  /** ISO 8601. */
  readonly failedAt: string;
  /** ISO 8601: not to be tried before. */
  readonly notBefore: string;
}

/** What Azure decided where the site left it open. Kept, so that a later look doesn't change it. */
export interface Resolved {
  readonly zones: readonly Zone[];
  readonly clients: readonly string[];
  readonly acceleratedNetworking: boolean;
}

/** A gateway that is kept away from new connections while something is done to it. */
export interface OutOfService {
  readonly because: 'change' | 'replacement' | 'removal' | 'rotation';
  /** ISO 8601. */
  readonly since: string;
  /** ISO 8601: since when the balancer hands it no new connections. */
  readonly drainedAt?: string;
  /** ISO 8601: since when it is in service again; kept until the balancer's probe has admitted it. */
  readonly returnedAt?: string;
}

/** A run of the site's orchestrator; the newer one wins. */
export interface Run {
  readonly id: string;
  /** ISO 8601. */
  readonly startedAt: string;
}

/** All that is kept of a site, secrets excluded. */
export interface SiteRecord {
  readonly name: SiteName;
  readonly spec: Site;
  /** 1 for the first spec; a replaced spec raises it. */
  readonly revision: number;
  readonly wanted: 'present' | 'absent';
  readonly requestedBy: string;
  /** ISO 8601. */
  readonly requestedAt: string;
  readonly phase: Phase;
  /** ISO 8601. */
  readonly phaseSince: string;
  /** Why the phase is what it is, when it isn't what was wanted. */
  readonly problem?: Problem;
  readonly resolved?: Resolved;
  readonly attempts: readonly Attempt[];
  /** Highest generation that was begun in each slot. */
  readonly generations: Readonly<Record<string, number>>;
  readonly gateways: readonly GatewayStatus[];
  /** Private address of the balancer. */
  readonly frontendIp?: string;
  readonly run?: Run;
  /** What operators asked for on single gateways, by slot. */
  readonly orders?: Orders;
  /** Somebody asked for a rotation that hasn't begun. */
  readonly rotationWanted?: Order;
  readonly outOfService?: Readonly<Record<string, OutOfService>>;
  /** By slot. */
  readonly remedies?: Readonly<Record<string, Remedy>>;
  /** Those of the last day, oldest first. */
  readonly replacements?: readonly Replacement[];
  readonly rotation?: Rotation;
  /** By name of the secret. */
  readonly secretsInUse?: Readonly<Record<string, SecretUse>>;
  /** Decisions that the timeline holds already, by subject: a decision is told once. */
  readonly told?: Readonly<Record<string, string>>;
  /** ISO 8601: when to look again though nothing was signalled. */
  readonly lookAt?: string;
}

/** The record of a site that somebody has just asked for. */
export function newSiteRecord(spec: Site, requestedBy: string, now: string): SiteRecord {
  return {
    name: spec.name,
    spec,
    revision: 1,
    wanted: 'present',
    requestedBy,
    requestedAt: now,
    phase: 'accepted',
    phaseSince: now,
    attempts: [],
    generations: {},
    gateways: [],
    lookAt: now,
  };
}

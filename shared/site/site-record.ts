/** What do we keep of a site? Its row: what is wanted, what was tried, and what `GET` tells. */
import type { SiteName, SlotId, Zone } from './ids.js';
import type { Problem } from './problem.js';
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

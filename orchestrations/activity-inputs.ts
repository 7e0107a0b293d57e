/** What goes into each activity, and what comes out? Small JSON, never a secret. */
import type { GatewayConfig } from '../shared/gateway/gateway-config.js';
import type { SiteName } from '../shared/site/ids.js';
import type { FleetLimits } from '../shared/site/guards/guard.js';
import type { Operation } from '../shared/site/intent.js';
import type { Kept } from '../shared/site/plan.js';
import type { Attempt, GatewayStatus, Phase, Resolved, Run, SiteRecord } from '../shared/site/site-record.js';
import type { Problem } from '../shared/site/problem.js';
import type { TimelineEntry } from '../shared/site/timeline-entry.js';

/** Where a look or a question goes. */
export interface Scope {
  readonly site: SiteName;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly region: string;
  /** Secrets whose newest versions are looked for. */
  readonly secretNames: readonly string[];
}

/** Input of the orchestrator; the second form is what a run hands to the next. */
export interface ReconcileInput {
  readonly site: SiteName;
  readonly run?: Run;
  readonly inFlight?: readonly Operation[];
}

/** Settings of the deployment that plans need. */
export interface PlanSettings {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly zscalerCloud: string;
  readonly fleet: FleetLimits;
  readonly hasActionGroup: boolean;
  readonly reports?: NonNullable<GatewayConfig['reports']>;
}

/** What `readSite` answers; absent when the site is gone. */
export interface SiteReading {
  readonly record: SiteRecord;
  /** Names this writing of the record; a wish for a look doesn't change it. */
  readonly writtenAs: string;
  readonly lookWanted?: string;
  readonly settings: PlanSettings;
}

/** What `recordRound` writes over the row before anything is begun. */
export interface RoundRecord {
  readonly site: SiteName;
  readonly writtenAs: string;
  /** ISO 8601: the wish for a look that the round knew of. */
  readonly lookWanted?: string;
  readonly run: Run;
  readonly status: {
    readonly phase: Phase;
    readonly problem?: Problem;
    readonly gateways: readonly GatewayStatus[];
    readonly frontendIp?: string;
    readonly resolved?: Resolved;
    readonly attempts: readonly Attempt[];
    readonly generations: Readonly<Record<string, number>>;
    readonly lookAt: string;
    /** What decisions keep; absent where nothing was decided, and all stays as it was. */
    readonly kept?: Kept;
    readonly told: Readonly<Record<string, string>>;
  };
  readonly entries: readonly TimelineEntry[];
  /** The look that was asked for is done. */
  readonly isLookDone: boolean;
  /** Nothing of the site is left: the row goes. */
  readonly isGone: boolean;
  /** ISO 8601. */
  readonly now: string;
}

/** `changed`: somebody wrote in between, look again; `fenced`: another run has taken over. */
export type RecordOutcome = 'written' | 'changed' | 'fenced' | 'gone';

/** What `askOperations` is asked. */
export interface OperationsQuestion {
  readonly scope: Scope;
  readonly operations: readonly Operation[];
}

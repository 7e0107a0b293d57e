/** Which numbers steer decisions? All in one place, with units and sources. */
import type { GatewayConfig } from '../gateway/gateway-config.js';
import type { FleetLimits } from './guards/guard.js';

/** Settings of the deployment that decisions need; none is a secret. */
export interface Policy {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  /** Zscaler's cloud, such as `zscaler` or `zscalerthree`; requests through the tunnel go to gateway.<cloud>.net. */
  readonly zscalerCloud: string;
  /** Hash of what would be rendered for a gateway; `configHash` of shared/gateway. */
  readonly configHash: (config: GatewayConfig) => string;
  readonly fleet: FleetLimits;
  /** Where gateways report; absent where they can't. */
  readonly reports?: NonNullable<GatewayConfig['reports']>;
  /** Whether there is an action group that alert rules can call. */
  readonly hasActionGroup: boolean;
}

/** Numbers of the balancer (architecture.md, Cadence on the gateway: a probe every 5 s, 2 failures). */
export const balancer = {
  probePath: '/',
  probeIntervalSeconds: 5,
  probeThreshold: 2,
  /** Azure allows 4 to 100 (Microsoft Learn, 'Load Balancer TCP Reset and Idle Timeout'); proxied connections live long. */
  idleTimeoutMinutes: 30,
} as const;

/** A drained gateway is touched after so long: connections that are still open then are cut (architecture.md, Pool). */
export const drainSeconds = 120;

/**
 * A gateway that is in service again may take connections after two probes (`balancer`), five seconds apart; the next
 * one is taken out only after that, with as much to spare.
 */
export const returnSeconds = 30;

/** A run ends when nothing is due within this; the sweep starts the next one. */
export const runHorizonSeconds = 60;

/**
 * What the alert rule looks back over: its window of five minutes, and the three that the balancer's metric may be late
 * (estimate, docs/azure.md).
 */
export const alertLookBackSeconds = 8 * 60;

/** A site at rest is looked at this often though nothing was signalled. */
export const restLookSeconds = 10 * 60;

/** What surrounds a site is believed this long: quotas, routes, policies and offers change rarely, looking costs eight reads and as many questions to Azure Policy. */
export const surroundingsTrustSeconds = 10 * 60;

/** The fleet and its seats are believed this long: a remedy begins within seconds of them. */
export const fleetTrustSeconds = 60;

/** Azure takes five addresses of every subnet (Microsoft Learn, 'Virtual network FAQ'). */
export const reservedAddresses = 5;

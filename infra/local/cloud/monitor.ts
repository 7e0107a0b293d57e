/** What is Azure Monitor in this region? Metrics, alert rules and action groups, put together. */
import { actionGroups } from './action-groups.js';
import { AlertNotifications, type SentAlert } from './alert-notifications.js';
import { AlertRules } from './alert-rules.js';
import type { AdminStates } from './admin-states.js';
import { parseResourcePath } from './arm-id.js';
import { notFound } from './arm-refusals.js';
import type { Clock } from './clock.js';
import type { Draw } from './durations.js';
import type { Faults } from './faults.js';
import { CustomMetrics } from './custom-metrics.js';
import type { ManagedIdentities } from './managed-identities.js';
import { metricAlertRules } from './metric-alert-rules.js';
import { metricOf } from './metric-definitions.js';
import { reportRound } from './metric-feed.js';
import { Metrics } from './metrics.js';
import { answerMetrics, answerMetricsBatch } from './metrics-api.js';
import { answerMonitorKind, type MonitorKind } from './monitor-resources.js';
import type { Random } from './random.js';
import type { Resource, Resources } from './resources.js';
import { methodNotAllowed, type WireAnswer, type WireRequest } from './wire.js';
import type { World } from './world.js';

/** What Monitor stands on. */
export interface MonitorGround {
  readonly resources: Resources;
  readonly states: AdminStates;
  readonly faults: Faults;
  readonly clock: Clock;
  readonly draw: Draw;
  readonly random: Random;
  readonly seed: number;
  readonly longest: number;
  readonly identities: ManagedIdentities;
  readonly world: World;
  readonly place: {
    readonly subscriptionId: string;
    readonly region: string;
    readonly resourceGroups: readonly string[];
  };
}

const metricsPath = /^(.+)\/providers\/Microsoft\.Insights\/metrics$/i;
const kindPath =
  /^\/subscriptions\/[^/]+(?:\/resourceGroups\/([^/]+))?\/providers\/Microsoft\.Insights\/(metricAlerts|actionGroups)(?:\/([^/]+))?$/i;

/** Azure Monitor. */
export class Monitor {
  readonly metrics: Metrics;
  readonly #custom: CustomMetrics;
  readonly #rules: AlertRules;
  readonly #notifications: AlertNotifications;
  readonly #ruleKind: MonitorKind;

  constructor(private readonly ground: MonitorGround) {
    const { resources, clock, place } = ground;
    this.metrics = new Metrics(ground.seed, ground.longest);
    this.#custom = new CustomMetrics({ ...ground, metrics: this.metrics });
    this.#ruleKind = metricAlertRules(resources);
    this.#notifications = new AlertNotifications({ ...ground, subscriptionId: place.subscriptionId });
    this.#rules = new AlertRules(
      clock,
      (scope, name) => this.#read(scope, name),
      (change) => {
        this.#notifications.tell(change);
      },
    );
  }

  /** Every alert that a rule has fired or resolved, oldest first. */
  alerts(): readonly SentAlert[] {
    return this.#notifications.sent;
  }

  /** Host of the region's batch endpoint. */
  get batchHost(): string {
    return `${this.ground.place.region}.metrics.monitor.azure.com`;
  }

  /** Host of the region's endpoint for custom metrics. */
  get ingestionHost(): string {
    return `${this.ground.place.region}.monitoring.azure.com`;
  }

  /** Answers what comes to the region's endpoint for custom metrics. */
  answerIngestion(request: WireRequest): WireAnswer {
    return this.#custom.answer(request);
  }

  /** Takes what a balancer's probe found; ids of machines in lower case. */
  round(balancer: Resource, probeName: string, answered: ReadonlySet<string>): void {
    reportRound({ ...this.ground, metrics: this.metrics }, balancer, probeName, answered);
  }

  /** Forgets what is gone with its group. */
  gone({ id, type }: Resource): void {
    if (type === this.#ruleKind.type) this.#rules.forget(id);
  }

  /** Answers what comes to ARM for Monitor; `undefined` for what is not its. */
  answer(request: WireRequest): WireAnswer | undefined {
    const metrics = metricsPath.exec(request.path)?.[1];
    if (metrics !== undefined) return this.#answerMetrics(metrics, request);
    const [, resourceGroup, kindName, name] = kindPath.exec(request.path) ?? [];
    if (kindName === undefined) return undefined;
    const kind = kindName.toLowerCase() === 'metricalerts' ? this.#ruleKind : actionGroups;
    const onChange = (resource: Resource) => {
      if (kind === this.#ruleKind) this.#changed(resource);
    };
    return answerMonitorKind(kind, { ...this.ground, onChange }, { resourceGroup, name }, request);
  }

  /** Answers what comes to the region's batch endpoint. */
  answerBatch(request: WireRequest): WireAnswer {
    return answerMetricsBatch({ ...this.ground, metrics: this.metrics, custom: this.#custom }, request);
  }

  #answerMetrics(resourceId: string, request: WireRequest): WireAnswer {
    if (request.method !== 'GET') throw methodNotAllowed(request);
    const parsed = parseResourcePath(resourceId);
    if (parsed === undefined)
      return { status: 404, body: { code: 'NotFound', message: 'No such resource.' } };
    const resource = this.ground.resources.get(resourceId);
    if (resource === undefined) throw notFound(parsed);
    return answerMetrics({ ...this.ground, metrics: this.metrics, custom: this.#custom }, resource, request);
  }

  #changed(rule: Resource): void {
    if (this.ground.resources.get(rule.id) === undefined) this.#rules.forget(rule.id);
    else this.#rules.watch(rule);
  }

  #read(scope: string, metricName: string) {
    const target = this.ground.resources.get(scope);
    const metric = target === undefined ? undefined : metricOf(target.type, metricName);
    return metric === undefined ? [] : this.metrics.read(scope, metric, Date.now());
  }
}

/** When does an alert fire, and when is it resolved? Each rule looks at its own pace, and what has changed is told. */
import { evaluateRule, type Finding, type ReadMetric } from './alert-evaluation.js';
import { idKey } from './arm-id.js';
import type { Clock } from './clock.js';
import { readRule, type MetricAlertRule } from './metric-alert-rules.js';
import type { Resource } from './resources.js';

/** Looks in a row that must find health before an alert is resolved (documentation). */
const healthyLooks = 3;

/** What has become of one combination of dimensions. */
export interface AlertState {
  /** Milliseconds since the epoch; `undefined` while nothing is wrong. */
  firedAt: number | undefined;
  /** The fired alert's number. */
  alert: number;
  healthyInARow: number;
}

/** A change that is told. */
export interface AlertChange {
  readonly ruleResource: Resource;
  readonly rule: MetricAlertRule;
  readonly finding: Finding;
  readonly condition: 'Fired' | 'Resolved';
  readonly firedAt: number;
  /** Same for an alert's firing and its resolution. */
  readonly alert: number;
}

interface Watch {
  readonly rule: string;
  readonly end: AbortController;
  readonly states: Map<string, AlertState>;
}

/** All rules that are there. */
export class AlertRules {
  readonly #watches = new Map<string, Watch>();
  #alerts = 0;

  constructor(
    private readonly clock: Clock,
    private readonly read: ReadMetric,
    private readonly tell: (change: AlertChange) => void,
  ) {}

  /** A rule was written. What it has fired stays fired when it looks at the same as before (inferred). */
  watch(resource: Resource): void {
    const key = idKey(resource.id);
    const rule = readRule(resource.body);
    const known = this.#watches.get(key);
    const text = JSON.stringify([rule.scopes, rule.criteria, rule.windowMs, rule.isEnabled]);
    const states = known?.rule === text ? known.states : new Map<string, AlertState>();
    this.forget(resource.id);
    if (!rule.isEnabled) return;
    const watch: Watch = { rule: text, end: new AbortController(), states };
    this.#watches.set(key, watch);
    void this.#run(resource, rule, watch);
  }

  forget(ruleId: string): void {
    this.#watches.get(idKey(ruleId))?.end.abort();
    this.#watches.delete(idKey(ruleId));
  }

  async #run(ruleResource: Resource, rule: MetricAlertRule, { end, states }: Watch): Promise<void> {
    for (;;) {
      await this.clock.pause(rule.frequencyMs / 1000, end.signal);
      if (end.signal.aborted) return;
      for (const finding of evaluateRule(rule, this.read, Date.now())) {
        const state = states.get(finding.key) ?? { firedAt: undefined, alert: 0, healthyInARow: 0 };
        states.set(finding.key, state);
        const firedAt = state.firedAt;
        const condition = this.#step(state, finding, rule);
        if (condition === undefined) continue;
        this.tell({
          ruleResource,
          rule,
          finding,
          condition,
          firedAt: firedAt ?? Date.now(),
          alert: state.alert,
        });
      }
    }
  }

  #step(
    state: AlertState,
    { isBreached }: Finding,
    rule: MetricAlertRule,
  ): AlertChange['condition'] | undefined {
    state.healthyInARow = isBreached ? 0 : state.healthyInARow + 1;
    if (isBreached) {
      if (state.firedAt !== undefined) return undefined;
      state.firedAt = Date.now();
      state.alert = this.#alerts += 1;
      return 'Fired';
    }
    if (state.firedAt === undefined || state.healthyInARow < healthyLooks) return undefined;
    state.firedAt = undefined;
    // Without auto-mitigation nobody is told that it is over (documentation).
    return rule.isMitigated ? 'Resolved' : undefined;
  }
}

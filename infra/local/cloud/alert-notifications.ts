/** Who is told of an alert? The web hooks of the rule's action groups, after a while and in the order of what happened. */
import { commonAlert, metricAlert } from './alert-payload.js';
import type { AlertChange } from './alert-rules.js';
import type { Clock } from './clock.js';
import type { Draw } from './durations.js';
import type { Faults } from './faults.js';
import { asList, asRecord, asText, propertiesOf } from './json.js';
import { guid, type Random } from './random.js';
import type { Resources } from './resources.js';
import { WebHooks, type HookAnswer } from './web-hooks.js';

/** What tests and operators see of an alert. */
export interface SentAlert {
  readonly alertId: string;
  readonly ruleId: string;
  readonly targetId: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly condition: 'Fired' | 'Resolved';
  /** When the rule found it, in milliseconds since the epoch. */
  readonly foundAt: number;
  /** Lost by a fault: nobody was called. */
  isLost: boolean;
  /** Each receiver that was called, with how each try went. Never the address, which may hold a key. */
  readonly calls: { readonly receiver: string; readonly tries: readonly HookAnswer[] }[];
}

/** What notifications stand on. */
export interface NotificationGround {
  readonly resources: Resources;
  readonly faults: Faults;
  readonly clock: Clock;
  readonly draw: Draw;
  readonly random: Random;
  readonly subscriptionId: string;
}

/** Tells of alerts. */
export class AlertNotifications {
  readonly sent: SentAlert[] = [];
  readonly #ids = new Map<number, string>();
  /** The last notification of each alert, so that its resolution never comes before it. */
  readonly #last = new Map<number, Promise<void>>();
  readonly #hooks: WebHooks;

  constructor(private readonly ground: NotificationGround) {
    this.#hooks = new WebHooks(ground.clock);
  }

  tell(change: AlertChange): void {
    const { subscriptionId, random, draw, clock } = this.ground;
    const id = this.#ids.get(change.alert) ?? guid(random);
    this.#ids.set(change.alert, id);
    const alert: SentAlert = {
      alertId: `/subscriptions/${subscriptionId}/providers/Microsoft.AlertsManagement/alerts/${id}`,
      ruleId: change.ruleResource.id,
      targetId: change.finding.targetId,
      dimensions: change.finding.dimensions,
      condition: change.condition,
      foundAt: Date.now(),
      isLost: false,
      calls: [],
    };
    this.sent.push(alert);
    const delay = clock.pause(draw('monitor.metricAlertEvaluationDelay'));
    const before = this.#last.get(change.alert) ?? Promise.resolve();
    this.#last.set(
      change.alert,
      Promise.all([delay, before]).then(() => this.#send(change, alert)),
    );
  }

  async #send(change: AlertChange, alert: SentAlert): Promise<void> {
    alert.isLost = this.ground.faults.loses('alerts');
    if (alert.isLost) return;
    const { ruleResource, rule } = change;
    const origin = `${this.ground.subscriptionId}_${ruleResource.resourceGroup}_microsoft.insights_metricAlerts_${ruleResource.name}_${change.alert}`;
    await Promise.all(
      rule.actions.flatMap(({ actionGroupId, properties }) =>
        this.#receivers(actionGroupId).map(async ({ name, uri, isCommon }) => {
          const body = isCommon ? commonAlert(change, alert.alertId, origin) : metricAlert(change);
          const full = properties === null ? body : { ...body, customProperties: properties };
          const tries = await this.#hooks.call(uri, full);
          alert.calls.push({ receiver: name, tries });
        }),
      ),
    );
  }

  #receivers(actionGroupId: string) {
    const group = propertiesOf(this.ground.resources.get(actionGroupId)?.body);
    if (group['enabled'] !== true) return [];
    return asList(group['webhookReceivers'])
      .map(asRecord)
      .map(({ name, serviceUri, useCommonAlertSchema }) => ({
        name: asText(name),
        uri: asText(serviceUri),
        isCommon: useCommonAlertSchema === true,
      }));
  }
}

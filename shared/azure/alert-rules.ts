/** Who says that probes of a balancer fail, besides the sweep? A metric alert rule of the site. */
import type { MetricAlertResource } from '@azure/arm-monitor';
import type { AlertRuleIntent, Begun } from '../site/intent.js';
import type { ObservedAlertRule } from '../site/observed-site.js';
import { nameTaken } from '../site/name-taken.js';
import { failure, success, type Outcome } from '../site/problem.js';
import { monitorClient } from './clients.js';
import { networkId } from './network-ids.js';
import { outcomeOf, statusOf } from './problem-of-error.js';
import { deployment } from './settings.js';
import { commonOf, isOf, tagsOf } from './tags.js';

/**
 * The rule: some of the probes of five minutes were not answered, looked at each minute. Criteria of one resource and
 * of platform metrics (Microsoft Learn, 'Create metric alert rules'); 2 is 'warning'.
 */
export function alertRuleBody(intent: AlertRuleIntent, actionGroupId: string): MetricAlertResource {
  const balancer = networkId(intent.placement, 'loadBalancers', intent.loadBalancer);
  return {
    location: 'global',
    tags: tagsOf(intent),
    description: `Probes of ${intent.loadBalancer} fail: Tunnelkeeper looks at the site.`,
    severity: 2,
    enabled: true,
    scopes: [balancer],
    evaluationFrequency: 'PT1M',
    windowSize: 'PT5M',
    autoMitigate: true,
    criteria: {
      odataType: 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria',
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion',
          name: 'backend-health',
          metricName: 'DipAvailability',
          metricNamespace: 'Microsoft.Network/loadBalancers',
          operator: 'LessThan',
          threshold: 100,
          timeAggregation: 'Average',
        },
      ],
    },
    actions: [{ actionGroupId }],
  };
}

/** Reads a rule. */
export function observedAlertRule(found: MetricAlertResource): ObservedAlertRule {
  // A rule has no provisioning state: it is there, or it isn't (recorded: PUT 200, no operation).
  return { kind: 'alert-rule', ...commonOf(found), state: 'settled' };
}

/** Writes a site's rule; over at once. */
export async function putAlertRule(intent: AlertRuleIntent): Promise<Outcome<Begun>> {
  const { subscriptionId, resourceGroup, site } = intent.placement;
  const { actionGroupId } = deployment();
  if (actionGroupId === undefined) return success({});
  return outcomeOf({ verb: 'write', what: intent.name }, async () => {
    const { metricAlerts } = await monitorClient(subscriptionId);
    const existing = await metricAlerts.get(resourceGroup, intent.name).catch((error: unknown) => {
      if (statusOf(error) === 404) return undefined;
      throw error;
    });
    if (existing !== undefined && !isOf(site, existing.tags)) return undefined;
    const body = alertRuleBody(intent, actionGroupId);
    const tags = { ...existing?.tags, ...body.tags };
    return metricAlerts.createOrUpdate(resourceGroup, intent.name, { ...body, tags });
  }).then((written) => {
    if (!written.ok) return written;
    return written.value === undefined
      ? failure(nameTaken(intent.name, resourceGroup, site))
      : success({ observed: observedAlertRule(written.value) });
  });
}

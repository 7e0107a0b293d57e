/** What does a web hook get to read? The common alert schema, or the older one of metric alerts. */
import type { AlertChange } from './alert-rules.js';
import { parseResourcePath } from './arm-id.js';
import type { Json } from './json.js';

/** The common alert schema's body (documentation, 'Common alert schema' with its samples). */
export function commonAlert(change: AlertChange, alertId: string, originAlertId: string): Json {
  const { ruleResource, rule, finding, condition, firedAt } = change;
  const target = finding.targetId.toLowerCase();
  return {
    schemaId: 'azureMonitorCommonAlertSchema',
    data: {
      essentials: {
        alertId,
        alertRule: ruleResource.name,
        targetResourceType: parseResourcePath(target)?.type ?? '',
        alertRuleID: ruleResource.id,
        severity: `Sev${rule.severity}`,
        signalType: 'Metric',
        monitorCondition: condition,
        targetResourceGroup: parseResourcePath(target)?.resourceGroup ?? '',
        monitoringService: 'Platform',
        alertTargetIDs: [target],
        configurationItems: [target.slice(target.lastIndexOf('/') + 1)],
        originAlertId,
        firedDateTime: new Date(firedAt).toISOString(),
        ...(condition === 'Resolved' ? { resolvedDateTime: finding.windowEnd } : {}),
        description: rule.description,
        essentialsVersion: '1.0',
        alertContextVersion: '1.0',
      },
      alertContext: {
        properties: null,
        conditionType: rule.conditionType,
        condition: conditionOf(change),
      },
    },
  };
}

/** The schema for receivers that didn't ask for the common one. */
export function metricAlert(change: AlertChange): Json {
  const { ruleResource, rule, finding, condition } = change;
  const { subscriptionId, resourceGroup, type, names } = parseResourcePath(finding.targetId) ?? {};
  return {
    schemaId: 'AzureMonitorMetricAlert',
    data: {
      version: '2.0',
      properties: null,
      status: condition === 'Fired' ? 'Activated' : 'Deactivated',
      context: {
        timestamp: finding.windowEnd,
        id: ruleResource.id,
        name: ruleResource.name,
        description: rule.description,
        conditionType: rule.conditionType,
        severity: String(rule.severity),
        condition: conditionOf(change),
        subscriptionId,
        resourceGroupName: resourceGroup,
        resourceName: names?.at(-1),
        resourceType: type,
        resourceId: finding.targetId,
      },
    },
  };
}

function conditionOf({ rule, finding }: AlertChange): Json {
  const { windowStart, windowEnd, dimensions } = finding;
  return {
    windowSize: rule.windowSize,
    allOf: finding.sights.map(({ criterion, value }) => ({
      metricName: criterion.metricName,
      metricNamespace: parseResourcePath(finding.targetId)?.type,
      operator: criterion.operator,
      threshold: String(criterion.threshold),
      timeAggregation: criterion.timeAggregation,
      dimensions: Object.entries(dimensions).map(([name, dimension]) => ({ name, value: dimension })),
      metricValue: value,
      webTestName: null,
    })),
    windowStartTime: windowStart,
    windowEndTime: windowEnd,
  };
}

/** What do Azure Monitor and Event Grid send? The least of each, and what a test changes. */
import { noon, policy } from './builders.js';

/** Where resources of the test's sites lie. */
export const group = `/subscriptions/${policy.subscriptionId}/resourceGroups/${policy.resourceGroup}`;

/** ARM id of a site's balancer. */
export const balancerId = (site: string) => `${group}/providers/Microsoft.Network/loadBalancers/lb-${site}`;

/** ARM id of a machine. */
export const machineId = (name: string) => `${group}/providers/Microsoft.Compute/virtualMachines/${name}`;

/** An alert of the common schema; `undefined` takes a field out. */
export function anAlert(
  essentials: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const all: Readonly<Record<string, unknown>> = {
    alertId: '/subscriptions/s/providers/Microsoft.AlertsManagement/alerts/1',
    alertRule: 'alert-hq',
    severity: 'Sev2',
    signalType: 'Metric',
    monitorCondition: 'Fired',
    monitoringService: 'Platform',
    alertTargetIDs: [balancerId('hq')],
    firedDateTime: noon.toISOString(),
    ...essentials,
  };
  const told = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return { schemaId: 'azureMonitorCommonAlertSchema', data: { essentials: told, alertContext: {} } };
}

/** An event of Event Grid's own schema. */
export function anEvent(changes: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    id: 'e-1',
    topic: `/subscriptions/${policy.subscriptionId}`,
    subject: machineId('vm-hq-z1-1-g1'),
    eventType: 'Microsoft.Resources.ResourceActionSuccess',
    eventTime: noon.toISOString(),
    data: {
      operationName: 'Microsoft.Compute/virtualMachines/deallocate/action',
      claims: { appid: '99999999-9999-4999-8999-999999999999' },
    },
    dataVersion: '2',
    metadataVersion: '1',
    ...changes,
  };
}

/** Which metrics does which type of resource have here? */
import type { Duration } from './durations.js';
import { resourceType } from './resource-types.js';

/** A platform metric, or a custom one, which has a namespace. */
export interface MetricDefinition {
  readonly name: string;
  readonly namespace?: string;
  readonly localizedName: string;
  readonly description: string;
  /** Custom ones say none (inferred). */
  readonly unit: 'Count' | 'Unspecified';
  readonly dimensions: readonly string[];
  /** How long after a minute has begun its value can be read. */
  readonly delay: Duration;
}

/** By type of resource in lower case: names, units and dimensions as Azure Monitor's reference of metrics has them. */
const definitions: Readonly<Record<string, readonly MetricDefinition[]>> = {
  [resourceType.loadBalancer.toLowerCase()]: [
    {
      name: 'DipAvailability',
      localizedName: 'Health Probe Status',
      description: 'Average Load Balancer health probe status per time duration',
      unit: 'Count',
      dimensions: ['ProtocolType', 'BackendPort', 'FrontendIPAddress', 'FrontendPort', 'BackendIPAddress'],
      delay: 'monitor.lbDipAvailabilityDelay',
    },
    {
      name: 'VipAvailability',
      localizedName: 'Data Path Availability',
      description: 'Average Load Balancer data path availability per time duration',
      unit: 'Count',
      dimensions: ['FrontendIPAddress', 'FrontendPort'],
      delay: 'monitor.metricIngestionDelay',
    },
  ],
  [resourceType.virtualMachine.toLowerCase()]: [
    {
      name: 'VmAvailabilityMetric',
      localizedName: 'VM Availability Metric (Preview)',
      description: 'Measure of Availability of Virtual machines over time.',
      unit: 'Count',
      dimensions: [],
      delay: 'monitor.metricIngestionDelay',
    },
  ],
};

/** The metrics of a type of resource; none for a type without. */
export function metricsOf(type: string): readonly MetricDefinition[] {
  return definitions[type.toLowerCase()] ?? [];
}

/** The metric of a name, which is compared without regard to case. */
export function metricOf(type: string, name: string): MetricDefinition | undefined {
  return metricsOf(type).find((one) => one.name.toLowerCase() === name.toLowerCase());
}

/** Which SDK clients are there? One a subscription, made at first use, since loading an SDK costs up to half a second. */
import type { ComputeManagementClient } from '@azure/arm-compute';
import type { MonitorClient } from '@azure/arm-monitor';
import type { NetworkManagementClient } from '@azure/arm-network';
import type { PolicyInsightsClient } from '@azure/arm-policyinsights';
import type { SecretClient } from '@azure/keyvault-secrets';
import type { MetricsClient } from '@azure/monitor-query';
import { deployment } from './settings.js';
import { beginOnlyPolicy } from './begin.js';
import { clientOptions, credential } from './transport.js';

const made = new Map<string, Promise<unknown>>();

function once<T>(key: string, make: () => Promise<T>): Promise<T> {
  const known = made.get(key) as Promise<T> | undefined; // a key is used with one type alone
  if (known !== undefined) return known;
  const making = make();
  made.set(key, making);
  making.catch(() => made.delete(key));
  return making;
}

/** Virtual machines, run commands, sizes. */
export function computeClient(subscriptionId: string): Promise<ComputeManagementClient> {
  return once(`compute ${subscriptionId}`, async () => {
    const { ComputeManagementClient: Client } = await import('@azure/arm-compute');
    return new Client(await credential(), subscriptionId, await clientOptions());
  });
}

/** Addresses, NICs, groups, balancers, networks. */
export function networkClient(subscriptionId: string): Promise<NetworkManagementClient> {
  return once(`network ${subscriptionId}`, async () => {
    const { NetworkManagementClient: Client } = await import('@azure/arm-network');
    const options = await clientOptions();
    const beginOnly = { policy: beginOnlyPolicy, position: 'perRetry' as const };
    const additionalPolicies = [...options.additionalPolicies, beginOnly];
    return new Client(await credential(), subscriptionId, { ...options, additionalPolicies });
  });
}

/** Alert rules. */
export function monitorClient(subscriptionId: string): Promise<MonitorClient> {
  return once(`monitor ${subscriptionId}`, async () => {
    const { MonitorClient: Client } = await import('@azure/arm-monitor');
    return new Client(await credential(), subscriptionId, await clientOptions());
  });
}

/** What policies say beforehand. */
export function policyClient(subscriptionId: string): Promise<PolicyInsightsClient> {
  return once(`policies ${subscriptionId}`, async () => {
    const { PolicyInsightsClient: Client } = await import('@azure/arm-policyinsights');
    return new Client(await credential(), subscriptionId, await clientOptions());
  });
}

/** The deployment's vault. */
export function secretClient(): Promise<SecretClient> {
  return once('secrets', async () => {
    const { SecretClient: Client } = await import('@azure/keyvault-secrets');
    return new Client(deployment().vaultUrl, await credential(), await clientOptions());
  });
}

/** What a token for metrics is for; the SDK's own default is the audience of logs (seen in 1.3.3). */
const metricsAudience = 'https://metrics.monitor.azure.com';

/**
 * Metrics of many resources of one region at once. The SDK has since moved this class to a package of its own, with the
 * same wire.
 */
/* eslint-disable @typescript-eslint/no-deprecated */
export function metricsClient(region: string): Promise<MetricsClient> {
  return once(`metrics ${region}`, async () => {
    const { MetricsClient: Client } = await import('@azure/monitor-query');
    const options = { ...(await clientOptions()), audience: metricsAudience };
    return new Client(`https://${region}.metrics.monitor.azure.com`, await credential(), options);
  });
}
/* eslint-enable @typescript-eslint/no-deprecated */

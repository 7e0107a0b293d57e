/** Which SDK clients are there? One a subscription, made at first use, since loading an SDK costs up to half a second. */
import type { ComputeManagementClient } from '@azure/arm-compute';
import type { NetworkManagementClient } from '@azure/arm-network';
import type { SecretClient } from '@azure/keyvault-secrets';
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
    const additionalPolicies = [{ policy: beginOnlyPolicy, position: 'perRetry' as const }];
    return new Client(await credential(), subscriptionId, { ...(await clientOptions()), additionalPolicies });
  });
}

/** The deployment's vault. */
export function secretClient(): Promise<SecretClient> {
  return once('secrets', async () => {
    const { SecretClient: Client } = await import('@azure/keyvault-secrets');
    return new Client(deployment().vaultUrl, await credential(), await clientOptions());
  });
}

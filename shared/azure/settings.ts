/** Which deployment is this? The one place that reads the environment for Azure. */
import { z } from 'zod';

const schema = z.object({
  AZURE_SUBSCRIPTION_ID: z.guid(),
  TUNNELKEEPER_RESOURCE_GROUP: z.string().min(1),
  TUNNELKEEPER_VAULT_URL: z.url({ protocol: /^https$/ }),
  TUNNELKEEPER_GATEWAY_IDENTITY_ID: z.string().startsWith('/subscriptions/'),
  TUNNELKEEPER_SSH_PUBLIC_KEY: z.string().regex(/^(ssh-|ecdsa-)\S+ \S+/),
  TUNNELKEEPER_ZSCALER_CLOUD: z
    .string()
    .regex(/^[a-z0-9]+$/)
    .default('zscaler'),
  AZURE_CLIENT_ID: z.guid().optional(),
  TUNNELKEEPER_LOCAL_CLOUD: z.url().optional(),
});

/** Settings of the deployment; none is a secret. */
export interface Deployment {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly vaultUrl: string;
  /** ARM id of the identity that all gateways share. */
  readonly gatewayIdentityId: string;
  readonly sshPublicKey: string;
  readonly zscalerCloud: string;
  /** Client id of the app's own user-assigned identity. */
  readonly clientId: string | undefined;
  /** Base URL of the simulated Azure; only in the local region. */
  readonly localCloud: string | undefined;
}

let read: Deployment | undefined;

/**
 * The deployment's settings, read at the first call.
 *
 * @throws Error that names every setting that is missing or malformed
 */
export function deployment(): Deployment {
  read ??= readDeployment(process.env);
  return read;
}

/** Reads settings from an environment. */
export function readDeployment(environment: Readonly<Record<string, string | undefined>>): Deployment {
  const parsed = schema.safeParse(environment);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
    throw new Error(`Settings of the function app are missing or malformed: ${wrong}.`);
  }
  const { data } = parsed;
  return {
    subscriptionId: data.AZURE_SUBSCRIPTION_ID,
    resourceGroup: data.TUNNELKEEPER_RESOURCE_GROUP,
    vaultUrl: data.TUNNELKEEPER_VAULT_URL,
    gatewayIdentityId: data.TUNNELKEEPER_GATEWAY_IDENTITY_ID,
    sshPublicKey: data.TUNNELKEEPER_SSH_PUBLIC_KEY,
    zscalerCloud: data.TUNNELKEEPER_ZSCALER_CLOUD,
    clientId: data.AZURE_CLIENT_ID,
    localCloud: data.TUNNELKEEPER_LOCAL_CLOUD,
  };
}

/** Which deployment is this? The one place that reads the environment for Azure. */
import { z } from 'zod';

/** Says that a setting is there; an empty one counts as absent, since a template writes it so. */
const optional = <Type extends z.ZodType>(type: Type) =>
  z.preprocess((value) => (value === '' ? undefined : value), type.optional());

const schema = z
  .object({
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
    TUNNELKEEPER_ACTION_GROUP_ID: optional(
      z
        .string()
        .regex(/^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/[^/]+\/actionGroups\/[^/]+$/i),
    ),
    TUNNELKEEPER_FLEET_MAX_IN_FLIGHT: optional(z.coerce.number().int().min(1).max(100)),
    TUNNELKEEPER_FLEET_FREEZE_SHARE: optional(z.coerce.number().min(0.05).max(1)),
    TUNNELKEEPER_TENANT_ID: optional(z.guid()),
    TUNNELKEEPER_API_AUDIENCE: optional(z.string().min(1).max(200)),
  })
  .refine(
    (read) => (read.TUNNELKEEPER_TENANT_ID === undefined) === (read.TUNNELKEEPER_API_AUDIENCE === undefined),
    {
      path: ['TUNNELKEEPER_TENANT_ID'],
      error: 'give TUNNELKEEPER_API_AUDIENCE with it, or neither',
    },
  );

/** Remedies of the whole fleet at once (architecture.md, Guards); a deployment may say otherwise. */
const defaultMaxInFlight = 5;

/** Share of failing gateways above which nothing is mended (architecture.md, Guards). */
const defaultFreezeShare = 0.3;

/** How much of the fleet is mended at once. */
export interface FleetLimits {
  /** Remedies at once, 1 to 100. */
  readonly maxInFlight: number;
  /** Share of the fleet, 0.05 to 1. */
  readonly freezeShare: number;
}

/** Whose Entra tokens the API takes. */
export interface Callers {
  readonly tenantId: string;
  /** What a token's `aud` has to be. */
  readonly audience: string;
}

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
  /** ARM id of the action group that alert rules call; without one there are no alert rules. */
  readonly actionGroupId: string | undefined;
  /** Limits of the whole fleet. */
  readonly fleet: FleetLimits;
  /** Who may call the API; function keys decide without it. */
  readonly callers: Callers | undefined;
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
    actionGroupId: data.TUNNELKEEPER_ACTION_GROUP_ID,
    fleet: {
      maxInFlight: data.TUNNELKEEPER_FLEET_MAX_IN_FLIGHT ?? defaultMaxInFlight,
      freezeShare: data.TUNNELKEEPER_FLEET_FREEZE_SHARE ?? defaultFreezeShare,
    },
    callers: callersOf(data.TUNNELKEEPER_TENANT_ID, data.TUNNELKEEPER_API_AUDIENCE),
  };
}

function callersOf(tenantId: string | undefined, audience: string | undefined): Callers | undefined {
  return tenantId === undefined || audience === undefined ? undefined : { tenantId, audience };
}

/**
 * Says whether the API asks for tokens, before all settings are read: routes are registered even where a setting is
 * malformed, so that health can say which. Half a configuration counts as one: it must not open the API.
 */
export function asksForTokens(environment: Readonly<Record<string, string | undefined>>): boolean {
  return ['TUNNELKEEPER_TENANT_ID', 'TUNNELKEEPER_API_AUDIENCE'].some(
    (name) => (environment[name] ?? '') !== '',
  );
}

/** Which deployment is this? The one place that reads the environment for Azure. */
import { z } from 'zod';
import type { GatewayConfig } from '../gateway/gateway-config.js';
import type { FleetLimits } from '../site/guards/guard.js';

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
    TUNNELKEEPER_REPORTS_URL: optional(
      z
        .url({ protocol: /^https?$/ })
        .max(500)
        // What a gateway's agent takes (shared/gateway/agent/settings.py), and no single quote.
        .regex(
          /^https?:\/\/[A-Za-z0-9.-]+(:\d{1,5})?(\/[!#-&(-[\]-~]*)?$/,
          'a host and a path; no user, no spaces, no quotes',
        ),
    ),
  })
  .refine(
    (read) => (read.TUNNELKEEPER_TENANT_ID === undefined) === (read.TUNNELKEEPER_API_AUDIENCE === undefined),
    {
      path: ['TUNNELKEEPER_TENANT_ID'],
      error: 'give TUNNELKEEPER_API_AUDIENCE with it, or neither',
    },
  )
  .refine(
    ({ TUNNELKEEPER_REPORTS_URL: url, TUNNELKEEPER_LOCAL_CLOUD: local }) =>
      url === undefined || local !== undefined || url.startsWith('https://'),
    { path: ['TUNNELKEEPER_REPORTS_URL'], error: 'https alone: a token goes with each report' },
  );

/** Remedies of the whole fleet at once (architecture.md, Guards); a deployment may say otherwise. */
const defaultMaxInFlight = 5;

/** Share of failing gateways above which nothing is mended (architecture.md, Guards). */
const defaultFreezeShare = 0.3;

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
  /** Where gateways report, and for whom their token is; they report nothing without it. */
  readonly reports: GatewayConfig['reports'];
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
  const callers = callersOf(data.TUNNELKEEPER_TENANT_ID, data.TUNNELKEEPER_API_AUDIENCE);
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
    callers,
    reports: reportsOf(data.TUNNELKEEPER_REPORTS_URL, callers, data.TUNNELKEEPER_LOCAL_CLOUD !== undefined),
  };
}

/** Where function keys are asked for, gateways can't report: they hold none. The local region asks for nothing. */
function reportsOf(
  url: string | undefined,
  callers: Callers | undefined,
  isLocal: boolean,
): GatewayConfig['reports'] {
  if (url === undefined || (callers === undefined && !isLocal)) return undefined;
  return callers === undefined ? { url } : { url, audience: callers.audience };
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

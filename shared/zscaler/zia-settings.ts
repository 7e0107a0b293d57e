/** Which tenant is ours, and how do we sign in? The one place that reads the environment for ZIA. */
import { z } from 'zod';

/** A setting that is there but empty is not there. */
const text = z
  .string()
  .trim()
  .transform((value) => (value === '' ? undefined : value))
  .optional();
const secretName = (name: string) =>
  z
    .string()
    .regex(/^[A-Za-z0-9-]{1,127}$/, 'must be the name of a secret in Key Vault')
    .default(name);

const schema = z.object({
  TUNNELKEEPER_ZIA_VANITY: text.pipe(
    z
      .string()
      .regex(/^[a-z0-9-]+$/i)
      .optional(),
  ),
  TUNNELKEEPER_ZIA_CLIENT_ID: text,
  TUNNELKEEPER_ZIA_CLIENT_SECRET_NAME: secretName('zia-client-secret'),
  TUNNELKEEPER_ZIA_CLOUD: text.pipe(
    z
      .string()
      .regex(/^[a-z0-9]+$/)
      .optional(),
  ),
  TUNNELKEEPER_ZIA_USER_NAME: text,
  TUNNELKEEPER_ZIA_API_KEY_NAME: secretName('zia-api-key'),
  TUNNELKEEPER_ZIA_PASSWORD_NAME: secretName('zia-password'),
  TUNNELKEEPER_ZIA_ACTIVATE: z.enum(['true', 'false']).default('true'),
  TUNNELKEEPER_LOCAL_ZIA: z.url().optional(),
});

/** OneAPI: client credentials at the tenant's own identity service. */
export interface OneApiAccount {
  readonly kind: 'one-api';
  /** The first label of `<vanity>.zslogin.net`. */
  readonly vanity: string;
  readonly clientId: string;
  readonly clientSecretName: string;
}

/** The older way: an administrator's name and password, and the tenant's API key. */
export interface LegacyAccount {
  readonly kind: 'legacy';
  /** Such as `zscalerthree`. */
  readonly cloud: string;
  readonly userName: string;
  readonly apiKeyName: string;
  readonly passwordName: string;
}

/** Settings of ZIA; none is a secret, names of secrets are. */
export interface ZiaSettings {
  readonly account: OneApiAccount | LegacyAccount;
  /** Whether we may activate. It publishes other administrators' pending changes too. */
  readonly activates: boolean;
  /** Base URL of the simulated ZIA; only in the local region. */
  readonly localZia: string | undefined;
}

let read: ZiaSettings | undefined;

/**
 * The settings of ZIA, read at the first call.
 *
 * @throws Error that names every setting that is missing or malformed
 */
export function ziaSettings(): ZiaSettings {
  read ??= readZiaSettings(process.env);
  return read;
}

/** Reads settings from an environment; OneAPI wins where both are there. */
export function readZiaSettings(environment: Readonly<Record<string, string | undefined>>): ZiaSettings {
  const parsed = schema.safeParse(environment);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
    throw new Error(`Settings of ZIA are malformed: ${wrong}.`);
  }
  const { data } = parsed;
  return {
    account: accountOf(data),
    activates: data.TUNNELKEEPER_ZIA_ACTIVATE === 'true',
    localZia: data.TUNNELKEEPER_LOCAL_ZIA,
  };
}

function accountOf(data: z.infer<typeof schema>): ZiaSettings['account'] {
  const { TUNNELKEEPER_ZIA_VANITY: vanity, TUNNELKEEPER_ZIA_CLOUD: cloud } = data;
  if (vanity !== undefined) {
    return {
      kind: 'one-api',
      vanity,
      clientId: needed('TUNNELKEEPER_ZIA_CLIENT_ID', data.TUNNELKEEPER_ZIA_CLIENT_ID),
      clientSecretName: data.TUNNELKEEPER_ZIA_CLIENT_SECRET_NAME,
    };
  }
  if (cloud !== undefined) {
    return {
      kind: 'legacy',
      cloud,
      userName: needed('TUNNELKEEPER_ZIA_USER_NAME', data.TUNNELKEEPER_ZIA_USER_NAME),
      apiKeyName: data.TUNNELKEEPER_ZIA_API_KEY_NAME,
      passwordName: data.TUNNELKEEPER_ZIA_PASSWORD_NAME,
    };
  }
  throw new Error(
    'Settings of ZIA are missing: TUNNELKEEPER_ZIA_VANITY and TUNNELKEEPER_ZIA_CLIENT_ID for OneAPI, ' +
      'or TUNNELKEEPER_ZIA_CLOUD and TUNNELKEEPER_ZIA_USER_NAME for the older API.',
  );
}

function needed(name: string, value: string | undefined): string {
  if (value === undefined) throw new Error(`Settings of ZIA are missing: ${name}.`);
  return value;
}

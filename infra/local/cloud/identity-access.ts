/** May a machine do this by its identity? Its token must be for the service that it asks, and its roles must say so. */
import { idKey } from './arm-id.js';
import type { IdentityToken, ManagedIdentities } from './managed-identities.js';
import { fromGateway, refusal, type Refusal, type WireRequest } from './wire.js';
import type { World } from './world.js';

/** A role that a machine's identity can be given here. */
export type IdentityRole = 'Monitoring Metrics Publisher' | 'Key Vault Secrets User';

/** What an identity was given. */
export interface RoleAssignment {
  /** ARM id of the identity. */
  readonly identityId: string;
  readonly role: IdentityRole;
  /** ARM id of what it may do it to, and to all below; the vault's is its resource group's. */
  readonly scope: string;
}

/** A service's name in tokens, by its host; trailing slashes don't matter but to the vault, as recorded. */
const audiences: readonly (readonly [host: RegExp, audience: string])[] = [
  [/^management\.azure\.com$/, 'https://management.azure.com'],
  [/\.vault\.azure\.net$/, 'https://vault.azure.net'],
  [/\.metrics\.monitor\.azure\.com$/, 'https://metrics.monitor.azure.com'],
  [/\.monitoring\.azure\.com$/, 'https://monitoring.azure.com'],
];

/** Throws the refusal of a request that comes with an identity's token; others are not looked at here. */
export function checkIdentity(request: WireRequest, identities: ManagedIdentities, world: World): void {
  const token = identities.tokenOf(request.headers['authorization']);
  if (token === undefined) return;
  const audience = audiences.find(([host]) => host.test(request.host))?.[1] ?? '';
  if (token.expiresAt <= Date.now()) throw expired(token);
  const isVault = request.host === world.vaultHost;
  const named = isVault ? token.resource : token.resource.replace(/\/$/, '');
  if (named !== audience) throw wrongAudience(token, audience, isVault);
  if (isVault) checkVault(token, request, world);
  else if (request.host === 'management.azure.com') throw notAuthorized(token, request);
}

/** Says whether an identity has a role for a resource. */
export function hasRole(
  { identity }: IdentityToken,
  role: IdentityRole,
  resourceId: string,
  { identityRoles = [] }: World,
): boolean {
  return identityRoles.some(
    (given) =>
      given.role === role &&
      idKey(given.identityId) === idKey(identity.id) &&
      `${idKey(resourceId)}/`.startsWith(`${idKey(given.scope)}/`),
  );
}

/** The role reads secrets and nothing else; the vault's own words, as quoted in public issues. */
function checkVault(token: IdentityToken, { method, path }: WireRequest, world: World): void {
  const group = `/subscriptions/${world.subscriptionId}/resourceGroups/${world.resourceGroups[0] ?? ''}`;
  const isRead = method === 'GET' && /^\/secrets\/[^/]+(\/(?!versions$)[^/]+)?$/i.test(path);
  if (isRead && hasRole(token, 'Key Vault Secrets User', group, world)) return;
  const { clientId, principalId } = token.identity;
  throw refusal(
    403,
    'Forbidden',
    'Caller is not authorized to perform action on resource.\r\n' +
      `Caller: appid=${clientId};oid=${principalId};iss=https://sts.windows.net/${world.tenantId}/\r\n`,
    { innererror: { code: 'ForbiddenByRbac' } },
  );
}

/** No role of a machine's reaches ARM here. */
function notAuthorized({ identity }: IdentityToken, { path }: WireRequest): Refusal {
  return fromGateway(
    refusal(
      403,
      'AuthorizationFailed',
      `The client '${identity.clientId}' with object id '${identity.principalId}' does not have authorization to perform ` +
        `an action over scope '${path}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    ),
  );
}

/** The vault's text was recorded, ARM's is quoted in public issues; Monitor's is inferred from ARM's. */
function wrongAudience({ resource }: IdentityToken, audience: string, isVault: boolean): Refusal {
  return isVault
    ? refusal(401, 'Unauthorized', `AKV10022: Invalid audience. Expected ${audience}, found: ${resource}.`)
    : refusal(
        401,
        'InvalidAuthenticationTokenAudience',
        `The access token has been obtained for wrong audience or resource '${resource}'. It should exactly match with ` +
          `one of the allowed audiences '${audience}/','${audience}'.`,
      );
}

function expired({ expiresAt }: IdentityToken): Refusal {
  return refusal(
    401,
    'ExpiredAuthenticationToken',
    `The access token expiry UTC time '${new Date(expiresAt).toISOString()}' is earlier than current UTC time ` +
      `'${new Date().toISOString()}'.`,
  );
}

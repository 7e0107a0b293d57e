/** May this request do what its route does, and in whose name? By Entra token where tokens are asked for. */
import type { HttpRequest } from '@azure/functions';
import type { JWTVerifyGetKey } from 'jose';
import { asksForTokens, deployment } from '../shared/azure/settings.js';
import { failure, problem, success, type Outcome } from '../shared/site/problem.js';
import { callerName, hasRole, type Role } from './caller.js';
import { checkToken, tenantKeys, unauthenticated } from './check-token.js';
import type { Asker } from './site-requests.js';

let keys: Promise<JWTVerifyGetKey> | undefined;

/**
 * Says who asks, or why he may not.
 *
 * Without tokens the platform has checked a function key before. A name in a header is believed only where the platform
 * authenticates, since anybody can send it.
 *
 * @param given the tenant's keys; those of Entra unless told
 * @returns the caller; `unauthenticated` or `role-missing`
 */
export async function authorize(
  request: HttpRequest,
  role: Role,
  given?: JWTVerifyGetKey,
): Promise<Outcome<Asker>> {
  const at = new Date().toISOString();
  if (!asksForTokens(process.env)) return success({ by: nameByPlatform(request), at });
  const { callers } = deployment();
  if (callers === undefined) throw new Error('Tokens are asked for, but not whose.'); // settings refuse half of it
  const token = /^Bearer +([^\s,]+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
  if (token === undefined) return failure(unauthenticated('The request has no bearer token.'));
  const claims = await checkToken(token, callers, given ?? (await (keys ??= tenantKeys(callers))));
  if (!claims.ok) return claims;
  const by = callerName(claims.value);
  return hasRole(claims.value, role) ? success({ by, at }) : failure(roleMissing(by, role));
}

function roleMissing(by: string, role: Role) {
  return problem('role-missing', `${by} has not the app role ${role}, which this asks for.`, {
    mend: `Assign the app role ${role} of the API to the caller, and get a new token.`,
  });
}

function nameByPlatform(request: HttpRequest): string {
  const isAuthenticated = process.env['WEBSITE_AUTH_ENABLED']?.toLowerCase() === 'true';
  const name = isAuthenticated ? request.headers.get('x-ms-client-principal-name') : null;
  return (name ?? 'function key').slice(0, 100);
}

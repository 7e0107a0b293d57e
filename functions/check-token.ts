/** Is this an Entra token of our tenant, for our API, that holds now? */
import type { JWTVerifyGetKey } from 'jose';
import type { Callers } from '../shared/azure/settings.js';
import { failure, problem, success, type Outcome } from '../shared/site/problem.js';
import type { Claims } from './caller.js';

/** Clocks may differ by so much (Microsoft Learn, 'Access tokens in the Microsoft identity platform', names 5 minutes as the most). */
const leewaySeconds = 60;

/** Keys are believed this long; a key that isn't known is asked for sooner, at most every half minute. */
const keysTrustMs = 3600 * 1000;
const askAgainMs = 30 * 1000;

/** Longest wait for the tenant's keys. */
const keysTimeoutMs = 5000;

/** What to do about any token that is refused. */
const mend = 'Get a token of the tenant for the API and send it as Authorization: Bearer <token>.';

/** The keys by which a tenant signs, asked for when they are needed. */
export async function tenantKeys({ tenantId }: Pick<Callers, 'tenantId'>): Promise<JWTVerifyGetKey> {
  const { createRemoteJWKSet } = await import('jose');
  const url = new URL(`https://login.microsoftonline.com/${tenantId}/discovery/v2.0/keys`);
  return createRemoteJWKSet(url, {
    cacheMaxAge: keysTrustMs,
    cooldownDuration: askAgainMs,
    timeoutDuration: keysTimeoutMs,
  });
}

/**
 * Checks a token: signature, issuer, audience, time. No part of it gets into the problem.
 *
 * @returns its claims, or `unauthenticated`
 * @throws Error when the tenant's keys can't be had, which says nothing of the token
 */
export async function checkToken(
  token: string,
  { tenantId, audience }: Callers,
  keys: JWTVerifyGetKey,
): Promise<Outcome<Claims>> {
  const { jwtVerify } = await import('jose');
  const tenant = tenantId.toLowerCase();
  try {
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ['RS256'],
      audience,
      issuer: [`https://login.microsoftonline.com/${tenant}/v2.0`, `https://sts.windows.net/${tenant}/`],
      clockTolerance: leewaySeconds,
      requiredClaims: ['exp'],
    });
    return success(payload);
  } catch (error) {
    const because = whyRefused(error);
    if (because === undefined)
      throw new Error(`The keys of tenant ${tenant} can't be had: ${messageOf(error)}`);
    return failure(unauthenticated(because));
  }
}

/** The problem of a request without a token that holds. */
export function unauthenticated(because: string) {
  return problem('unauthenticated', because, { mend });
}

/** What is wrong with the token by jose's codes; `undefined` when it isn't the token. */
function whyRefused(error: unknown): string | undefined {
  const { code, claim } = codeOf(error);
  switch (code) {
    case 'ERR_JWT_EXPIRED':
      return 'The token has expired.';
    case 'ERR_JWT_CLAIM_VALIDATION_FAILED':
      return `The token’s claim ${JSON.stringify(claim)} is not what this API takes.`;
    case 'ERR_JWKS_NO_MATCHING_KEY':
    case 'ERR_JWKS_MULTIPLE_MATCHING_KEYS':
    case 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED':
      return 'The token is not signed by the tenant.';
    case 'ERR_JOSE_ALG_NOT_ALLOWED':
    case 'ERR_JOSE_NOT_SUPPORTED':
      return 'The token is not signed with RS256.';
    case 'ERR_JWS_INVALID':
    case 'ERR_JWT_INVALID':
      return 'The token could not be read.';
    default:
      return undefined;
  }
}

/** Claims that we ask for; another would be of the token's own making. */
const namedClaims = ['iss', 'aud', 'exp', 'nbf', 'iat'];

function codeOf(error: unknown): { readonly code: unknown; readonly claim: string } {
  if (!(error instanceof Error)) return { code: undefined, claim: '' };
  const code = 'code' in error ? error.code : undefined;
  const claim = 'claim' in error ? String(error.claim) : '';
  return { code, claim: namedClaims.includes(claim) ? claim : 'of its own' };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'no reason was given';
}

/** Who answers what? And what does every call have to pass before? */
import type { EditLock } from './edit-lock.js';
import { answerLocations } from './locations.js';
import { throttled, type RateLimits, type Verb } from './rate-limits.js';
import type { SignIns } from './sign-in.js';
import { answerStaticIps } from './static-ips.js';
import type { Tenant } from './tenant.js';
import { maintenancePage, type ZiaTroubles } from './troubles.js';
import { answerVpnCredentials } from './vpn-credentials.js';
import { bodyOf, invalid, noSuchPath, Refusal, type WireAnswer, type WireRequest } from './wire.js';

/** The parts of one simulated ZIA. */
export interface Parts {
  readonly tenant: Tenant;
  readonly signIns: SignIns;
  readonly limits: RateLimits;
  readonly editLock: EditLock;
  readonly troubles: () => ZiaTroubles;
}

const oneApiBase = '/zia/api/v1';
const legacyBase = '/api/v1';
/** Who changes are pending of when they came over the API. */
const apiClient = 'api-client';

/** Answers a request; `undefined` breaks the connection off. */
export function answer(parts: Parts, request: WireRequest): WireAnswer | undefined {
  const { path, method } = request;
  const { down, html, wrongSecret } = parts.troubles();
  if (down) return undefined;
  if (html) return { status: 503, text: maintenancePage, contentType: 'text/html; charset=utf-8' };
  if (path === '/oauth2/v1/token' && method === 'POST') return parts.signIns.token(request, wrongSecret);
  if (path === `${legacyBase}/authenticatedSession`) return parts.signIns.session(request, wrongSecret);
  if (path.startsWith(`${oneApiBase}/`)) return oneApi(parts, request);
  if (path.startsWith(`${legacyBase}/`)) {
    parts.signIns.checkSession(request);
    return call(parts, request, path.slice(legacyBase.length + 1).split('/'));
  }
  throw noSuchPath();
}

/** Every answer of OneAPI's tells the gateway's limit, refusals too (recorded). */
function oneApi(parts: Parts, request: WireRequest): WireAnswer {
  const headers = parts.limits.gatewayHeaders();
  const withHeaders = (given: WireAnswer) => ({ ...given, headers: { ...given.headers, ...headers } });
  try {
    parts.signIns.checkToken(request);
    return withHeaders(call(parts, request, request.path.slice(oneApiBase.length + 1).split('/')));
  } catch (error) {
    if (error instanceof Refusal) return withHeaders(error.answer);
    throw error;
  }
}

function call(parts: Parts, request: WireRequest, segments: readonly string[]): WireAnswer {
  const { limits, editLock, troubles } = parts;
  const { sessionsExpireAtOnce, throttleSeconds } = troubles();
  if (sessionsExpireAtOnce) {
    throw new Refusal({
      status: 401,
      body: { code: 'SESSION_NOT_VALID', message: 'Session is not valid' },
    });
  }
  const verb = verbOf(request, segments);
  if (throttleSeconds !== undefined) throw throttled('1/SECOND', throttleSeconds);
  limits.take(verb);
  const isWrite = verb === 'write' && segments.join('/') !== 'staticIP/validate'; // that one changes nothing
  if (isWrite || verb === 'activate') editLock.check();
  const answered = route(parts, request, segments);
  if (isWrite) {
    parts.tenant.edited(apiClient);
    editLock.written();
  }
  return answered;
}

function verbOf({ method }: WireRequest, segments: readonly string[]): Verb {
  if (method === 'GET') return 'read';
  return segments.join('/') === 'status/activate' ? 'activate' : 'write';
}

function route(parts: Parts, request: WireRequest, segments: readonly string[]): WireAnswer {
  const { tenant, troubles } = parts;
  const [family, ...rest] = segments;
  switch (family) {
    case 'staticIP':
      return answerStaticIps(tenant, request, rest);
    case 'vpnCredentials':
      return answerVpnCredentials(tenant, request, rest, troubles().refuses);
    case 'locations':
      return answerLocations(tenant, request, rest);
    case 'status':
      return answerStatus(parts, request, rest);
    default:
      throw noSuchPath();
  }
}

function answerStatus(
  { tenant, editLock, troubles }: Parts,
  request: WireRequest,
  rest: readonly string[],
): WireAnswer {
  const asked = `${request.method} ${rest.join('/')}`;
  if (asked === 'POST activate') {
    const { status } = bodyOf(request);
    if (status !== undefined && status !== 'ACTIVE') throw invalid('Invalid activation status.');
    const { activationSeconds } = troubles();
    tenant.activate(activationSeconds);
    editLock.holdBarrier(activationSeconds);
  } else if (asked !== 'GET ') {
    throw noSuchPath();
  }
  return { status: 200, body: { status: tenant.status() } };
}

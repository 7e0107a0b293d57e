/** What went wrong, in the one form that HTTP answers, a site's status and its timeline share. */

/**
 * A problem document (RFC 9457) with what an operator needs besides: the field, the mend, and whether
 * time alone may cure it. Never holds a secret, a request body or a header.
 */
export interface Problem {
  /** `/problems/<code>`; every code is listed in docs/problems.md. */
  readonly type: `/problems/${ProblemCode}`;
  readonly title: string;
  /** HTTP status. */
  readonly status: number;
  /** This case, with the name of the thing and the value that was wrong. */
  readonly detail: string;
  /** What it happened to: a path of the API or the id of an Azure resource. */
  readonly instance?: string;
  /** Path of the field in the site's spec, such as `tunnel.edges.primary`. */
  readonly field?: string;
  /** What a person can do. */
  readonly mend?: string;
  readonly retryable: boolean;
  readonly retryAfterSeconds?: number;
  /** The service's own code, such as Azure's `SkuNotAvailable`. */
  readonly code?: string;
  /** Every field that is wrong, when there are several. */
  readonly errors?: readonly FieldError[];
}

/** One field that is wrong. */
export interface FieldError {
  readonly field: string;
  readonly detail: string;
  readonly mend: string;
}

/** Title and status of every kind of problem. */
const kinds = {
  'invalid-field': ['A field of the site is not valid', 422],
  'invalid-body': ['The body could not be read', 400],
  'body-too-large': ['The body is too large', 413],
  'unsupported-media-type': ['The content type is not JSON', 415],
  'site-exists': ['Another site has this name', 409],
  'site-not-found': ['There is no such site', 404],
  'field-fixed': ['This field cannot change once a site is built', 422],
  'site-deleting': ['The site is being deleted', 409],
  'site-paused': ['The site is paused', 409],
  'gateway-not-found': ['There is no such gateway', 404],
  'gateway-protected': ['The gateway is protected', 409],
  'last-healthy-gateway': ['No other gateway of the site serves', 409],
  'invalid-alert': ['The alert could not be read', 422],
  'invalid-report': ['The report could not be read', 422],
  unauthenticated: ['The request needs a token', 401],
  'role-missing': ['The caller lacks a role', 403],
  'precondition-required': ['The request needs If-Match', 428],
  'precondition-failed': ['The site has changed since it was read', 412],
  'subnet-unusable': ['The subnet cannot be used', 422],
  'address-in-use': ['An address is in use', 409],
  'name-taken': ['Somebody else’s resource has the name', 409],
  'no-free-addresses': ['The subnet has too few free addresses', 409],
  'default-route-captured': ['The route for 0.0.0.0/0 does not lead to the internet', 409],
  'zone-unavailable': ['A zone is not offered', 422],
  'size-unavailable': ['The VM size is not offered', 422],
  'image-not-found': ['The image was not found', 422],
  'secret-missing': ['The secret with the PSK was not found', 409],
  'secret-disabled': ['The secret with the PSK is disabled', 409],
  'secret-unusable': ['The secret with the PSK cannot be used', 409],
  'quota-exceeded': ['A quota of the subscription is used up', 409],
  'capacity-lacking': ['Azure has no capacity for this size here', 409],
  throttled: ['The service asks to slow down', 429],
  conflict: ['Another operation is in progress', 409],
  'not-propagated': ['Something made a moment ago is not visible yet', 404],
  'policy-denied': ['A policy forbids this', 403],
  locked: ['A lock forbids this', 409],
  'permission-denied': ['A permission is missing', 403],
  gone: ['The thing is not there', 404],
  'credential-refused': ['The service edge refuses the credential', 409],
  'tunnel-down': ['The tunnel does not come up', 409],
  'far-side-refused': ['Zscaler refuses a change', 502],
  'service-edge-down': ['The service edge does not answer', 409],
  'machine-stopped': ['The machine is off', 409],
  'machine-missing': ['The machine is gone', 409],
  'machine-unresponsive': ['The machine does not answer', 409],
  'configuration-drifted': ['The machine is not what was set up', 409],
  'remediation-suspended': ['Mending was given up', 409],
  'proxy-silent': ['The tunnel is up but the proxy behind it does not answer', 409],
  'setup-failed': ['The gateway could not be set up', 409],
  'service-failed': ['A service failed', 502],
} as const satisfies Record<string, readonly [string, number]>;

/** Code of a problem, the last part of its `type`. */
export type ProblemCode = keyof typeof kinds;

/** What differs between two problems of one kind. */
export type ProblemFacts = Partial<
  Pick<
    Problem,
    'status' | 'instance' | 'field' | 'mend' | 'retryable' | 'retryAfterSeconds' | 'code' | 'errors'
  >
>;

/**
 * Makes the problem document of a kind.
 *
 * @param detail one or two sentences on this case, for people
 * @param facts what else is known; `retryable` is false unless told
 */
export function problem(code: ProblemCode, detail: string, facts: ProblemFacts = {}): Problem {
  const [title, status] = kinds[code];
  return { type: `/problems/${code}`, title, status, detail, retryable: false, ...facts };
}

/** Says of which kind a problem is. */
export function problemCode({ type }: Problem): ProblemCode {
  return type.slice('/problems/'.length) as ProblemCode; // made by `problem` alone
}

/** What an activity answers: expected failures are values, thrown is only a bug. */
export type Outcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

/** An outcome that succeeded. */
export function success<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

/** An outcome that failed. */
export function failure<T>(why: Problem): Outcome<T> {
  return { ok: false, problem: why };
}

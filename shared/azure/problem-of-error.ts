/** What does Azure's refusal mean, and what can a person do? By Azure's code, then by status, never by message. */
import { waitHeader } from './leave-waiting-to-plan.js';
import { failure, problem, success, type Outcome, type Problem, type ProblemCode } from '../site/problem.js';

/** What was being done, for the sentence: `create`, `vm-hq-z1-1-g1`. */
export interface Doing {
  readonly verb: 'read' | 'write' | 'delete' | 'run' | 'start' | 'redeploy';
  readonly what: string;
}

interface AzureError {
  readonly status: number | undefined;
  readonly code: string;
  readonly message: string;
  readonly retryAfterSeconds: number | undefined;
}

type Rule = readonly [code: ProblemCode, mend: string, retryable: boolean];

/** Codes seen in recordings, documentation and issues (docs/azure.md). */
const rules: Readonly<Record<string, Rule>> = {
  TooManyRequests: ['throttled', 'It is tried again by itself.', true],
  SubscriptionRequestsThrottled: ['throttled', 'It is tried again by itself.', true],
  RetryableError: ['conflict', 'It is tried again by itself.', true],
  AnotherOperationInProgress: ['conflict', 'It is tried again by itself.', true],
  PreconditionFailed: ['conflict', 'It is tried again by itself.', true],
  // Deletions and writes that come before Azure has let go of, or settled, what they refer to.
  NicInUse: ['conflict', 'It is tried again by itself.', true],
  NicReservedForAnotherVm: ['conflict', 'It is tried again by itself; Azure lets go after 180 s.', true],
  PublicIPAddressCannotBeDeleted: ['conflict', 'It is tried again by itself.', true],
  InUseNetworkSecurityGroupCannotBeDeleted: ['conflict', 'It is tried again by itself.', true],
  ReferencedResourceNotProvisioned: ['conflict', 'It is tried again by itself.', true],
  ParentResourceNotFound: ['not-propagated', 'It is tried again by itself.', true],
  PrincipalNotFound: ['not-propagated', 'It is tried again by itself.', true],
  InvalidResourceReference: ['not-propagated', 'It is tried again by itself.', true],
  QuotaExceeded: ['quota-exceeded', 'Ask Azure to raise this quota.', false],
  PublicIPCountLimitReached: [
    'quota-exceeded',
    'Ask Azure to raise the quota of public IP addresses.',
    false,
  ],
  SkuNotAvailable: [
    'capacity-lacking',
    'Choose another size or zone, or wait; it is tried again by itself.',
    true,
  ],
  AllocationFailed: [
    'capacity-lacking',
    'Choose another size or zone, or wait; it is tried again by itself.',
    true,
  ],
  ZonalAllocationFailed: [
    'capacity-lacking',
    'Choose another size or zone, or wait; it is tried again by itself.',
    true,
  ],
  OverconstrainedAllocationRequest: [
    'capacity-lacking',
    'Choose another size, or wait; it is tried again by itself.',
    true,
  ],
  OverconstrainedZonalAllocationRequest: [
    'capacity-lacking',
    'Choose another size or zone, or wait; it is tried again by itself.',
    true,
  ],
  RequestDisallowedByPolicy: [
    'policy-denied',
    'Exempt the resource group from the policy named here, or change it.',
    false,
  ],
  ScopeLocked: ['locked', 'Remove the lock named here; it is tried again by itself.', false],
  AuthorizationFailed: [
    'permission-denied',
    'Give the function app’s identity the action named here.',
    false,
  ],
  LinkedAuthorizationFailed: [
    'permission-denied',
    'Give the function app’s identity the action named here.',
    false,
  ],
  MissingSubscriptionRegistration: [
    'permission-denied',
    'Register the resource provider named here: az provider register --namespace <namespace>.',
    false,
  ],
  PropertyChangeNotAllowed: [
    'service-failed',
    'Azure changes this only in a new resource: delete the resource, which is then made anew, or the site.',
    false,
  ],
  PrivateIPAddressInUse: ['address-in-use', 'Choose a free address.', false],
  PublicIPAddressInUse: ['address-in-use', 'Name a public IP that is free.', false],
  SubnetIsFull: ['no-free-addresses', 'Name a larger subnet, or free addresses.', false],
  ResourceGroupNotFound: ['gone', 'Make the resource group, or name another.', false],
  ResourceGroupBeingDeleted: [
    'gone',
    'Somebody deletes the resource group; once it is gone, make it again or name another.',
    false,
  ],
  SecretNotFound: ['secret-missing', 'Store the PSK under this name.', false],
  SecretDisabled: ['secret-disabled', 'Enable the secret’s version, or store a new one.', false],
};

const byStatus: Readonly<Record<number, Rule>> = {
  401: ['permission-denied', 'Give the function app’s identity access.', false],
  403: ['permission-denied', 'Give the function app’s identity access.', false],
  404: ['gone', 'Look whether somebody deleted it.', false],
  409: ['conflict', 'It is tried again by itself.', true],
  412: ['conflict', 'It is tried again by itself.', true],
  429: ['throttled', 'It is tried again by itself.', true],
};

const failedService: Rule = ['service-failed', 'It is tried again by itself.', true];

/** Seconds after a 429 that names none (recorded: docs/azure.md, Throttling). */
const throttledSeconds = 30;

/** Longest piece of Azure's own words that is kept. */
const maxDetail = 600;

/** Turns whatever an SDK threw into a problem. Azure's own words stand in its detail, secrets never do. */
export function problemOfError(error: unknown, { verb, what }: Doing): Problem {
  const { status, code, message, retryAfterSeconds } = readError(error);
  const [kind, mend, retryable] = isQuota(code, message)
    ? (['quota-exceeded', 'Ask Azure to raise this quota.', false] as const)
    : (rules[code] ??
      (status === undefined
        ? failedService
        : (byStatus[status] ?? (status < 500 ? refused : failedService))));
  const seconds = kind === 'throttled' ? (retryAfterSeconds ?? throttledSeconds) : retryAfterSeconds;
  const said = code === '' ? message : `${code}: ${message}`;
  return problem(kind, `Azure would not ${verb} ${what}. ${cut(said)}`, {
    mend,
    retryable,
    ...(code === '' ? {} : { code }),
    ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }),
  });
}

const refused: Rule = ['service-failed', 'Report this: Tunnelkeeper sent what Azure doesn’t take.', false];

/** A used-up quota comes as OperationNotAllowed, which says other things too; only its text tells. */
function isQuota(code: string, message: string): boolean {
  return code === 'OperationNotAllowed' && /quota/i.test(message);
}

/** Signed URLs and whatever is very long stay out. */
function cut(message: string): string {
  const plain = message.replace(/https:\/\/\S*[?&](sig|s|h|t)=\S+/g, '<url>');
  return plain.length > maxDetail ? `${plain.slice(0, maxDetail)}…` : plain;
}

/**
 * Reads the problem out of an operation's `error`, which has the same shape as a body's. Its HTTP status is unknown:
 * a code without a rule (OSProvisioningTimedOut, InternalExecutionError) says that the service failed.
 */
export function problemOfBody(body: unknown, doing: Doing): Problem {
  return problemOfError({ statusCode: 500, details: { error: body } }, doing);
}

function readError(error: unknown): AzureError {
  const thrown = asRecord(error);
  const details = asRecord(thrown['details'] ?? thrown['body']);
  const inner = asRecord(details['error'] ?? details['Error'] ?? details);
  const innermost = asRecord(inner['innererror'] ?? inner['innerError']);
  const code = text(innermost['code']) || text(inner['code']) || text(inner['Code']) || text(thrown['code']);
  const message = text(inner['message']) || text(inner['Message']) || text(thrown['message']);
  const status = typeof thrown['statusCode'] === 'number' ? thrown['statusCode'] : undefined;
  return {
    status,
    code: status === undefined ? '' : code,
    message: message || 'no answer',
    retryAfterSeconds: retryAfter(thrown),
  };
}

function retryAfter(thrown: Readonly<Record<string, unknown>>): number | undefined {
  const headers = asRecord(asRecord(thrown['response'])['headers']);
  const get = headers['get'];
  const read = (name: string): unknown => (typeof get === 'function' ? get.call(headers, name) : undefined);
  const value = read(waitHeader) ?? read('retry-after');
  const seconds = Number(value);
  return value === undefined || Number.isNaN(seconds) ? undefined : seconds;
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}; // any object may be read so
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Runs an effect; what it throws comes back as a problem. */
export async function outcomeOf<T>(doing: Doing, effect: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return success(await effect());
  } catch (error) {
    return failure(problemOfError(error, doing));
  }
}

/** HTTP status of what an SDK threw. */
export function statusOf(error: unknown): number | undefined {
  return readError(error).status;
}

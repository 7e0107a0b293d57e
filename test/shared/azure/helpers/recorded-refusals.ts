/** How does Azure refuse? Bodies as they were recorded, or as issues quote them where no recording was found. */

/** A body as ARM wraps an error. */
export const refusalBody = (code: string, message: string, more: object = {}) => ({
  error: { code, message, ...more },
});

/** One refusal, and what it means. */
interface Refusal {
  readonly azure: string;
  readonly status: number;
  readonly body: unknown;
  readonly code: string;
  readonly retryable: boolean;
}

/** Each code that has a rule, and the shapes that differ. */
export const refusals: readonly Refusal[] = [
  {
    azure: 'a 429 without Retry-After (recorded)',
    status: 429,
    body: refusalBody('TooManyRequests', 'Too many requests. Please try again after sometime.'),
    code: 'throttled',
    retryable: true,
  },
  {
    azure: 'another operation in the way, as 429 (recorded)',
    status: 429,
    body: refusalBody('RetryableError', 'A retryable error occurred.', {
      details: [
        {
          code: 'RetryableErrorDueToAnotherOperation',
          message:
            'Operation PutNicOperation (x) is updating resource y. The call can be retried in 11 seconds.',
        },
      ],
    }),
    code: 'conflict',
    retryable: true,
  },
  {
    azure: 'another operation in the way, as 409 (recorded)',
    status: 409,
    body: refusalBody(
      'AnotherOperationInProgress',
      'Another operation on this or dependent resource is in progress. To retrieve status of the operation use uri: x.',
      { details: [] },
    ),
    code: 'conflict',
    retryable: true,
  },
  {
    azure: 'an ETag that is old (recorded, DNS: without a wrapper)',
    status: 412,
    body: { code: 'PreconditionFailed', message: 'The Zone x has been modified (etag mismatch).' },
    code: 'conflict',
    retryable: true,
  },
  {
    azure: 'a quota, old words (recorded)',
    status: 409,
    body: refusalBody(
      'OperationNotAllowed',
      'Operation results in exceeding quota limits of Core. Maximum allowed: 100, Current in use: 56, Additional requested: 48.',
    ),
    code: 'quota-exceeded',
    retryable: false,
  },
  {
    azure: 'a quota, new words (issue)',
    status: 409,
    body: refusalBody(
      'OperationNotAllowed',
      'Operation could not be completed as it results in exceeding approved Total Regional Cores quota. Additional details - Deployment Model: Resource Manager, Location: centralus, Current Limit: 10, Current Usage: 8, Additional Required: 4, (Minimum) New Limit Required: 12.',
    ),
    code: 'quota-exceeded',
    retryable: false,
  },
  {
    azure: 'something else that is not allowed (recorded, disk)',
    status: 409,
    body: refusalBody('OperationNotAllowed', 'Disk d is attached to VM v.'),
    code: 'conflict',
    retryable: true,
  },
  {
    azure: 'a size that has run out (issue)',
    status: 409,
    body: refusalBody(
      'SkuNotAvailable',
      "The requested VM size for resource 'Following SKUs have failed for Capacity Restrictions: Standard_B2s' is currently not available in location 'eastus'. Please try another size or deploy to a different location or different zone. See https://aka.ms/azureskunotavailable for details.",
    ),
    code: 'capacity-lacking',
    retryable: true,
  },
  {
    azure: 'a missing permission (recorded)',
    status: 403,
    body: refusalBody(
      'AuthorizationFailed',
      "The client 'c' with object id 'o' does not have authorization to perform action 'A' over scope 'S' or the scope is invalid. If access was recently granted, please refresh your credentials.",
    ),
    code: 'permission-denied',
    retryable: false,
  },
  {
    azure: 'a missing permission on another resource (recorded)',
    status: 403,
    body: refusalBody(
      'LinkedAuthorizationFailed',
      "The client has permission to perform action 'Microsoft.Network/virtualNetworks/subnets/join/action' on scope 's', however the linked subscription 'l' was not found. ",
    ),
    code: 'permission-denied',
    retryable: false,
  },
  {
    azure: 'a lock (issue)',
    status: 409,
    body: refusalBody(
      'ScopeLocked',
      "The scope 's' cannot perform delete operation because following scope(s) are locked: 'l'. Please remove the lock and try again.",
    ),
    code: 'locked',
    retryable: false,
  },
  {
    azure: 'a policy (issue)',
    status: 403,
    body: refusalBody(
      'RequestDisallowedByPolicy',
      'Resource \'x\' was disallowed by policy. Policy identifiers: \'[{"policyAssignment":{"name":"n","id":"i"}}]\'.',
    ),
    code: 'policy-denied',
    retryable: false,
  },
  {
    azure: 'a missing resource (recorded)',
    status: 404,
    body: refusalBody(
      'ResourceNotFound',
      "The Resource 'Microsoft.Network/publicIPAddresses/x' under resource group 'rg' was not found.",
    ),
    code: 'gone',
    retryable: false,
  },
  {
    azure: 'a missing group (recorded)',
    status: 404,
    body: refusalBody('ResourceGroupNotFound', "Resource group 'rg' could not be found."),
    code: 'gone',
    retryable: false,
  },
  {
    azure: 'a parent that isn’t visible yet (recorded)',
    status: 404,
    body: refusalBody(
      'ParentResourceNotFound',
      "Failed to perform 'read' on resource(s) of type 'T', because the parent resource 'p' could not be found.",
    ),
    code: 'not-propagated',
    retryable: true,
  },
  {
    azure: 'a disabled secret (recorded)',
    status: 403,
    body: refusalBody('Forbidden', 'Operation get is not allowed on a disabled secret.', {
      innererror: { code: 'SecretDisabled' },
    }),
    code: 'secret-disabled',
    retryable: false,
  },
  {
    azure: 'an absent secret (recorded)',
    status: 404,
    body: refusalBody('SecretNotFound', 'Secret not found: psk-hq'),
    code: 'secret-missing',
    retryable: false,
  },
  {
    azure: 'a vault without a token (recorded)',
    status: 401,
    body: refusalBody('Unauthorized', 'Request is missing a Bearer or PoP token.'),
    code: 'permission-denied',
    retryable: false,
  },
  {
    azure: 'a time-out of a service (recorded)',
    status: 503,
    body: refusalBody('ServerTimeout', 'The request timed out. Diagnostic information: x.'),
    code: 'service-failed',
    retryable: true,
  },
  {
    azure: 'a gateway’s time-out (recorded)',
    status: 504,
    body: refusalBody('GatewayTimeout', 'The gateway did not receive a response.'),
    code: 'service-failed',
    retryable: true,
  },
  {
    azure: 'a body that Azure doesn’t take (recorded)',
    status: 400,
    body: refusalBody('InvalidParameter', "Required parameter 'adminUsername' is missing (null).", {
      target: 'adminUsername',
    }),
    code: 'service-failed',
    retryable: false,
  },
  {
    azure: 'words in capitals without a wrapper (recorded, metric alerts)',
    status: 400,
    body: { Code: 'BadRequest', Message: 'No.' },
    code: 'service-failed',
    retryable: false,
  },
];

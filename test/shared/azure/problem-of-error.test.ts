/** What does Azure's refusal mean, what stays of its words, and what never gets out? */
import { describe, expect, test } from '@jest/globals';
import { refusalBody, refusals } from './helpers/recorded-refusals.js';
import {
  outcomeOf,
  problemOfBody,
  problemOfError,
  statusOf,
} from '../../../shared/azure/problem-of-error.js';

const doing = { verb: 'write', what: 'vm-hq-z1-1-g1' } as const;

/** What an SDK throws for an answer: status, parsed body, headers. */
function thrown(statusCode: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  const details = body as object;
  return Object.assign(new Error('RestError'), {
    statusCode,
    details,
    response: { headers: new Map(Object.entries(headers)) },
  });
}

describe('problemOfError reads', () => {
  test.each(refusals)('$azure as $code', ({ status, body, code, retryable }) => {
    const found = problemOfError(thrown(status, body), doing);
    expect(found).toMatchObject({ type: `/problems/${code}`, retryable });
    expect(found.mend).toMatch(/\S.*\.$/);
    expect(found.detail).toMatch(/^Azure would not write vm-hq-z1-1-g1\. \S/);
  });

  test.each([
    'AllocationFailed',
    'ZonalAllocationFailed',
    'OverconstrainedAllocationRequest',
    'OverconstrainedZonalAllocationRequest',
  ])('%s as lacking capacity when it comes in an operation’s status', (code) => {
    expect(problemOfBody({ code, message: 'Allocation failed.' }, doing)).toMatchObject({
      type: '/problems/capacity-lacking',
      code,
      retryable: true,
    });
  });

  test.each([
    { code: 'PublicIPCountLimitReached', kind: 'quota-exceeded', retryable: false },
    { code: 'QuotaExceeded', kind: 'quota-exceeded', retryable: false },
    { code: 'PrivateIPAddressInUse', kind: 'address-in-use', retryable: false },
    { code: 'PublicIPAddressInUse', kind: 'address-in-use', retryable: false },
    { code: 'SubnetIsFull', kind: 'no-free-addresses', retryable: false },
    { code: 'InvalidResourceReference', kind: 'not-propagated', retryable: true },
    { code: 'PrincipalNotFound', kind: 'not-propagated', retryable: true },
    { code: 'SubscriptionRequestsThrottled', kind: 'throttled', retryable: true },
    { code: 'NicInUse', kind: 'conflict', retryable: true },
    { code: 'NicReservedForAnotherVm', kind: 'conflict', retryable: true },
    { code: 'PublicIPAddressCannotBeDeleted', kind: 'conflict', retryable: true },
    { code: 'InUseNetworkSecurityGroupCannotBeDeleted', kind: 'conflict', retryable: true },
    { code: 'ReferencedResourceNotProvisioned', kind: 'conflict', retryable: true },
    { code: 'MissingSubscriptionRegistration', kind: 'permission-denied', retryable: false },
    { code: 'PropertyChangeNotAllowed', kind: 'service-failed', retryable: false },
    { code: 'ResourceGroupBeingDeleted', kind: 'gone', retryable: false },
  ])('$code as $kind', ({ code, kind, retryable }) => {
    expect(problemOfError(thrown(400, refusalBody(code, 'No.')), doing)).toMatchObject({
      type: `/problems/${kind}`,
      retryable,
    });
  });
});

test.each(['OSProvisioningTimedOut', 'InternalExecutionError'])(
  'problemOfBody takes %s for a service that failed, not for somebody else’s operation',
  (code) => {
    // Seen: a status made up for the body had every unknown failure told as 'another operation is in progress'.
    expect(problemOfBody({ code, message: 'It failed.' }, doing)).toMatchObject({
      type: '/problems/service-failed',
      code,
      retryable: true,
    });
  },
);

test('problemOfError names the command that registers a namespace', () => {
  const found = problemOfError(thrown(409, refusalBody('MissingSubscriptionRegistration', 'No.')), doing);
  expect(found.mend).toContain('az provider register');
});

describe('problemOfError keeps', () => {
  const tooMany = refusalBody('TooManyRequests', 'Slower.');
  test.each([
    { when: 'the answer names seconds', headers: { 'retry-after': '17' }, seconds: 17 },
    { when: 'the answer names none', headers: {}, seconds: 30 },
    {
      when: 'the answer names a date',
      headers: { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' },
      seconds: 30,
    },
  ])('$seconds s of waiting when $when', ({ headers, seconds }) => {
    expect(problemOfError(thrown(429, tooMany, headers), doing).retryAfterSeconds).toBe(seconds);
  });

  test.each([
    { when: 'they stand in the wrapper', body: { error: { code: 'Bad', message: 'No.' } } },
    { when: 'they are capitalised', body: { Error: { Code: 'Bad', Message: 'No.' } } },
    { when: 'there is no wrapper', body: { code: 'Bad', message: 'No.' } },
  ])('code and words where $when', ({ body }) => {
    expect(problemOfError(thrown(400, body), doing).detail).toBe(
      'Azure would not write vm-hq-z1-1-g1. Bad: No.',
    );
  });

  test('the SDK’s words where Azure sent none', () => {
    const found = problemOfError(thrown(502, {}), doing);
    expect(found.detail).toBe('Azure would not write vm-hq-z1-1-g1. RestError');
  });

  test('Azure’s own code and words', () => {
    const found = problemOfError(thrown(409, refusalBody('ScopeLocked', 'Locked by l.')), doing);
    expect(found).toMatchObject({
      code: 'ScopeLocked',
      detail: 'Azure would not write vm-hq-z1-1-g1. ScopeLocked: Locked by l.',
    });
  });

  test.each([
    'https://store.blob.core.windows.net/c/b?sv=2024-08-04&sig=Zm9vYmFy%3D',
    'https://management.azure.com/subscriptions/s/providers/Microsoft.Compute/locations/l/operations/o?api-version=1&p=x&t=63&c=MII&s=Zm9vYmFy&h=abc',
  ])('no signed URL: %s', (url) => {
    const found = problemOfError(thrown(409, refusalBody('Conflict', `Look at ${url} for more.`)), doing);
    expect(JSON.stringify(found)).not.toMatch(/Zm9vYmFy|MII/);
    expect(found.detail).toContain('Look at <url> for more.');
  });

  test('at most 600 characters of Azure’s words, and nothing of the request', () => {
    const long = Object.assign(thrown(400, refusalBody('Bad', 'x'.repeat(5000))), {
      request: { body: 'TK_PSK_PRIMARY=Correct7Horse', headers: { authorization: 'Bearer t0ken' } },
    });
    const found = JSON.stringify(problemOfError(long, doing));
    expect(found.length).toBeLessThan(1000);
    expect(found).not.toMatch(/Correct7Horse|t0ken/);
  });
});

describe('problemOfError copes with', () => {
  test.each([
    {
      what: 'a lost connection',
      error: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
    },
    { what: 'text', error: 'oh' },
    { what: 'nothing', error: undefined },
    { what: 'null', error: null },
  ])('$what: a service that failed, to be tried again', ({ error: given }) => {
    const found = problemOfError(given, doing);
    expect(found).toMatchObject({ type: '/problems/service-failed', retryable: true });
    expect(found.code).toBeUndefined();
  });
});

test('outcomeOf hands over what an effect answers, and a problem for what it throws', async () => {
  await expect(outcomeOf(doing, () => Promise.resolve(7))).resolves.toEqual({ ok: true, value: 7 });
  const refused = await outcomeOf(doing, () => Promise.reject(thrown(404, refusalBody('NotFound', 'No.'))));
  expect(refused).toMatchObject({ ok: false, problem: { type: '/problems/gone' } });
  expect(statusOf(thrown(404, {}))).toBe(404);
});

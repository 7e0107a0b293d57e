/** When does Event Grid try again? */
import { expect, test } from '@jest/globals';
import { afterAttempt, isExpired, standardPolicy } from '../../../../infra/local/cloud/event-retries.js';

const answered = (status: number) => ({ status, text: '' });

test.each([
  { attempts: 1, seconds: 10 },
  { attempts: 2, seconds: 30 },
  { attempts: 3, seconds: 60 },
  { attempts: 4, seconds: 300 },
  { attempts: 5, seconds: 600 },
  { attempts: 6, seconds: 1800 },
  { attempts: 7, seconds: 3600 },
  { attempts: 8, seconds: 3 * 3600 },
  { attempts: 9, seconds: 6 * 3600 },
  { attempts: 10, seconds: 12 * 3600 },
  { attempts: 11, seconds: 12 * 3600 },
])('attempt $attempts is followed by another after $seconds s', ({ attempts, seconds }) => {
  expect(afterAttempt(answered(500), attempts, standardPolicy, 0)).toEqual({ kind: 'retry', seconds });
  expect(afterAttempt('timeout', attempts, standardPolicy, 0.5)).toEqual({
    kind: 'retry',
    seconds: seconds * 1.05,
  });
});

test.each([
  { status: 200, after: { kind: 'delivered' } },
  { status: 204, after: { kind: 'delivered' } },
  { status: 205, after: { kind: 'retry', seconds: 10 } },
  { status: 302, after: { kind: 'retry', seconds: 10 } },
  { status: 400, after: { kind: 'give-up', because: 'refused' } },
  { status: 401, after: { kind: 'give-up', because: 'refused' } },
  { status: 403, after: { kind: 'give-up', because: 'refused' } },
  { status: 404, after: { kind: 'retry', seconds: 300 } },
  { status: 408, after: { kind: 'retry', seconds: 120 } },
  { status: 413, after: { kind: 'give-up', because: 'refused' } },
  { status: 429, after: { kind: 'retry', seconds: 10 } },
  { status: 503, after: { kind: 'retry', seconds: 30 } },
])('the first attempt is followed by $after.kind when $status is answered', ({ status, after }) => {
  expect(afterAttempt(answered(status), 1, standardPolicy, 0)).toEqual(after);
});

test.each([
  { attempts: 2, kind: 'retry' },
  { attempts: 3, kind: 'give-up' },
])('attempt $attempts of 3 is followed by $kind', ({ attempts, kind }) => {
  const policy = { ...standardPolicy, maxDeliveryAttempts: 3 };
  expect(afterAttempt('unreachable', attempts, policy, 0).kind).toBe(kind);
});

test.each([
  { ageSeconds: 24 * 3600 - 1, expired: false },
  { ageSeconds: 24 * 3600, expired: true },
])('an event of $ageSeconds s is too old: $expired', ({ ageSeconds, expired }) => {
  expect(isExpired(ageSeconds, standardPolicy)).toBe(expired);
});

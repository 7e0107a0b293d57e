/** When is an operation asked, a failure tried again, a site looked at? */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dueOperations, firstAsk, nextAsk } from '../../../shared/site/ask-schedule.js';
import { backOffSeconds, failedAgain } from '../../../shared/site/back-off.js';
import { isDue } from '../../../shared/site/due.js';
import { problem, type ProblemCode } from '../../../shared/site/problem.js';
import { aRecord, anAttempt, anOperation, atSeconds, noon } from './helpers/builders.js';

describe('an operation is first asked when most of its kind are done', () => {
  test.each([
    { kind: 'public-ip', seconds: 4 },
    { kind: 'security-group', seconds: 4 },
    { kind: 'load-balancer', seconds: 10 },
    { kind: 'network-interface', seconds: 21 },
    { kind: 'virtual-machine', seconds: 36 },
    { kind: 'setup', seconds: 48 },
  ] as const)('$kind after $seconds s', ({ kind, seconds }) => {
    expect(firstAsk({ verb: 'put', kind }, noon)).toBe(atSeconds(seconds).toISOString());
  });

  test.each([
    { kind: 'load-balancer', retryAfter: 30, seconds: 30, why: 'the operation itself is asked' },
    { kind: 'virtual-machine', retryAfter: 60, seconds: 36, why: 'its resource is read instead' },
  ] as const)(
    '$kind after $seconds s where $retryAfter s are asked for: $why',
    ({ kind, retryAfter, seconds }) => {
      expect(firstAsk({ verb: 'put', kind }, noon, retryAfter)).toBe(atSeconds(seconds).toISOString());
    },
  );
});

test.each([
  { kind: 'network-interface', retryAfter: 0, seconds: 10 },
  { kind: 'network-interface', retryAfter: 45, seconds: 45 },
  { kind: 'virtual-machine', retryAfter: 45, seconds: 18 },
] as const)(
  '$kind that runs is asked again after $seconds s ($retryAfter s asked for)',
  ({ kind, retryAfter, seconds }) => {
    expect(nextAsk(anOperation({ kind, name: 'x' }), noon, retryAfter)).toBe(
      atSeconds(seconds).toISOString(),
    );
  },
);

describe('dueOperations', () => {
  const machine = (name: string, askSeconds: number) =>
    anOperation({ kind: 'virtual-machine', name, askAt: atSeconds(askSeconds).toISOString() });
  const due = (seconds: number, ...operations: ReturnType<typeof machine>[]) =>
    dueOperations(operations, atSeconds(seconds)).map(({ name }) => name);

  test('asks what is due within 2 s, so that two are not asked in two rounds', () => {
    const nic = anOperation({ kind: 'network-interface', name: 'nic', askAt: atSeconds(23).toISOString() });
    expect(due(20, nic)).toEqual([]);
    expect(due(21, nic)).toEqual(['nic']);
  });

  test('asks all machines that one list answers for, once their usual time is over', () => {
    expect(due(40, machine('a', 40), machine('b', 49))).toEqual(['a', 'b']);
    expect(due(35, machine('a', 35), machine('b', 49))).toEqual(['a']);
  });

  test('asks nothing before anything is due', () => {
    expect(due(30, machine('a', 40), machine('b', 49))).toEqual([]);
  });
});

describe('backOffSeconds', () => {
  const waits = (code: ProblemCode, retryAfterSeconds?: number) =>
    [1, 2, 3, 4, 10, 2000].map((failures) =>
      backOffSeconds(
        problem(code, 'No.', retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
        failures,
      ),
    );

  test.each([
    { code: 'throttled', seconds: [10, 20, 40, 60, 60, 60] },
    { code: 'credential-refused', seconds: [30, 60, 120, 240, 300, 300] },
    { code: 'quota-exceeded', seconds: [60, 120, 240, 480, 600, 600] },
  ] as const)('doubles for $code up to its most', ({ code, seconds }) => {
    expect(waits(code)).toEqual(seconds);
  });

  test('is never shorter than what the service asked for', () => {
    expect(waits('throttled', 45)).toEqual([45, 45, 45, 60, 60, 60]);
  });
});

test('failedAgain counts on from the failure before, and from nothing', () => {
  const why = problem('throttled', 'Slower.');
  expect(failedAgain(undefined, 'lb-hq', why, noon)).toEqual({
    subject: 'lb-hq',
    failures: 1,
    problem: why,
    failedAt: noon.toISOString(),
    notBefore: atSeconds(10).toISOString(),
  });
  const fourth = failedAgain(anAttempt('lb-hq', 'conflict', { failures: 3 }), 'lb-hq', why, noon);
  expect(fourth).toMatchObject({ failures: 4, notBefore: atSeconds(60).toISOString() });
});

test('a failure never waits less than the one before it, whatever the kind', () => {
  const codes: ProblemCode[] = ['throttled', 'setup-failed', 'locked'];
  fc.assert(
    fc.property(fc.constantFrom(...codes), fc.integer({ min: 1, max: 1e6 }), (code, failures) => {
      const why = problem(code, 'No.');
      expect(backOffSeconds(why, failures + 1)).toBeGreaterThanOrEqual(backOffSeconds(why, failures));
    }),
  );
});

test.each([
  { when: 'its time has come', lookAt: 0, is: true },
  { when: 'its time has passed', lookAt: -60, is: true },
  { when: 'its time comes in a second', lookAt: 1, is: false },
  { when: 'its time comes later but somebody asked', lookAt: 600, lookWanted: noon.toISOString(), is: true },
])('isDue says $is when $when', ({ lookAt, lookWanted, is }) => {
  const record = aRecord({}, { lookAt: atSeconds(lookAt).toISOString() });
  expect(isDue({ record, ...(lookWanted === undefined ? {} : { lookWanted }) }, noon)).toBe(is);
});

test('isDue says true for a site that was never given a time', () => {
  const { lookAt, ...record } = aRecord();
  expect(lookAt).toBeDefined();
  expect(isDue({ record }, noon)).toBe(true);
});

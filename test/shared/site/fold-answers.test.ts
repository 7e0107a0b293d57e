/** What do the answers of operations change? */
import { describe, expect, test } from '@jest/globals';
import { foldAnswers } from '../../../shared/site/fold-answers.js';
import type { OperationAnswer } from '../../../shared/site/intent.js';
import type { ObservedSetup } from '../../../shared/site/observed-site.js';
import type { Attempt } from '../../../shared/site/site-record.js';
import { planSite } from '../../../shared/site/plan-site.js';
import { problem } from '../../../shared/site/problem.js';
import { atRest } from './helpers/azure-in-words.js';
import {
  aRecord,
  aRound,
  aSlot,
  anAttempt,
  anOperation,
  atSeconds,
  goodSurroundings,
  noon,
  policy,
} from './helpers/builders.js';

const { observed, record } = atRest(aRecord());
const slot = aSlot('1');
const machine = anOperation({ kind: 'virtual-machine', name: 'vm-hq-z1-1-g1', slot });
const setup = anOperation({ kind: 'setup', name: 'setup', slot, virtualMachine: 'vm-hq-z1-1-g1' });
const balancer = anOperation({ kind: 'load-balancer', name: 'lb-hq' });
const settled = aRound({ resources: observed.resources, mustLook: false, isLookFresh: true });
const seenSetup = observed.resources.find((resource): resource is ObservedSetup => resource.kind === 'setup');
const noRoom = problem('capacity-lacking', 'No room.', { retryable: true });

test('an operation that still runs is asked again later, and its resource is taken over', () => {
  const answers: OperationAnswer[] = [{ state: 'running', retryAfterSeconds: 45 }];
  const round = foldAnswers({ ...settled, inFlight: [balancer, machine] }, [balancer], answers, noon);
  expect(round.inFlight).toEqual([{ ...balancer, askAt: atSeconds(45).toISOString() }, machine]);
  expect(round).toMatchObject({ mustLook: false, isLookFresh: false, happened: [] });
});

test('an operation that succeeded ends, settles its resource, is told with its seconds, and forgets its failures', () => {
  const resources = observed.resources.map((resource) =>
    resource.name === 'lb-hq' ? { ...resource, state: 'changing' as const } : resource,
  );
  const attempts = [anAttempt('lb-hq', 'conflict')];
  const round = foldAnswers(
    { ...settled, resources, attempts, inFlight: [balancer] },
    [balancer],
    [{ state: 'succeeded' }],
    atSeconds(12),
  );
  expect(round).toMatchObject({ inFlight: [], attempts: [], mustLook: false });
  expect(round.resources.find(({ name }) => name === 'lb-hq')?.state).toBe('settled');
  expect(round.happened.map(({ sentence }) => sentence)).toEqual(['Balancer lb-hq is there after 12 s.']);
});

test.each([
  { ended: balancer, left: ['nic-hq-z2-1'] },
  { ended: machine, left: ['nic-hq-z1-1', 'nic-hq-z2-1'] },
])('what Azure put off is due once the balancer is written: after $ended.name $left are left', (row) => {
  const why = problem('conflict', 'Later.', { code: 'RetryableError', retryable: true });
  const putOff = { ...anAttempt('nic-hq-z1-1', 'conflict'), problem: why };
  const attempts = [putOff, anAttempt('nic-hq-z2-1', 'conflict')];
  const round = foldAnswers(
    { ...settled, attempts, inFlight: [row.ended] },
    [row.ended],
    [{ state: 'succeeded' }],
    noon,
  );
  expect(round.attempts.map(({ subject }) => subject)).toEqual(row.left);
});

test('a machine that was made but isn’t known is looked for, before the plan makes another', () => {
  const round = foldAnswers(
    { ...settled, resources: [], inFlight: [machine] },
    [machine],
    [{ state: 'succeeded' }],
    noon,
  );
  expect(round.mustLook).toBe(true);
});

test('an operation that failed is kept as an attempt, told with its mend, and everything is looked at again', () => {
  const failedOnce = {
    ...settled,
    attempts: [anAttempt('vm-hq-z1-1', 'capacity-lacking')],
    inFlight: [machine],
  };
  const round = foldAnswers(failedOnce, [machine], [{ state: 'failed', problem: noRoom }], atSeconds(40));
  expect(round.attempts).toMatchObject([{ subject: 'vm-hq-z1-1', failures: 2, problem: noRoom }]);
  expect(round).toMatchObject({ inFlight: [], mustLook: true, isLookFresh: false });
  expect(round.happened[0]).toMatchObject({
    gateway: 'hq-z1-1',
    reason: 'operation-failed',
    sentence:
      'Machine vm-hq-z1-1-g1 failed after 40 s: No room. Failure 2 in a row; tried again after 12:01:40 UTC.',
  });
});

test('a deletion takes the machine and its setup out, and doesn’t forget why the machine failed', () => {
  const attempts = [anAttempt('vm-hq-z1-1', 'capacity-lacking', { failures: 2 })];
  const gone = { ...machine, verb: 'delete' as const };
  const round = foldAnswers(
    { ...settled, attempts, inFlight: [gone] },
    [gone],
    [{ state: 'succeeded' }],
    noon,
  );
  const left = round.resources.filter((resource) => 'slot' in resource && resource.slot === slot);
  expect(left.map(({ kind }) => kind)).toEqual(['public-ip', 'network-interface']);
  expect(round.resources.filter(({ kind }) => kind === 'setup')).toHaveLength(2);
  expect(round.attempts).toEqual(attempts);
});

test('a deletion that failed is kept apart from what was tried before, and forgotten once it succeeds', () => {
  const gone = { ...machine, verb: 'delete' as const };
  const begun = { ...settled, attempts: [anAttempt('vm-hq-z1-1', 'conflict')], inFlight: [gone] };
  const failed = foldAnswers(begun, [gone], [{ state: 'failed', problem: noRoom }], noon);
  expect(failed.attempts.map(({ subject }) => subject)).toEqual(['vm-hq-z1-1', 'removal of vm-hq-z1-1-g1']);
  const again = { ...failed, inFlight: [gone] };
  const over = foldAnswers(again, [gone], [{ state: 'succeeded' }], noon);
  expect(over.attempts.map(({ subject }) => subject)).toEqual(['vm-hq-z1-1']);
});

describe('a setup of which nothing is heard', () => {
  const asked = (seconds: number) =>
    foldAnswers({ ...settled, inFlight: [setup] }, [setup], [{ state: 'running' }], atSeconds(seconds));

  test('is waited for during 35 min', () => {
    expect(asked(2099)).toMatchObject({ inFlight: [{ kind: 'setup' }], attempts: [] });
  });

  test('is given up then, with what to do about the guest agent', () => {
    // Seen: with a dead agent a gateway was 'setting-up' for ever, and no problem was told.
    const round = asked(2100);
    expect(round).toMatchObject({ inFlight: [], mustLook: true });
    expect(round.attempts).toMatchObject([
      {
        subject: 'setup of vm-hq-z1-1-g1',
        problem: { type: '/problems/setup-failed', mend: expect.stringContaining('guest agent') as unknown },
      },
    ]);
  });

  test.each([
    { seconds: 719, left: 1 },
    { seconds: 720, left: 0 },
  ])('a short script is given up after 12 min: $left left after $seconds s', ({ seconds, left }) => {
    const run = { ...setup, kind: 'run' as const, name: 'diagnose' };
    const round = foldAnswers(
      { ...settled, inFlight: [run] },
      [run],
      [{ state: 'running' }],
      atSeconds(seconds),
    );
    expect(round.inFlight).toHaveLength(left);
    expect(round.attempts.map(({ subject }) => subject)).toEqual(
      left === 1 ? [] : ['diagnose of vm-hq-z1-1-g1'],
    );
  });

  test('leaves other operations alone, however long they take', () => {
    const round = foldAnswers(
      { ...settled, inFlight: [machine] },
      [machine],
      [{ state: 'running' }],
      atSeconds(9999),
    );
    expect(round.inFlight).toHaveLength(1);
  });

  const resources = observed.resources.map((resource) =>
    resource.kind === 'setup' && resource.slot === slot
      ? ({
          ...resource,
          execution: 'pending',
          state: 'changing',
          result: undefined,
          endedAt: undefined,
        } as unknown as ObservedSetup) // a setup that waits for the agent
      : resource,
  );
  const planAt = (seconds: number, attempts: readonly Attempt[], since?: Date) => {
    const gateways = record.gateways.map((gateway) =>
      since === undefined
        ? gateway
        : { ...gateway, doing: 'setting-up' as const, since: since.toISOString() },
    );
    const seen = { resources, inFlight: [], attempts, surroundings: goodSurroundings() };
    return planSite({ ...record, gateways }, seen, policy, atSeconds(seconds));
  };

  test('is tried again after its pause, though Azure still calls it pending', () => {
    const { attempts } = asked(2100);
    expect(planAt(2129, attempts)).toMatchObject({ steps: [], gateways: [{ doing: 'failed' }, {}, {}] });
    expect(planAt(2130, attempts).steps).toMatchObject([{ intent: { kind: 'setup', attempt: 2 } }]);
  });

  test.each([
    { seconds: 2099, steps: 0 },
    { seconds: 2100, steps: 1 },
  ])('is run again $steps times after $seconds s when a restart lost its operation', ({ seconds, steps }) => {
    expect(planAt(seconds, [], noon).steps).toHaveLength(steps);
  });

  test('is waited for when an earlier one had failed for another reason', () => {
    const before = [anAttempt('setup of vm-hq-z1-1-g1', 'tunnel-down')];
    expect(planAt(60, before).gateways[0]?.doing).toBe('changing');
  });
});

describe('a setup that is over', () => {
  const over = (change: Partial<ObservedSetup>): OperationAnswer => {
    if (seenSetup === undefined) throw new Error('A site at rest has setups.');
    return { state: 'succeeded', observed: { ...seenSetup, endedAt: noon.toISOString(), ...change } };
  };
  const fold = (answer: OperationAnswer) =>
    foldAnswers({ ...settled, inFlight: [setup] }, [setup], [answer], atSeconds(100));

  test('serves when its script says so', () => {
    expect(fold(over({})).happened[0]).toMatchObject({
      reason: 'gateway-serves',
      sentence:
        'hq-z1-1 serves, 100 s after its setup began. Serves: tunnel primary up after 3 s; the balancer’s probe gets 200.',
    });
  });

  test.each([
    { when: 'it failed', change: { execution: 'failed' } },
    {
      when: 'its script says no',
      change: { result: { ok: false, config: '', changed: [], tunnels: {}, probe: 503 } },
    },
  ] as const)('is a failure when $when, whatever Azure calls it', ({ change }) => {
    const round = fold(over(change));
    expect(round.attempts).toMatchObject([{ subject: 'setup of vm-hq-z1-1-g1', failures: 1 }]);
    expect(round.happened[0]).toMatchObject({ reason: 'setup-failed', gateway: 'hq-z1-1' });
    expect(round.happened[0]?.sentence).toMatch(/^Setup of vm-hq-z1-1-g1 failed after 100 s: /);
  });

  test('is run again after its pause, with a higher number, until it serves', () => {
    const failed = fold(over({ execution: 'failed' }));
    const seen = { ...observed, resources: failed.resources, attempts: failed.attempts };
    const plan = planSite(record, { ...seen, surroundings: goodSurroundings() }, policy, atSeconds(131));
    expect(plan.steps.map(({ intent }) => intent)).toMatchObject([{ kind: 'setup', attempt: 2 }]);
  });
});

test('answers belong to the operations in their order', () => {
  const answers: OperationAnswer[] = [{ state: 'failed', problem: noRoom }, { state: 'running' }];
  const round = foldAnswers(
    { ...settled, inFlight: [machine, balancer] },
    [machine, balancer],
    answers,
    noon,
  );
  expect(round.inFlight.map(({ name }) => name)).toEqual(['lb-hq']);
});

test('a look stays fresh when nothing was asked', () => {
  expect(foldAnswers(settled, [], [], noon).isLookFresh).toBe(true);
});

/** What do the answers of operations change? */
import { describe, expect, test } from '@jest/globals';
import { foldAnswers } from '../../../shared/site/fold-answers.js';
import type { OperationAnswer } from '../../../shared/site/intent.js';
import type { ObservedSetup } from '../../../shared/site/observed-site.js';
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
  const answers: OperationAnswer[] = [{ state: 'running', retryAfterSeconds: 20 }];
  const round = foldAnswers({ ...settled, inFlight: [balancer, machine] }, [balancer], answers, noon);
  expect(round.inFlight).toEqual([{ ...balancer, askAt: atSeconds(20).toISOString() }, machine]);
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

describe('a setup that is over', () => {
  const over = (change: Partial<ObservedSetup>): OperationAnswer => {
    if (seenSetup === undefined) throw new Error('A site at rest has setups.');
    return { state: 'succeeded', observed: { ...seenSetup, ...change } };
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

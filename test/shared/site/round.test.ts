/** What does a run carry from round to round, and when does it look again? */
import { describe, expect, test } from '@jest/globals';
import type { Begun } from '../../../shared/site/intent.js';
import { planSite } from '../../../shared/site/plan-site.js';
import { failure, problem, success, type Outcome } from '../../../shared/site/problem.js';
import { iso } from './helpers/mending.js';
import { atRest, made, planAsked } from './helpers/azure-in-words.js';
import {
  aRecord,
  aRound,
  anAttempt,
  anOperation,
  aSite,
  atSeconds,
  goodSurroundings,
  noon,
  nothingYet,
  policy,
} from './helpers/builders.js';
import { foldBegun } from '../../../shared/site/fold-begun.js';
import { foldResources, foldSurroundings } from '../../../shared/site/fold-looks.js';
import { foldPlan, nextLookAt, nextRoundAt } from '../../../shared/site/next-round.js';
import {
  looksOf,
  mergeResource,
  observedOf,
  removeResource,
  type Round,
  startOrNotice,
} from '../../../shared/site/round.js';

const rested = atRest(aRecord());
const denied = problem('permission-denied', 'Azure would not read the resources of hq.');
const looked = (resources = rested.observed.resources, taken: readonly string[] = []) =>
  success({
    site: aSite().name,
    resourceGroup: 'rg',
    observedAt: noon.toISOString(),
    resources,
    taken,
    health: [],
    secrets: [],
  });
const quietPlan = planSite(rested.record, rested.observed, policy, noon);

test('a run starts with a look at everything and what the row remembers', () => {
  const attempts = [anAttempt('lb-hq', 'conflict')];
  const inFlight = [anOperation({ kind: 'load-balancer', name: 'lb-hq' })];
  const record = aRecord({}, { attempts, generations: { 'hq-z1-1': 3 } });
  const round = startOrNotice(undefined, record, inFlight, undefined);
  expect(round).toMatchObject({ attempts, inFlight, generations: { 'hq-z1-1': 3 } });
  expect(looksOf(round, noon)).toMatchObject({ resources: true, surroundings: false });
});

describe('startOrNotice', () => {
  const round = aRound({
    mustLook: false,
    lookWanted: 'a',
    surroundings: { at: noon.toISOString(), value: goodSurroundings() },
  });

  test.each([
    { when: 'nobody asked', lookWanted: undefined },
    { when: 'the wish is the one it knows', lookWanted: 'a' },
  ])('goes on when $when', ({ lookWanted }) => {
    expect(startOrNotice(round, aRecord(), [], lookWanted)).toBe(round);
  });

  test('looks at everything again when somebody asks in between, also at the surroundings', () => {
    const noticed = startOrNotice(round, aRecord(), [], 'b');
    expect(noticed.lookWanted).toBe('b');
    expect(looksOf(noticed, noon)).toMatchObject({ resources: true, surroundings: true });
  });
});

describe('foldResources', () => {
  test('knows the generation of a machine that was begun before a crash, and keeps a later one', () => {
    // Seen: an order to replace such a machine was taken for one that had been carried out.
    const machines = rested.observed.resources.map((resource) =>
      resource.kind === 'virtual-machine' ? { ...resource, generation: 2 } : resource,
    );
    const before = aRound({ generations: { 'hq-z1-1': 1, 'hq-z2-1': 3 } });
    const { generations } = foldResources(before, looked(machines), 'hq', noon);
    expect(generations).toEqual({ 'hq-z1-1': 2, 'hq-z2-1': 3, 'hq-z3-1': 2 });
  });

  test('takes what was seen and forgets that looks failed', () => {
    const blind = aRound({
      attempts: [anAttempt('look at hq', 'throttled'), anAttempt('lb-hq', 'conflict')],
    });
    const seen = foldResources(blind, looked(), 'hq', noon);
    expect(seen).toMatchObject({ mustLook: false, isLookFresh: true, resources: rested.observed.resources });
    expect(seen.attempts.map(({ subject }) => subject)).toEqual(['lb-hq']);
  });

  test.each([
    { subject: 'setup of vm-hq-z1-1-g0', when: 'the machine is gone', isKept: false },
    { subject: 'setup of vm-hq-z2-1-g1', when: 'it serves now', isKept: false },
    { subject: 'setup of vm-hq-z1-1-g1', when: 'the machine stands and does not serve', isKept: true },
    { subject: 'removal of vm-hq-z1-1-g0', when: 'it has gone', isKept: false },
    { subject: 'removal of vm-hq-z1-1-g1', when: 'it is still there', isKept: true },
    { subject: 'vm-hq-z3-1', when: 'a machine could not be made', isKept: true },
  ])('keeps what was tried as "$subject" when $when: $isKept', ({ subject, isKept }) => {
    // Seen: every generation that was ever set up in vain stayed in the site's row.
    const resources = rested.observed.resources.filter(
      (resource) => !(resource.kind === 'setup' && resource.slot === 'hq-z1-1'),
    );
    const before = { ...anAttempt(subject, 'setup-failed'), failedAt: atSeconds(-3600).toISOString() };
    const tried = aRound({ attempts: [before] });
    expect(foldResources(tried, looked(resources), 'hq', noon).attempts).toHaveLength(isKept ? 1 : 0);
  });

  test('keeps what was known when the look fails, and must look again', () => {
    const before = aRound({ resources: rested.observed.resources });
    const seen = foldResources(before, failure(denied), 'hq', noon);
    expect(seen).toMatchObject({ mustLook: true, resources: before.resources });
    expect(seen.attempts).toMatchObject([{ subject: 'look at hq', failures: 1 }]);
  });

  test('counts a failed look as the look that ends a run', () => {
    // Seen: with a pause of over a minute the run looked again at once, without end and without a timer.
    expect(foldResources(aRound(), failure(denied), 'hq', noon).isLookFresh).toBe(true);
  });
});

describe('surroundings are believed', () => {
  const round = foldSurroundings(aRound({ wantsSurroundings: true }), goodSurroundings(), noon);
  test.each([
    { seconds: 600, known: true },
    { seconds: 601, known: false },
  ])('after $seconds s: $known', ({ seconds, known }) => {
    expect(observedOf(round, atSeconds(seconds)).surroundings !== undefined).toBe(known);
    expect(looksOf(round, atSeconds(seconds)).surroundings).toBe(false);
  });
});

describe('foldBegun', () => {
  const { steps } = planSite(aRecord({ zones: ['1'] }), nothingYet(), policy, noon);
  const [group, balancer, address] = steps;
  if (group === undefined || balancer === undefined || address === undefined) throw new Error('Three steps.');
  const running: Outcome<Begun> = success({
    operation: { url: 'https://management.azure.com/o', retryAfterSeconds: 3 },
  });

  test('keeps an operation, to be asked when its kind is usually done', () => {
    const round = foldBegun(aRound(), [balancer], [running], noon);
    expect(round.inFlight).toEqual([
      {
        verb: 'put',
        kind: 'load-balancer',
        name: 'lb-hq',
        url: 'https://management.azure.com/o',
        begunAt: noon.toISOString(),
        askAt: atSeconds(10).toISOString(),
      },
    ]);
  });

  test('what could not be begun is told at once, not after its pause', () => {
    const refused = failure<Begun>(problem('locked', 'Azure would not write lb-hq.'));
    const begun = foldBegun(aRound(), [balancer], [refused], noon);
    expect(nextRoundAt(begun, quietPlan, noon)).toEqual(atSeconds(1));
    expect(nextRoundAt({ ...begun, happened: [] }, quietPlan, noon)).toEqual(atSeconds(60));
  });

  test('what was done at once leaves nothing to wait for', () => {
    const done = foldBegun(aRound(), [balancer], [success<Begun>({})], noon);
    expect(nextRoundAt(done, { ...quietPlan, steps: [balancer] }, noon)).toEqual(atSeconds(1));
  });

  test('takes each answer for its own step', () => {
    const refused = failure<Begun>(problem('conflict', 'lb-hq is being written.', { retryable: true }));
    const round = foldBegun(aRound(), [group, balancer, address], [running, refused, running], noon);
    expect(round.inFlight.map(({ name }) => name)).toEqual(['nsg-hq', 'pip-hq-z1-1']);
    expect(round.attempts.map(({ subject, failures }) => [subject, failures])).toEqual([['lb-hq', 1]]);
    expect(round.happened.map(({ reason }) => reason)).toEqual(['operation-failed']);
  });

  test.each([
    { when: 'was refused', why: denied, mustLook: true },
    {
      when: 'met another change',
      why: problem('conflict', 'No.', { code: 'PreconditionFailed' }),
      mustLook: true,
    },
    { when: 'was throttled', why: problem('throttled', 'Later.'), mustLook: false },
    {
      when: 'refers to what is being written',
      why: problem('conflict', 'Later.', { code: 'RetryableError' }),
      mustLook: false,
    },
  ])('after a step that $when, looks at everything: $mustLook', ({ why, mustLook }) => {
    const round = foldBegun(aRound({ mustLook: false }), [group], [failure(why)], noon);
    expect(round).toMatchObject({ mustLook, isLookFresh: false, attempts: [{ subject: 'nsg-hq' }] });
  });

  test('counts failures in a row and forgets them once it is done', () => {
    const once = foldBegun(aRound(), [group], [failure(denied)], noon);
    const twice = foldBegun(once, [group], [failure(denied)], noon);
    expect(twice.attempts).toMatchObject([{ subject: 'nsg-hq', failures: 2 }]);
    expect(foldBegun(twice, [group], [success({})], noon).attempts).toEqual([]);
  });

  test('remembers the generation of a machine that was begun, and of none that was refused', () => {
    const lost = rested.observed.resources.filter(
      ({ kind }) => kind !== 'virtual-machine' && kind !== 'setup',
    );
    const plan = planAsked(rested.record, { ...nothingYet(), resources: lost }, noon);
    const answers = [running, failure<Begun>(denied), running];
    const round = foldBegun(aRound({ generations: rested.record.generations }), plan.steps, answers, noon);
    expect(round.generations).toEqual({ 'hq-z1-1': 2, 'hq-z2-1': 1, 'hq-z3-1': 2 });
  });

  test('takes a resource out when its deletion was done at once, with the setup that ran on it', () => {
    const { resources } = rested.observed;
    const plan = planSite({ ...rested.record, wanted: 'absent' }, rested.observed, policy, noon);
    const round = foldBegun(
      aRound({ resources }),
      plan.steps,
      plan.steps.map(() => success({})),
      noon,
    );
    expect(round.resources.filter(({ kind }) => kind === 'virtual-machine' || kind === 'setup')).toEqual([]);
  });

  test('leaves the look fresh when there was nothing to begin', () => {
    expect(foldBegun(aRound({ isLookFresh: true }), [], [], noon).isLookFresh).toBe(true);
    expect(foldBegun(aRound({ isLookFresh: true }), [group], [running], noon).isLookFresh).toBe(false);
  });
});

test('mergeResource puts a resource’s new state in the place of the old one', () => {
  const { steps } = planSite(aRecord(), nothingYet(), policy, noon);
  const [resource] = steps.flatMap((step) => (step.verb === 'put' ? [made(step)] : []));
  if (resource === undefined) throw new Error('A step.');
  const once = mergeResource(aRound(), resource);
  const twice = mergeResource(once, { ...resource, state: 'failed' });
  expect(twice.resources).toEqual([{ ...resource, state: 'failed' }]);
  expect(removeResource(twice, resource).resources).toEqual([]);
});

describe('foldPlan', () => {
  test('asks for the surroundings when the plan needs them', () => {
    expect(foldPlan(aRound(), { ...quietPlan, needsSurroundings: true }).wantsSurroundings).toBe(true);
  });

  test('judges a refusal by a new look each time', () => {
    // Seen: one throttled read held a new site up for ten minutes, as the run went on to believe it.
    const refusal = anAttempt('surroundings', 'throttled');
    const round = foldPlan(aRound(), { ...quietPlan, refusal });
    expect(round.attempts).toEqual([refusal]);
    expect(looksOf(round, noon).surroundings).toBe(true);
  });

  test.each([
    { when: 'all of it was seen', changes: {}, wants: false },
    { when: 'a part could not be seen', changes: { image: failure<never>(denied) }, wants: true },
    { when: 'a secret could not be seen', changes: { secrets: [failure<never>(denied)] }, wants: true },
  ])('wants new surroundings: $wants, when $when', ({ changes, wants }) => {
    const surroundings = { at: noon.toISOString(), value: goodSurroundings(changes) };
    expect(foldPlan(aRound({ surroundings }), quietPlan).wantsSurroundings).toBe(wants);
  });

  test('forgets a refusal once nothing speaks against the site', () => {
    const surroundings = { at: noon.toISOString(), value: goodSurroundings() };
    const refused: Round = aRound({ attempts: [anAttempt('surroundings', 'throttled')], surroundings });
    expect(foldPlan(refused, quietPlan).attempts).toEqual([]);
  });

  test.each([
    { when: 'the operation is nobody’s we know of', until: atSeconds(15).toISOString(), mustLook: true },
    { when: 'the operation is ours and is asked', until: undefined, mustLook: false },
  ])('looks at everything in the next round: $mustLook, when $when', ({ until, mustLook }) => {
    // Seen: after a restart the run waited 15 s again and again on what it had seen first.
    const wait = { subject: 'vm-hq-z1-1', reason: 'waits-for-operation' as const, sentence: 'Being made.' };
    const waits = [until === undefined ? wait : { ...wait, until }];
    expect(foldPlan(aRound({ mustLook: false }), { ...quietPlan, waits }).mustLook).toBe(mustLook);
  });

  test.each(['drains', 'returns'] as const)(
    'looks at who serves meanwhile before what follows: %s',
    (reason) => {
      // Seen: a drained machine was deleted by what had been seen before its drain, when the other one had failed since.
      const wait = { subject: 'hq-z1-1', reason, sentence: 'Is drained.', until: iso(120) };
      expect(foldPlan(aRound({ mustLook: false }), { ...quietPlan, waits: [wait] }).mustLook).toBe(true);
    },
  );
});

describe('nextLookAt', () => {
  const at = (round: Partial<Round>, until?: string) =>
    nextLookAt(
      aRound(round),
      until === undefined
        ? quietPlan
        : { ...quietPlan, waits: [{ subject: 's', reason: 'waits-after-failure', sentence: 'S.', until }] },
      noon,
    );

  test.each([
    { when: 'nothing is due', look: at({}), seconds: 600 },
    {
      when: 'an operation is due in 10 s',
      look: at({ inFlight: [anOperation({ kind: 'setup', name: 'setup' })] }),
      seconds: 10,
    },
    { when: 'a wait ends in 7 s', look: at({}, atSeconds(7).toISOString()), seconds: 7 },
    { when: 'a pause ends in 30 s', look: at({ attempts: [anAttempt('lb-hq', 'conflict')] }), seconds: 30 },
    {
      when: 'a pause is over already',
      look: at({ attempts: [anAttempt('lb-hq', 'conflict', { pauseSeconds: -5 })] }),
      seconds: 600,
    },
    { when: 'a wait is over already', look: at({}, atSeconds(-7).toISOString()), seconds: 1 },
  ])('is in $seconds s when $when', ({ look, seconds }) => {
    expect(look).toEqual(atSeconds(seconds));
  });
});

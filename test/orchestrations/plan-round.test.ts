/** What does one round decide, when is a run over, and what is recorded? */
import { describe, expect, test } from '@jest/globals';
import { isRunOver, mendedBy, planRound, recordOf } from '../../orchestrations/plan-round.js';
import type { SiteReading } from '../../orchestrations/activity-inputs.js';
import { failure, problem } from '../../shared/site/problem.js';
import type { SiteRecord } from '../../shared/site/site-record.js';
import { atRest, wellMeasured } from '../shared/site/helpers/azure-in-words.js';
import { aRemedy } from '../shared/site/helpers/mending.js';
import {
  aRecord,
  aRound,
  anAttempt,
  anOperation,
  aSlot,
  atSeconds,
  goodSurroundings,
  noon,
  policy,
} from '../shared/site/helpers/builders.js';
import { foldResources } from '../../shared/site/fold-looks.js';
import { forgetLook, type Round } from '../../shared/site/round.js';

const rested = atRest(aRecord());
const { configHash, ...settings } = policy;
const readingOf = (record: SiteRecord): SiteReading => ({ record, writtenAs: 'first', settings });
const looked = (changes: Partial<Round> = {}) =>
  aRound({
    resources: rested.observed.resources,
    generations: rested.record.generations,
    health: wellMeasured(rested.observed, atSeconds(-120)),
    mustLook: false,
    isLookFresh: true,
    ...changes,
  });
const planOf = (round: Round, record = rested.record, now = noon) =>
  planRound(round, readingOf(record), configHash, now);

describe('planRound', () => {
  test('plans from what the run saw, and counts the generations that it began itself', () => {
    const resources = rested.observed.resources.filter(
      ({ kind }) => kind !== 'virtual-machine' && kind !== 'setup',
    );
    const at = noon.toISOString();
    const surroundings = { at, value: goodSurroundings() };
    const fleet = { at, value: { gateways: 20, failing: 0, edges: {} } };
    const slots = rested.record.gateways.map(({ slot }) => [slot, 'taken'] as const);
    const begun = { ...rested.record.generations, 'hq-z1-1': 6 };
    const seen = looked({ resources, surroundings, generations: begun });
    expect(planOf(seen)).toMatchObject({ steps: [], needsFleet: true });
    expect(planOf({ ...seen, fleet })).toMatchObject({ steps: [], wantsSeats: slots.map(([slot]) => slot) });
    const seats = { at, value: Object.fromEntries(slots) };
    const plan = planOf({ ...seen, fleet, seats });
    expect(plan.steps.map(({ intent }) => intent.name)).toEqual([
      'vm-hq-z1-1-g7',
      'vm-hq-z2-1-g2',
      'vm-hq-z3-1-g2',
    ]);
  });

  test('decides nothing while it can’t see', () => {
    const denied = problem('permission-denied', 'No.');
    const blind = foldResources(aRound(), failure(denied), 'hq', noon);
    const plan = planOf(blind);
    expect(plan).toMatchObject({ steps: [], phase: 'serving', problem: denied, isGone: false });
    expect(planOf(blind, { ...rested.record, wanted: 'absent' }).isGone).toBe(false);
  });

  describe('without a resource group', () => {
    // Seen: who deleted the group kept a site that was 'deleting' for ever, since no look ever succeeded.
    const groupGone = problem('gone', 'No group.', { code: 'ResourceGroupNotFound' });
    const inFlight = [anOperation({ kind: 'load-balancer', name: 'lb-hq', verb: 'delete' })];
    const blind = foldResources(aRound({ inFlight }), failure(groupGone), 'hq', noon);

    test.each([
      { wanted: 'absent', isGone: true },
      { wanted: 'present', isGone: false },
    ] as const)('a site that is wanted $wanted is gone: $isGone', ({ wanted, isGone }) => {
      const plan = planOf(blind, { ...rested.record, wanted });
      expect(plan).toMatchObject({ isGone, steps: [] });
      expect(plan.problem).toEqual(isGone ? undefined : groupGone);
    });
  });

  test('takes surroundings that are too old for none', () => {
    const old = { at: atSeconds(-601).toISOString(), value: goodSurroundings() };
    const resources = rested.observed.resources.filter(({ name }) => name !== 'vm-hq-z1-1-g1');
    expect(planOf(looked({ resources, surroundings: old })).needsSurroundings).toBe(true);
  });
});

describe('isRunOver', () => {
  const over = (round: Round, record = rested.record) => isRunOver(round, planOf(round, record), noon);

  test.each([
    { when: 'nothing is due', round: looked(), is: true },
    {
      when: 'an operation is in flight, however late it is asked',
      round: looked({
        inFlight: [
          anOperation({ kind: 'load-balancer', name: 'lb-hq', askAt: atSeconds(400).toISOString() }),
        ],
      }),
      is: false,
    },
    {
      when: 'a pause ends within the minute',
      round: looked({ attempts: [anAttempt('x', 'conflict', { pauseSeconds: 60 })] }),
      is: false,
    },
    {
      when: 'a pause ends later',
      round: looked({ attempts: [anAttempt('x', 'conflict', { pauseSeconds: 61 })] }),
      is: true,
    },
    {
      when: 'there is a step to take',
      round: looked({ resources: [], surroundings: { at: noon.toISOString(), value: goodSurroundings() } }),
      is: false,
    },
  ])('is $is when $when', ({ round, is }) => {
    expect(over(round)).toBe(is);
  });

  test('is true when the site is gone', () => {
    expect(over(looked({ resources: [] }), { ...rested.record, wanted: 'absent' })).toBe(true);
  });

  test('ends a run that can’t see for longer than a minute, and doesn’t look again at once', () => {
    // Seen: permission denied, or a deleted resource group, made a run look without end and without a timer.
    const failedOnce = aRound({ attempts: [anAttempt('look at hq', 'permission-denied')] });
    const blind = foldResources(failedOnce, failure(problem('permission-denied', 'No.')), 'hq', noon);
    expect(over(blind)).toBe(true);
    expect(blind.isLookFresh).toBe(true);
    expect(forgetLook(blind).isLookFresh).toBe(false);
  });
});

describe('recordOf', () => {
  const run = { id: 'run-1', startedAt: noon.toISOString() };
  const recorded = (round: Round, isOver: boolean) =>
    recordOf({ round, plan: planOf(round), reading: readingOf(rested.record), run, isOver, now: noon });

  test('writes what is seen under the ETag that the round began with', () => {
    expect(recorded(looked(), true)).toMatchObject({
      site: 'hq',
      writtenAs: 'first',
      run,
      status: { phase: 'serving', frontendIp: '10.0.1.4', generations: rested.record.generations },
      isLookDone: true,
      isGone: false,
      entries: [],
    });
  });

  test.each([
    { when: 'the run is over and the site at rest', isOver: true, seconds: 600 },
    { when: 'the run goes on, in case it dies', isOver: false, seconds: 120 },
  ])('has the site looked at after $seconds s when $when', ({ isOver, seconds }) => {
    expect(recorded(looked(), isOver).status.lookAt).toBe(atSeconds(seconds).toISOString());
  });

  test('tells a problem while there is one, and none after', () => {
    const resources = rested.observed.resources.filter(({ name }) => name !== 'nic-hq-z1-1');
    const round = looked({ resources, attempts: [anAttempt('nic-hq-z1-1', 'locked')] });
    expect(recorded(round, false).status.problem?.type).toBe('/problems/locked');
    expect(recorded(looked(), true).status).not.toHaveProperty('problem');
  });

  test('tells first what happened, then what will be begun', () => {
    const happened = [
      { at: noon.toISOString(), reason: 'operation-failed' as const, sentence: 'It failed.' },
    ];
    const slots = rested.observed.resources.filter(({ name }) => name !== 'nsg-hq');
    const { entries } = recorded(looked({ happened, resources: slots }), false);
    expect(entries.map(({ reason }) => reason)).toEqual(['operation-failed', 'resource-missing']);
  });

  test('is small enough for a history, and is JSON', () => {
    const inFlight = [
      anOperation({ kind: 'setup', name: 'setup', slot: aSlot('1'), virtualMachine: 'vm-hq-z1-1-g1' }),
    ];
    const record = recorded(looked({ inFlight }), false);
    expect(JSON.parse(JSON.stringify(record))).toEqual(record);
    expect(JSON.stringify(record).length).toBeLessThan(4000);
  });
});

test('mendedBy frees the seats of gateways whose site goes, once', () => {
  // Seen: sites that were deleted while they were mended held the fleet's seats for 45 minutes.
  const remedies = { 'hq-z1-1': aRemedy() };
  const going: SiteRecord = { ...rested.record, wanted: 'absent', remedies };
  const plan = planOf(looked(), going);
  expect(mendedBy(plan, going)).toEqual(['hq-z1-1']);
  const next = { ...going, remedies: plan.kept?.remedies ?? remedies };
  expect(mendedBy(planOf(looked(), next), next)).toEqual([]);
});

/** In which order does an unwanted site go, and what is left alone? */
import { describe, expect, test } from '@jest/globals';
import type { ObservedResource } from '../../../shared/site/observed-site.js';
import { planSite } from '../../../shared/site/plan-site.js';
import type { Observed, Plan } from '../../../shared/site/plan.js';
import { success } from '../../../shared/site/problem.js';
import { atRest, settle } from './helpers/azure-in-words.js';
import { publicIpId, subnetId } from './helpers/bodies.js';
import {
  aRecord,
  aSlot,
  anAttempt,
  anOperation,
  atSeconds,
  goodSurroundings,
  noon,
  nothingYet,
  policy,
} from './helpers/builders.js';

const rested = atRest(aRecord({ zones: ['1', '2'] }));
const unwanted = { ...rested.record, wanted: 'absent' as const, phase: 'deleting' as const };
const named = ({ steps }: Plan) => steps.map(({ verb, intent }) => `${verb} ${intent.name}`);
const planOf = (more: Partial<Observed> = {}, now = noon) =>
  planSite(unwanted, { ...rested.observed, ...more }, policy, now);
const only = (pattern: RegExp): readonly ObservedResource[] =>
  rested.observed.resources.filter(({ name }) => pattern.test(name));

test('planSite deletes machines, then interfaces, then addresses, balancer and group, until the site is gone', () => {
  const { plans, record } = settle({ record: unwanted, observed: rested.observed });
  expect(plans.map((plan) => named(plan).sort())).toEqual([
    ['delete vm-hq-z1-1-g1', 'delete vm-hq-z2-1-g1'],
    ['delete nic-hq-z1-1', 'delete nic-hq-z2-1'],
    ['delete lb-hq', 'delete nsg-hq', 'delete pip-hq-z1-1', 'delete pip-hq-z2-1'],
    [],
  ]);
  expect(plans.map(({ isGone }) => isGone)).toEqual([false, false, false, true]);
  expect(record.gateways).toEqual([]);
});

test('planSite deletes one gateway’s interface while the other’s machine still goes', () => {
  const plan = planOf({
    resources: rested.observed.resources.filter(({ name }) => name !== 'vm-hq-z1-1-g1'),
    inFlight: [
      anOperation({ verb: 'delete', kind: 'virtual-machine', name: 'vm-hq-z2-1-g1', slot: aSlot('2') }),
    ],
  });
  expect(named(plan)).toEqual(['delete nic-hq-z1-1']);
  expect(plan.waits.map(({ subject, reason }) => [subject, reason])).toEqual([
    ['removal of nsg-hq', 'waits-for-resource'],
    ['removal of lb-hq', 'waits-for-resource'],
    ['removal of pip-hq-z1-1', 'waits-for-resource'],
    ['removal of pip-hq-z2-1', 'waits-for-resource'],
    ['removal of nic-hq-z2-1', 'waits-for-resource'],
    ['removal of vm-hq-z2-1-g1', 'waits-for-operation'],
  ]);
});

test('planSite deletes every generation of a machine before the interface they shared', () => {
  const old = only(/^vm-hq-z1/).flatMap((machine) =>
    machine.kind === 'virtual-machine' ? [{ ...machine, name: 'vm-hq-z1-1-g0', generation: 0 }] : [],
  );
  const plan = planOf({ resources: [...only(/^(vm|nic)-hq-z1/), ...old] });
  expect(named(plan)).toEqual(['delete vm-hq-z1-1-g1', 'delete vm-hq-z1-1-g0']);
});

test('planSite is not gone while an operation runs, though nothing is listed any more', () => {
  const inFlight = [anOperation({ kind: 'public-ip', name: 'pip-hq-z1-1', slot: aSlot('1') })];
  expect(planOf({ resources: [], inFlight }).isGone).toBe(false);
});

test.each(['accepted', 'refused', 'serving', 'suspended'] as const)(
  'planSite deletes what is there when the site was %s, with no look at the surroundings',
  (phase) => {
    const plan = planSite({ ...unwanted, phase }, rested.observed, policy, noon);
    expect(plan).toMatchObject({ needsSurroundings: false, phase: 'deleting' });
    expect(plan.steps).not.toEqual([]);
  },
);

test('planSite deletes a paused site: who asks for that doesn’t want it kept', () => {
  const paused = { ...unwanted, spec: { ...unwanted.spec, paused: true } };
  expect(planSite(paused, rested.observed, policy, noon).steps).toHaveLength(2);
});

describe('planSite waits after a deletion that was refused', () => {
  const attempts = [anAttempt('removal of vm-hq-z1-1-g1', 'locked', { failures: 2, pauseSeconds: 120 })];
  test.each([
    { when: 'its pause lasts', seconds: 119, steps: [] },
    { when: 'its pause is over', seconds: 120, steps: ['delete vm-hq-z1-1-g1'] },
  ])('when $when', ({ seconds, steps }) => {
    const plan = planOf({ resources: only(/z1-1/), attempts }, atSeconds(seconds));
    expect(named(plan)).toEqual(steps);
  });

  test('but not after a creation that failed: that a machine could not be made doesn’t hold up its removal', () => {
    const failed = [anAttempt('vm-hq-z1-1', 'capacity-lacking', { pauseSeconds: 120 })];
    expect(named(planOf({ resources: only(/z1-1/), attempts: failed }))).toEqual(['delete vm-hq-z1-1-g1']);
  });

  test('and tells the problem', () => {
    expect(planOf({ resources: only(/z1-1/), attempts })).toMatchObject({
      problem: { type: '/problems/locked', mend: 'Mend it.' },
    });
  });
});

test('planSite tells that the gateways are going, since when, and not of those that are gone', () => {
  const plan = planOf({ resources: only(/z1-1|lb|nsg/) }, atSeconds(60));
  expect(plan.gateways).toEqual([
    expect.objectContaining({ slot: 'hq-z1-1', doing: 'deleting', since: atSeconds(60).toISOString() }),
  ]);
  const later = planSite({ ...unwanted, gateways: plan.gateways }, rested.observed, policy, atSeconds(120));
  expect(later.gateways[0]?.since).toBe(atSeconds(60).toISOString());
});

test('planSite never deletes an address that the site named', () => {
  const id = publicIpId('mine');
  const address = { id, region: 'westeurope', zones: ['1'], isStandardStatic: true, address: '198.51.100.7' };
  const { record, observed } = atRest(
    aRecord({ zones: ['1'], network: { subnetId, publicIpIds: { 1: [id] } } }),
    nothingYet({ surroundings: goodSurroundings({ foreignAddresses: [success(address)] }) }),
  );
  const { plans } = settle({ record: { ...record, wanted: 'absent' }, observed });
  expect(plans.flatMap(named)).toEqual([
    'delete vm-hq-z1-1-g1',
    'delete nic-hq-z1-1',
    'delete nsg-hq',
    'delete lb-hq',
  ]);
});

/** What becomes of a site that is refused, and of one that can't be looked at? */
import { expect, test } from '@jest/globals';
import { planSite } from '../../../shared/site/plan-site.js';
import { failure, problem, success } from '../../../shared/site/problem.js';
import { cannotLook } from '../../../shared/site/refusal.js';
import { atRest } from './helpers/azure-in-words.js';
import {
  aRecord,
  anAttempt,
  goodOffer,
  goodSurroundings,
  noon,
  nothingYet,
  policy,
} from './helpers/builders.js';

const noImage = goodSurroundings({ image: success({ exists: false }) });

test('planSite refuses an untouched site, builds nothing, and looks again after a minute', () => {
  const plan = planSite(aRecord(), nothingYet({ surroundings: noImage }), policy, noon);
  expect(plan).toMatchObject({
    phase: 'refused',
    steps: [],
    gateways: [],
    problem: { type: '/problems/image-not-found', field: 'gateway.image' },
    refusal: { failures: 1, notBefore: '2026-03-02T12:01:00.000Z' },
    waits: [{ reason: 'refused', until: '2026-03-02T12:01:00.000Z' }],
  });
});

test('planSite waits longer after each refusal, ten minutes at most', () => {
  const attempts = [anAttempt('surroundings', 'image-not-found', { failures: 9 })];
  const plan = planSite(aRecord(), nothingYet({ surroundings: noImage, attempts }), policy, noon);
  expect(plan.refusal).toMatchObject({ failures: 10, notBefore: '2026-03-02T12:10:00.000Z' });
});

test('planSite tells every problem of a refusal, and only the firm ones when there are any', () => {
  const surroundings = goodSurroundings({
    image: success({ exists: false }),
    offer: success(goodOffer({ isOffered: false })),
    publicIpQuota: failure(problem('throttled', 'Slower.', { retryable: true })),
  });
  const plan = planSite(aRecord(), nothingYet({ surroundings }), policy, noon);
  expect(plan.problem?.detail).toMatch(/\(1 more in "errors"\)$/);
  expect(plan.problem?.errors?.map(({ field }) => field)).toEqual(['gateway.size', 'gateway.image']);
});

test('planSite leaves a site accepted when time alone may cure what speaks against it', () => {
  const surroundings = goodSurroundings({
    subnet: failure(problem('throttled', 'Slower.', { retryable: true })),
  });
  const plan = planSite(aRecord(), nothingYet({ surroundings }), policy, noon);
  expect(plan).toMatchObject({ phase: 'accepted', steps: [], waits: [{ reason: 'waits-after-failure' }] });
});

test('planSite builds a refused site once nothing speaks against it', () => {
  const refused = aRecord({}, { phase: 'refused' });
  expect(planSite(refused, nothingYet(), policy, noon)).toMatchObject({ phase: 'building' });
});

test('cannotLook decides nothing and keeps what was told, with the reason', () => {
  const { record } = atRest(aRecord());
  const plan = cannotLook(record, anAttempt('look at hq', 'permission-denied'));
  expect(plan).toMatchObject({
    steps: [],
    isGone: false,
    phase: 'serving',
    gateways: record.gateways,
    problem: { type: '/problems/permission-denied' },
    waits: [{ reason: 'waits-after-failure', until: '2026-03-02T12:00:30.000Z' }],
  });
});

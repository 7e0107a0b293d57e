/** What becomes of gateways that stand when the site asks for a size that can't be had where they are? */
import { describe, expect, test } from '@jest/globals';
import type { SizeOffer } from '../../../shared/site/observed-site.js';
import { planSite } from '../../../shared/site/plan-site.js';
import { success } from '../../../shared/site/problem.js';
import { withoutField } from '../../../shared/site/without-field.js';
import { atRest, planAsked } from './helpers/azure-in-words.js';
import { aRecord, aSite, aSlot, goodOffer, goodSurroundings, noon, policy } from './helpers/builders.js';
import { wordsOf } from './helpers/story-steps.js';

const slots = [aSlot('1'), aSlot('2'), aSlot('3')];
const size = 'Standard_D4s_v5';
const rested = atRest(aRecord());
/** As the record is after the change: what another size offers isn't known yet. */
const changed = { ...withoutField(rested.record, 'resolved'), spec: aSite({ gateway: { size } }) };

const planWith = (offer: Partial<SizeOffer>) => {
  const surroundings = goodSurroundings({ offer: success(goodOffer({ size, ...offer })) });
  return planAsked(changed, { ...rested.observed, surroundings }, noon);
};

describe('a larger size that is offered nowhere', () => {
  // Seen: with no zone to be in all gateways were surplus, and went one by one.
  const plan = planWith({ isOffered: false, zones: [] });

  test('takes no gateway out, neither as surplus nor for its replacement', () => {
    expect(plan.resolved?.zones).toEqual(['1', '2', '3']);
    expect(plan.kept?.outOfService).toEqual({});
    expect(plan.steps.map(wordsOf)).toEqual([]);
    expect(plan.gateways.map(({ doing }) => doing)).toEqual(['serving', 'serving', 'serving']);
  });

  test('is told as what the replacements wait for', () => {
    const waits = plan.waits.filter(({ reason }) => reason === 'waits-for-person');
    expect(waits.map(({ gateway }) => gateway)).toEqual(slots);
  });
});

test('a size that is offered in one of three zones that nobody named takes no zone away', () => {
  expect(planWith({ zones: ['1'] }).resolved?.zones).toEqual(['1', '2', '3']);
});

test('no machine is replaced before the surroundings are known', () => {
  const { resolved } = rested.record;
  const record = { ...changed, ...(resolved === undefined ? {} : { resolved }) };
  expect(planSite(record, rested.observed, policy, noon)).toMatchObject({
    needsSurroundings: true,
    steps: [],
  });
});

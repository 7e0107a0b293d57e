/** Does a gateway take anybody over while the balancer still keeps it from new connections? */
import { expect, test } from '@jest/globals';
import { atRest, planAsked } from './helpers/azure-in-words.js';
import { aRecord, aSlot, goodSurroundings, noon } from './helpers/builders.js';
import { iso } from './helpers/mending.js';
import { wordsOf } from './helpers/story-steps.js';

test('a gateway that is on its way back into the pool takes nobody over', () => {
  // Seen: one write of the pool let the one in and took the other out, seconds before a probe had admitted the first.
  const [one, two] = [aSlot('1'), aSlot('2')];
  const { record, observed } = atRest(aRecord({ zones: ['1', '2'] }));
  const resources = observed.resources.map((resource) =>
    resource.kind === 'load-balancer' ? { ...resource, drained: [one] } : resource,
  );
  const orders = { [two]: { replace: { by: 'ann@example.com', at: iso(-5), generation: 1 } } };
  const surroundings = goodSurroundings();
  const plan = planAsked({ ...record, orders }, { ...observed, resources, surroundings }, noon);
  expect(plan.steps.map(wordsOf)).toEqual(['put pool []']);
  expect(plan.waits.map(({ reason }) => reason)).toContain('last-healthy-gateway');
});

/** Does a site come up through a bad hour of Azure, with nothing doubled and nothing left over? */
import { beforeAll, expect, jest, test } from '@jest/globals';
import { buildInBadHour, type BadHourStory } from './bad-hour-story.js';
import { findDoubles } from './find-doubles.js';

jest.setTimeout(150_000);

const seed = 3;
let story: BadHourStory;

beforeAll(async () => {
  story = await buildInBadHour(seed);
}, 120_000);

const slots = ['hq-z1-1', 'hq-z2-1', 'hq-z3-1'];

test(`a site serves in all zones once the hour lets it (seed ${seed})`, () => {
  expect(story.site.observed.gateways.map(({ slot, doing }) => [slot, doing])).toEqual(
    slots.map((slot) => [slot, 'serving']),
  );
  expect(story.leaks).toBe(0);
});

test('the hour was bad: calls failed in several ways, and zone 2 was refused before it was served', () => {
  const failed = story.calls.filter(({ status }) => status === 0 || status >= 500);
  expect(failed.length / story.calls.length).toBeGreaterThan(0.02);
  expect(new Set(failed.map(({ status }) => status)).size).toBeGreaterThan(2);
  const machines = story.operations.filter(({ type }) => type.endsWith('/virtualMachines'));
  const refused = machines.filter(({ verb, status }) => verb === 'create' && status === 'Failed');
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.every(({ resourceId }) => resourceId.includes('vm-hq-z2-1-'))).toBe(true);
});

test('nothing is doubled, orphaned or left over, and no gateway had two machines at once', () => {
  expect(findDoubles(story, slots)).toEqual([]);
  expect(story.credentials).toBe(slots.length);
});

test('the other zones served while zone 2 had no place, and the timeline says why it waited', () => {
  const served = (gateway: string) =>
    story.timeline.findIndex((line) => line.gateway === gateway && line.reason === 'gateway-serves');
  const lastRefusal = story.timeline.findLastIndex(({ sentence }) =>
    sentence.includes('ZonalAllocationFailed'),
  );
  expect(Math.max(served('hq-z1-1'), served('hq-z3-1'))).toBeLessThan(lastRefusal);
  expect(served('hq-z2-1')).toBeGreaterThan(lastRefusal);
});

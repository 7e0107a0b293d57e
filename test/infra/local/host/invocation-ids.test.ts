/** Which ids are given out? */
import { expect, test } from '@jest/globals';
import { seededRandom } from '../../../../infra/local/cloud/random.js';
import { makeIds } from '../../../../infra/local/host/invocation-ids.js';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/;

test('makeIds gives the same UUIDs again, none of them twice, when the seed is the same', () => {
  const drawn = () => Array.from({ length: 100 }, makeIds(seededRandom(7)));
  expect(drawn()).toEqual(drawn());
  expect(new Set(drawn()).size).toBe(100);
  for (const id of drawn()) expect(id).toMatch(uuid);
});

test('makeIds gives others each time when there is no seed', () => {
  expect(makeIds()()).not.toBe(makeIds()());
});

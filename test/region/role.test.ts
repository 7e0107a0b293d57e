/** Is the app's role what the app does, and is it enough? A site lives through everything, and then under that role alone. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { roleDifferences, type AppRole } from '../../infra/azure/derive-role.js';
import { readUsedActions } from '../../infra/azure/read-used-actions.js';
import { unseenActions } from '../../infra/azure/unseen-actions.js';
import { liveThroughEverything } from './full-life.js';
import { TestRegion } from './start-region.js';

jest.setTimeout(300_000);

const ours = (name: string) => readFileSync(new URL(`../../infra/azure/${name}`, import.meta.url), 'utf8');
const role = JSON.parse(ours('app-role.json')) as AppRole; // our own file, held by its own test
const allowedActions = Object.values(role).flatMap(({ actions = [], dataActions = [] }) => [
  ...actions,
  ...dataActions,
]);

let region: TestRegion;
let seen: readonly string[];

beforeAll(async () => {
  region = await TestRegion.start({ seed: 5 });
  await liveThroughEverything(region);
  seen = await region.call<readonly string[]>('region.cloud.usedActions');
}, 300_000);

afterAll(() => region.close());

test('the used actions are those that the app was seen to use, and the unseen ones with their reasons', () => {
  const unseen = unseenActions.map(({ action }) => action);
  expect(readUsedActions(ours('used-actions.json'))).toEqual([...seen, ...unseen].sort(byName));
});

test('no action that is kept by hand is one that was seen', () => {
  expect(unseenActions.filter(({ action }) => seen.includes(action))).toEqual([]);
});

test('the role allows what was seen, the unseen, and nothing else', () => {
  expect(roleDifferences(role, [...seen, ...unseenActions.map(({ action }) => action)])).toEqual([]);
});

// In a region of its own, so that nothing is left from the first.
test('a site lives through everything under the role alone', async () => {
  const confined = await TestRegion.start({ seed: 6, allowedActions });
  await liveThroughEverything(confined).finally(() => confined.close());
});

function byName(one: string, other: string): number {
  return one.toLowerCase() < other.toLowerCase() ? -1 : 1;
}

/** What becomes of a site where the app's role may ask neither policies nor locks? It comes up, and says so. */
import { expect, jest, test } from '@jest/globals';
import { readUsedActions } from '../../infra/azure/read-used-actions.js';
import { readFileSync } from 'node:fs';
import { siteSpec, TestRegion } from './start-region.js';

jest.setTimeout(120_000);

const used = readUsedActions(
  readFileSync(new URL('../../infra/azure/used-actions.json', import.meta.url), 'utf8'),
);
const withheld = /^Microsoft\.(PolicyInsights|Authorization)\//;

test('a site comes up, and its timeline says once that policies and locks were not asked', async () => {
  const allowedActions = used.filter((action) => !withheld.test(action));
  expect(used.length - allowedActions.length).toBe(2);
  const region = await TestRegion.start({ seed: 12, allowedActions });
  try {
    expect((await region.api.request(siteSpec('hq', { zones: ['1'] }))).status).toBe(202);
    await region.until('hq', ({ phase }) => phase === 'serving', 9000);
    const told = (await region.api.timeline('hq')).filter(({ reason }) => reason === 'not-checked');
    expect(told.map(({ sentence }) => sentence)).toEqual([
      expect.stringContaining("perform action 'Microsoft.PolicyInsights/checkPolicyRestrictions/read'"),
      expect.stringContaining("perform action 'Microsoft.Authorization/locks/read'"),
    ]);
  } finally {
    await region.close();
  }
});

/** Do both sides of a site agree when a rotation is over? */
import { expect } from '@jest/globals';
import { clientCounts, sidesOf } from './rotation-site.js';
import type { TestRegion } from './start-region.js';

/**
 * Expects one version alone to be enabled in the vault, and the row, Zscaler, the setups and the IKE SAs to use it;
 * nothing to be pending at Zscaler; and no request of a client to have been lost since the rotation was asked for.
 */
export async function expectAgreement(region: TestRegion): Promise<void> {
  const { inUse, gateways, versions, isRotating } = await sidesOf(region);
  expect(isRotating).toBe(false);
  expect(versions.filter(({ enabled }) => enabled)).toEqual([{ version: inUse, enabled: true }]);
  expect(Object.keys(gateways)).toEqual(['hq-z1-1', 'hq-z2-1']);
  for (const side of Object.values(gateways)) {
    expect(side).toMatchObject({ setUp: inUse, authenticated: inUse, active: inUse, saved: inUse });
  }
  expect(await region.call('region.zscaler.status')).toBe('ACTIVE');
  expect(await clientCounts(region)).toMatchObject({ lost: 0, nobody: 0 });
}

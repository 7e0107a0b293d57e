/** Has a cloud the vault of an earlier one, while all else of it is new? */
import { expect, test } from '@jest/globals';
import { TestCloud } from './helpers/test-cloud.js';

/** The version of a secret that is written to a new cloud. */
async function versionFrom(seeds: { readonly seed: number; readonly vaultSeed?: number }): Promise<string> {
  const cloud = await TestCloud.start(undefined, seeds);
  try {
    return cloud.cloud.vault.set('psk-hq', 'any');
  } finally {
    await cloud.close();
  }
}

test('a cloud gives the versions of an earlier one when it has the same vault seed', async () => {
  expect(await versionFrom({ seed: 2, vaultSeed: 5 })).toBe(await versionFrom({ seed: 1, vaultSeed: 5 }));
});

test('a cloud gives versions of its own when only seeds are told', async () => {
  expect(await versionFrom({ seed: 2 })).not.toBe(await versionFrom({ seed: 1 }));
});

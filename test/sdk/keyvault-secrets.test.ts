/** Does @azure/keyvault-secrets get along with the simulated vault as with Azure's? Its challenge, pollers, pages, errors. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { SecretClient } from '@azure/keyvault-secrets';
import { all, errorOf, SdkCloud } from './helpers/sdk-cloud.js';
import { anybody } from '../infra/local/cloud/helpers/sdk.js';

// An SDK takes a while to load on a machine that is busy.
jest.setTimeout(30_000);

let sdk: SdkCloud;
let vault: SecretClient;

beforeAll(async () => {
  sdk = await SdkCloud.start();
  vault = sdk.noted(new SecretClient(`https://${sdk.cloud.world.vaultHost}`, anybody, sdk.options));
});

afterAll(() => sdk.close('@azure/keyvault-secrets'));

test('a secret is written twice, read by version and as the latest, and described', async () => {
  const first = await vault.setSecret('psk-hq', 'one', { tags: { site: 'hq' } });
  const second = await vault.setSecret('psk-hq', 'two');
  expect((await vault.getSecret('psk-hq')).value).toBe('two');
  const version = first.properties.version ?? '';
  expect((await vault.getSecret('psk-hq', { version })).value).toBe('one');
  const described = await vault.updateSecretProperties('psk-hq', version, { tags: { site: 'old' } });
  expect(described).toMatchObject({ version, tags: { site: 'old' }, enabled: true });
  const versions = await all(vault.listPropertiesOfSecretVersions('psk-hq'));
  expect(versions.map((one) => one.version).sort()).toEqual([version, second.properties.version].sort());
});

test('a list of versions goes on over its pages', async () => {
  for (let n = 0; n < 60; n++) sdk.cloud.cloud.vault.set('psk-many', `value-${n}`);
  expect(await all(vault.listPropertiesOfSecretVersions('psk-many'))).toHaveLength(60);
});

test('a secret is deleted, seen deleted, recovered and purged', async () => {
  await vault.setSecret('psk-gone', 'x');
  const deleting = await vault.beginDeleteSecret('psk-gone', { intervalInMs: 1 });
  expect((await deleting.pollUntilDone()).name).toBe('psk-gone');
  expect((await errorOf(vault.getSecret('psk-gone'))).statusCode).toBe(404);
  expect((await vault.getDeletedSecret('psk-gone')).properties.recoverableDays ?? 90).toBeGreaterThan(0);
  expect(await errorOf(vault.setSecret('psk-gone', 'y'))).toMatchObject({
    statusCode: 409,
    code: 'Conflict',
  });
  const recovering = await vault.beginRecoverDeletedSecret('psk-gone', { intervalInMs: 1 });
  await recovering.pollUntilDone();
  expect((await vault.getSecret('psk-gone')).value).toBe('x');
  await (await vault.beginDeleteSecret('psk-gone', { intervalInMs: 1 })).pollUntilDone();
  await vault.purgeDeletedSecret('psk-gone');
  expect((await errorOf(vault.getDeletedSecret('psk-gone'))).statusCode).toBe(404);
});

test('what isn’t there and what is disabled is refused by its code', async () => {
  expect(await errorOf(vault.getSecret('psk-none'))).toMatchObject({
    ...{ name: 'RestError', statusCode: 404, code: 'SecretNotFound' },
  });
  const { properties } = await vault.setSecret('psk-off', 'x');
  await vault.updateSecretProperties('psk-off', properties.version ?? '', { enabled: false });
  const refused = await errorOf(vault.getSecret('psk-off'));
  expect(refused).toMatchObject({ statusCode: 403, code: 'Forbidden' });
  expect(refused.message).toContain('disabled');
});

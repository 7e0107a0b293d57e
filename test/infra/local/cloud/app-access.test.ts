/** Is the app refused what its role lacks, and is what it used kept? */
import { afterEach, expect, test } from '@jest/globals';
import { codeOf, messageOf, TestCloud } from './helpers/test-cloud.js';

let cloud: TestCloud;

afterEach(() => cloud.close());

const asApp = { authorization: 'Bearer local' };
const address = { location: 'westeurope', sku: { name: 'Standard' }, properties: {} };

function startWith(...allowedActions: readonly string[]): Promise<TestCloud> {
  return TestCloud.start(undefined, { allowedActions });
}

test('the app is refused with 403 when its role lacks the action, and others are not', async () => {
  cloud = await startWith('Microsoft.Network/publicIPAddresses/read');
  const id = cloud.network('publicIPAddresses/pip-one');
  const refused = await cloud.arm('PUT', id, address, asApp);
  expect([refused.status, codeOf(refused)]).toEqual([403, 'AuthorizationFailed']);
  expect(messageOf(refused)).toContain(
    `to perform action 'Microsoft.Network/publicIPAddresses/write' over scope '${id}'`,
  );
  expect((await cloud.arm('GET', id, undefined, asApp)).status).toBe(404);
  expect((await cloud.arm('PUT', id, address)).status).toBe(201);
});

test('what a body refers to is refused with 403 when the role lacks to join it', async () => {
  cloud = await startWith('Microsoft.Network/networkInterfaces/*');
  const body = {
    location: 'westeurope',
    properties: { ipConfigurations: [{ name: 'one', properties: { subnet: cloud.subnet('gateways') } }] },
  };
  const refused = await cloud.arm('PUT', cloud.network('networkInterfaces/nic'), body, asApp);
  expect([refused.status, codeOf(refused)]).toEqual([403, 'LinkedAuthorizationFailed']);
  expect(messageOf(refused)).toContain(
    "has permission to perform action 'Microsoft.Network/networkInterfaces/write'",
  );
  expect(messageOf(refused)).toContain(
    `does not have permission to perform action(s) 'Microsoft.Network/virtualNetworks/subnets/join/action' on the linked scope(s) '${cloud.subnet('gateways').id}'`,
  );
});

test.each([
  { allowed: 'microsoft.network/PUBLICIPADDRESSES/read', status: 200 },
  { allowed: 'Microsoft.Network/*/read', status: 200 },
  { allowed: '*/read', status: 200 },
  { allowed: '*', status: 200 },
  { allowed: 'Microsoft.Network/*/write', status: 403 },
  { allowed: 'Microsoft.Network/publicIPAddresses', status: 403 },
  { allowed: 'Microsoft.Network/publicIPAddresses/rea.', status: 403 },
])('a read of an address is answered $status when $allowed is allowed', async ({ allowed, status }) => {
  cloud = await startWith(allowed);
  const id = cloud.network('publicIPAddresses/pip-warehouse');
  expect((await cloud.arm('GET', id, undefined, asApp)).status).toBe(status);
});

test('the vault refuses in its own words when the role lacks the data action', async () => {
  cloud = await startWith('Microsoft.KeyVault/vaults/secrets/readMetadata/action');
  cloud.cloud.vault.set('psk-hq', 'abcdefgh12345678');
  const get = (path: string) =>
    cloud.send('GET', `${path}?api-version=7.5`, undefined, {
      'x-forwarded-host': cloud.world.vaultHost,
      ...asApp,
    });
  const refused = await get('/secrets/psk-hq');
  expect([refused.status, codeOf(refused)]).toEqual([403, 'Forbidden']);
  expect(refused.body).toMatchObject({ error: { innererror: { code: 'ForbiddenByRbac' } } });
  expect(messageOf(refused)).toContain("Action: 'Microsoft.KeyVault/vaults/secrets/getSecret/action'");
  expect((await get('/secrets/psk-hq/versions')).status).toBe(200);
});

test('what the app used is kept once and in order, and what others used is not', async () => {
  cloud = await TestCloud.start();
  const id = cloud.network('publicIPAddresses/pip-one');
  await cloud.arm('PUT', id, address, asApp);
  await cloud.arm('GET', id, undefined, asApp);
  await cloud.arm('GET', id.toUpperCase(), undefined, asApp);
  await cloud.arm('GET', cloud.network('networkSecurityGroups/nsg-warehouse'));
  expect(cloud.cloud.usedActions()).toEqual([
    'Microsoft.Network/publicIPAddresses/read',
    'Microsoft.Network/publicIPAddresses/write',
  ]);
});

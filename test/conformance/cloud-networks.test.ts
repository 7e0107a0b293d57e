/** Do networks and their subnets keep to Microsoft's description, refused ones too? */
import { expect } from '@jest/globals';
import { faultless, json, testWithSpecs } from './checked-cloud.js';
import { checked, cloud } from './started-cloud.js';

testWithSpecs('networks and subnets, from their writing to their end', async () => {
  const id = cloud.network('virtualNetworks/vnet-conform');
  const put = (path: string, body: object) => cloud.arm('PUT', path, body, json);
  const statuses: number[] = [];
  const seen = await checked.seenOf(async () => {
    const addressSpace = { addressPrefixes: ['10.4.0.0/16'] };
    const subnets = [{ name: 'one', properties: { addressPrefix: '10.4.1.0/24' } }];
    const steps = [
      () => put(id, { location: 'westeurope', properties: { addressSpace, subnets } }),
      () => put(`${id}/subnets/two`, { properties: { addressPrefix: '10.4.2.0/24' } }),
      () => put(`${id}/subnets/two`, { properties: { addressPrefix: '10.4.3.0/24' } }),
      () => put(`${id}/subnets/three`, { properties: {} }),
      () => cloud.arm('PATCH', id, { tags: { owner: 'network-team' } }, json),
      () => cloud.arm('GET', id),
      () => cloud.arm('GET', `${id}/subnets/one`),
      () => cloud.arm('GET', `${id}/subnets/none`),
      () => cloud.arm('GET', `${id}/subnets`),
      () => cloud.arm('GET', id.replace(/\/[^/]+$/, '')),
      () => cloud.arm('DELETE', `${id}/subnets/two`),
      () => cloud.arm('DELETE', id),
    ];
    for (const step of steps) {
      statuses.push((await step()).status);
      await cloud.atRest();
    }
  });
  expect(statuses).toEqual([201, 201, 200, 400, 200, 200, 200, 404, 200, 200, 202, 202]);
  expect(seen).toEqual(
    faultless(
      ...['CreateOrUpdate', 'UpdateTags', 'Get', 'List', 'Delete'].map((name) => `VirtualNetworks_${name}`),
      ...['CreateOrUpdate', 'Get', 'List', 'Delete'].map((name) => `Subnets_${name}`),
    ),
  );
});

testWithSpecs('what a policy denies and what a lock forbids', async () => {
  const scope = cloud.group.replace(/\/providers$/, '');
  const authorization = (path: string) => `${scope}/providers/Microsoft.Authorization/${path}`;
  const types = ['Microsoft.Network/publicIPAddresses'];
  const policyRule = { if: { field: 'type', in: types }, then: { effect: 'deny' } };
  await cloud.arm('PUT', authorization('policyDefinitions/no-pips'), { properties: { policyRule } });
  const policyDefinitionId = authorization('policyDefinitions/no-pips');
  await cloud.arm('PUT', authorization('policyAssignments/no-pips'), { properties: { policyDefinitionId } });
  await cloud.arm('PUT', authorization('locks/keep'), { properties: { level: 'CanNotDelete' } });
  const statuses: number[] = [];
  const seen = await checked.seenOf(async () => {
    const address = { location: 'westeurope', sku: { name: 'Standard' }, properties: {} };
    const id = cloud.network('publicIPAddresses/pip');
    statuses.push((await cloud.arm('PUT', id, address, json)).status);
    statuses.push((await cloud.arm('DELETE', cloud.network('networkSecurityGroups/nsg-warehouse'))).status);
  });
  expect(statuses).toEqual([403, 409]);
  expect(seen).toEqual(faultless('PublicIPAddresses_CreateOrUpdate', 'NetworkSecurityGroups_Delete'));
});

/** Do Azure's own SDKs get along with what a landing zone's team does here? As a user would call them. */
import { NetworkManagementClient } from '@azure/arm-network';
import { PolicyInsightsClient } from '@azure/arm-policyinsights';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { assign } from './helpers/policies.js';
import { anybody, clientOf } from './helpers/sdk.js';
import { TestCloud } from './helpers/test-cloud.js';

let cloud: TestCloud;
let network: NetworkManagementClient;

beforeAll(async () => {
  cloud = await TestCloud.start();
  const { url, world } = cloud.cloud;
  network = new NetworkManagementClient(anybody, world.subscriptionId, clientOf(url));
}, 30_000);

afterAll(() => cloud.close());

const poll = { updateIntervalInMs: 1 };

test('a route table and a subnet that uses it are written to their end', async () => {
  const routes = [{ name: 'all', addressPrefix: '0.0.0.0/0', nextHopType: 'Internet' }];
  const table = await network.routeTables.beginCreateOrUpdateAndWait(
    'rg-spoke',
    'rt-sdk',
    { location: 'westeurope', routes },
    poll,
  );
  expect(table).toMatchObject({ name: 'rt-sdk', provisioningState: 'Succeeded', routes });
  const subnet = await network.subnets.beginCreateOrUpdateAndWait(
    'rg-spoke',
    'vnet-spoke',
    'workloads',
    { addressPrefix: '10.1.5.0/24', routeTable: { id: table.id ?? '' } },
    poll,
  );
  expect(subnet).toMatchObject({ provisioningState: 'Succeeded', routeTable: { id: table.id } });
  const deleting = network.routeTables.beginDeleteAndWait('rg-spoke', 'rt-sdk', poll);
  await expect(deleting).rejects.toMatchObject({ code: 'InUseRouteTableCannotBeDeleted', statusCode: 400 });
});

test('effective routes come at the end of the poll', async () => {
  await cloud.makeMachine('sdk');
  const { value = [] } = await network.networkInterfaces.beginGetEffectiveRouteTableAndWait(
    'rg-spoke',
    'nic-sdk',
    poll,
  );
  const active = value.filter(({ state }) => state === 'Active');
  expect(active.find(({ addressPrefix }) => addressPrefix?.[0] === '0.0.0.0/0')).toMatchObject({
    source: 'User',
    nextHopType: 'Internet',
    name: 'to-internet',
  });
});

test('a check of policies is read, but for the texts that the SDK takes apart', async () => {
  const { url, world } = cloud.cloud;
  const subscription = `/subscriptions/${world.subscriptionId}`;
  await assign((path, body) => cloud.arm('PUT', path, body), subscription, 'require-tag', {
    scope: `${subscription}/resourceGroups/rg-spoke`,
    parameters: { tagName: 'cost' },
  });
  const client = new PolicyInsightsClient(anybody, world.subscriptionId, clientOf(url));
  const { contentEvaluationResult, fieldRestrictions } =
    await client.policyRestrictions.checkAtResourceGroupScope('rg-spoke', {
      resourceDetails: {
        resourceContent: { type: 'Microsoft.Network/publicIPAddresses', location: 'westeurope' },
      },
    });
  expect(fieldRestrictions).toEqual([]);
  const [found] = contentEvaluationResult?.policyEvaluations ?? [];
  expect(found).toMatchObject({ evaluationResult: 'NonCompliant', effectDetails: { policyEffect: 'Deny' } });
  // Why shared/azure/policies.ts reads the body itself: a later SDK that mends it shows here.
  expect(found?.evaluationDetails?.evaluatedExpressions?.[0]).toMatchObject({
    expression: 'tags[cost]',
    targetValue: { 0: 'f', 1: 'a', 2: 'l', 3: 's', 4: 'e' },
  });
});

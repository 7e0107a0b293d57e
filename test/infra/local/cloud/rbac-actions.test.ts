/** Which actions does a request need, as access control names them? */
import { expect, test } from '@jest/globals';
import { actionsOf } from '../../../../infra/local/cloud/rbac-actions.js';

const arm = 'management.azure.com';
const subscription = '/subscriptions/7a2c9e10-4b1d-4c52-9f0e-5d1c0a6b3e21';
const group = `${subscription}/resourceGroups/rg-spoke`;
const network = (path: string) => `${group}/providers/Microsoft.Network/${path}`;
const compute = (path: string) => `${group}/providers/Microsoft.Compute/${path}`;

/** Names of what is needed. */
function needed(request: { readonly host?: string; readonly on: string; readonly body?: object }) {
  const [method = '', path = ''] = request.on.split(' ');
  const body = request.body as Readonly<Record<string, unknown>> | undefined; // an object is one
  return actionsOf({ host: request.host ?? arm, method, path, body }).map(({ action }) => action);
}

test.each([
  [`GET ${group}`, 'Microsoft.Resources/subscriptions/resourceGroups/read'],
  [`HEAD ${group}`, 'Microsoft.Resources/subscriptions/resourceGroups/read'],
  [`GET ${subscription}/resourceGroups`, 'Microsoft.Resources/subscriptions/resourceGroups/read'],
  [`PUT ${group}`, 'Microsoft.Resources/subscriptions/resourceGroups/write'],
  [`DELETE ${group}`, 'Microsoft.Resources/subscriptions/resourceGroups/delete'],
  [`PUT ${compute('virtualMachines/vm')}`, 'Microsoft.Compute/virtualMachines/write'],
  [`PATCH ${compute('virtualMachines/vm')}`, 'Microsoft.Compute/virtualMachines/write'],
  [`DELETE ${compute('virtualMachines/vm')}`, 'Microsoft.Compute/virtualMachines/delete'],
  [`POST ${compute('virtualMachines/vm/start')}`, 'Microsoft.Compute/virtualMachines/start/action'],
  [`POST ${compute('virtualMachines/vm/redeploy')}`, 'Microsoft.Compute/virtualMachines/redeploy/action'],
  [
    `PUT ${compute('virtualMachines/vm/runCommands/a')}`,
    'Microsoft.Compute/virtualMachines/runCommands/write',
  ],
  [`GET ${compute('virtualMachines')}`, 'Microsoft.Compute/virtualMachines/read'],
  [
    `GET ${subscription}/providers/Microsoft.Compute/virtualMachines`,
    'Microsoft.Compute/virtualMachines/read',
  ],
  [`GET ${subscription}/providers/Microsoft.Compute/skus`, 'Microsoft.Compute/skus/read'],
  [
    `GET ${subscription}/providers/Microsoft.Compute/locations/westeurope/usages`,
    'Microsoft.Compute/locations/usages/read',
  ],
  [
    `GET ${subscription}/providers/Microsoft.Compute/locations/westeurope/publishers/debian/artifacttypes/vmimage/offers/debian-12/skus/12-gen2/versions`,
    'Microsoft.Compute/locations/publishers/artifacttypes/offers/skus/versions/read',
  ],
  [
    `GET ${subscription}/providers/Microsoft.Network/locations/westeurope/operations/1`,
    'Microsoft.Network/locations/operations/read',
  ],
  [
    `PUT ${network('loadBalancers/lb/backendAddressPools/gateways')}`,
    'Microsoft.Network/loadBalancers/backendAddressPools/write',
  ],
  [`GET ${network('virtualNetworks/v/subnets/s')}`, 'Microsoft.Network/virtualNetworks/subnets/read'],
  [
    `GET ${network('virtualNetworks/v/CheckIPAddressAvailability')}`,
    'Microsoft.Network/virtualNetworks/checkIpAddressAvailability/read',
  ],
  [`PUT ${group}/providers/Microsoft.Insights/metricAlerts/a`, 'Microsoft.Insights/metricAlerts/write'],
  [
    `GET ${network('loadBalancers/lb')}/providers/Microsoft.Insights/metrics`,
    'Microsoft.Insights/metrics/read',
  ],
  [
    `POST ${group}/providers/Microsoft.PolicyInsights/checkPolicyRestrictions`,
    'Microsoft.PolicyInsights/checkPolicyRestrictions/read',
  ],
  [`GET ${subscription}/providers/Microsoft.Authorization/locks`, 'Microsoft.Authorization/locks/read'],
  [
    `POST ${network('networkInterfaces/nic/effectiveRouteTable')}`,
    'Microsoft.Network/networkInterfaces/effectiveRouteTable/action',
  ],
])('%s needs %s', (on, action) => {
  expect(needed({ on })).toEqual([action]);
});

test('a batch of metrics needs to read them in the subscription', () => {
  const path = `${subscription}/metrics:getBatch`;
  const host = 'westeurope.metrics.monitor.azure.com';
  expect(actionsOf({ host, method: 'POST', path, body: {} })).toEqual([
    { action: 'Microsoft.Insights/metrics/read', scope: subscription, kind: 'own' },
  ]);
});

test.each([
  ['GET /secrets/psk', ['getSecret/action']],
  ['GET /secrets/psk/0123', ['getSecret/action']],
  ['GET /secrets/psk/versions', ['readMetadata/action']],
  ['PUT /secrets/psk', ['setSecret/action']],
  ['PATCH /secrets/psk/0123', ['update/action']],
  ['DELETE /secrets/psk', ['delete']],
  ['GET /deletedsecrets/psk', ['readMetadata/action']],
  ['POST /deletedsecrets/psk/recover', ['recover/action']],
  ['GET /keys/one', []],
])('%s needs of the vault’s data %j', (on, verbs) => {
  expect(needed({ host: 'kv-tunnelkeeper.vault.azure.net', on })).toEqual(
    verbs.map((verb) => `Microsoft.KeyVault/vaults/secrets/${verb}`),
  );
});

test.each([
  {
    what: 'an interface',
    on: `PUT ${network('networkInterfaces/nic')}`,
    body: {
      properties: {
        networkSecurityGroup: { id: network('networkSecurityGroups/nsg') },
        // What Azure fills in isn't asked for.
        virtualMachine: { id: compute('virtualMachines/vm') },
        ipConfigurations: [
          {
            properties: {
              subnet: { id: network('virtualNetworks/v/subnets/s') },
              publicIPAddress: { id: network('publicIPAddresses/pip') },
              loadBalancerBackendAddressPools: [{ id: network('loadBalancers/lb/backendAddressPools/p') }],
            },
          },
        ],
      },
    },
    linked: [
      'Microsoft.Network/virtualNetworks/subnets/join/action',
      'Microsoft.Network/publicIPAddresses/join/action',
      'Microsoft.Network/networkSecurityGroups/join/action',
      'Microsoft.Network/loadBalancers/backendAddressPools/join/action',
    ],
  },
  {
    what: 'a group that lists its interfaces',
    on: `PUT ${network('networkSecurityGroups/nsg')}`,
    body: { properties: { networkInterfaces: [{ id: network('networkInterfaces/nic') }] } },
    linked: [],
  },
  {
    what: 'a balancer that refers to its own parts',
    on: `PUT ${network('loadBalancers/lb')}`,
    body: {
      properties: {
        frontendIPConfigurations: [
          { properties: { subnet: { id: network('virtualNetworks/v/subnets/s') } } },
        ],
        loadBalancingRules: [{ properties: { probe: { id: network('loadBalancers/lb/probes/p') } } }],
      },
    },
    linked: ['Microsoft.Network/virtualNetworks/subnets/join/action'],
  },
  {
    what: 'a machine with an identity',
    on: `PUT ${compute('virtualMachines/vm')}`,
    body: {
      identity: { userAssignedIdentities: { [`${group}/providers/Microsoft.ManagedIdentity/x/id`]: {} } },
      properties: {
        storageProfile: { osDisk: { name: 'disk-vm', createOption: 'FromImage' } },
        networkProfile: { networkInterfaces: [{ id: network('networkInterfaces/nic') }] },
      },
    },
    linked: [
      'Microsoft.Network/networkInterfaces/join/action',
      'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action',
      'Microsoft.Compute/disks/write',
    ],
  },
  {
    what: 'an alert rule',
    on: `PUT ${group}/providers/Microsoft.Insights/metricAlerts/a`,
    body: {
      properties: {
        scopes: [network('loadBalancers/lb')],
        actions: [{ actionGroupId: `${group}/providers/Microsoft.Insights/actionGroups/ag` }],
      },
    },
    linked: ['Microsoft.Network/loadBalancers/read', 'Microsoft.Insights/actionGroups/read'],
  },
])('what $what refers to has to be allowed too', ({ on, body, linked }) => {
  expect(needed({ on, body }).slice(1)).toEqual(linked);
});

test('a path that names nothing needs nothing', () => {
  expect(needed({ on: 'GET /subscriptions' })).toEqual([]);
  expect(needed({ on: 'GET /providers/Microsoft.Compute/operations' })).toEqual([]);
});

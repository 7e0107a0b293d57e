/** How is each operation called that the simulated cloud serves? Once and well, in an order in which each can be. */
import type { TestCloud } from '../infra/local/cloud/helpers/test-cloud.js';

/** A call of one described operation. */
export interface ServedCall {
  readonly method: string;
  /** Path and query, of ARM unless a host is named. */
  readonly target: string;
  readonly host?: string;
  readonly body?: object;
}

const location = 'westeurope';

/** Every call. Operations that are begun end before the next call. */
export function servedCalls(cloud: TestCloud): readonly ServedCall[] {
  return [
    ...networkCalls(cloud),
    ...machineCalls(cloud),
    ...monitorCalls(cloud),
    ...vaultCalls(cloud),
    ...deletions(cloud),
  ];
}

const names = { address: 'pip', group: 'nsg', balancer: 'lb', interface: 'nic', machine: 'vm' };

function idsOf(cloud: TestCloud) {
  return {
    address: cloud.network(`publicIPAddresses/${names.address}`),
    group: cloud.network(`networkSecurityGroups/${names.group}`),
    balancer: cloud.network(`loadBalancers/${names.balancer}`),
    interface: cloud.network(`networkInterfaces/${names.interface}`),
    machine: cloud.machine(names.machine),
    network: cloud.network('virtualNetworks/vnet-spoke'),
    ownNetwork: cloud.network('virtualNetworks/vnet'),
    disk: `${cloud.group}/Microsoft.Compute/disks/disk-${names.interface}`,
    actionGroup: `${cloud.group}/Microsoft.Insights/actionGroups/ag`,
    rule: `${cloud.group}/Microsoft.Insights/metricAlerts/alert`,
  };
}

const listOf = (id: string) => id.replace(/\/[^/]+$/, '');

/** A resource is made, read, listed, and given tags. */
function life(id: string, body: object): readonly ServedCall[] {
  return [
    { method: 'PUT', target: id, body },
    { method: 'GET', target: id },
    { method: 'GET', target: listOf(id) },
    { method: 'PATCH', target: id, body: { tags: { owner: 'people' } } },
  ];
}

function networkCalls(cloud: TestCloud): readonly ServedCall[] {
  const ids = idsOf(cloud);
  const pool = `${ids.balancer}/backendAddressPools/gateways`;
  const configuration = { subnet: cloud.subnet('gateways'), publicIPAddress: { id: ids.address } };
  return [
    ...life(ids.address, {
      ...{ location, sku: { name: 'Standard' }, zones: ['1'] },
      properties: { publicIPAllocationMethod: 'Static' },
    }),
    ...life(ids.group, { location, properties: { securityRules: [securityRule] } }),
    ...life(ids.balancer, balancerBody(cloud, ids.balancer)),
    ...life(ids.interface, {
      location,
      properties: {
        networkSecurityGroup: { id: ids.group },
        ipConfigurations: [
          {
            name: 'primary',
            properties: { ...configuration, loadBalancerBackendAddressPools: [{ id: pool }] },
          },
        ],
      },
    }),
    { method: 'GET', target: `${ids.balancer}/backendAddressPools` },
    { method: 'GET', target: pool },
    {
      ...{ method: 'PUT', target: pool },
      body: {
        properties: {
          loadBalancerBackendAddresses: [
            { name: `rg-spoke_${names.interface}primary`, properties: { adminState: 'Down' } },
          ],
        },
      },
    },
    ...networkLife(cloud),
    { method: 'GET', target: ids.network },
    { method: 'GET', target: `${ids.network}/CheckIPAddressAvailability?ipAddress=10.1.4.77` },
    { method: 'GET', target: locationPath(cloud, 'Microsoft.Network', 'usages') },
  ];
}

/** A network with a subnet, which a landing zone's team writes. */
function networkLife(cloud: TestCloud): readonly ServedCall[] {
  const { ownNetwork } = idsOf(cloud);
  const subnet = `${ownNetwork}/subnets/one`;
  const addressSpace = { addressPrefixes: ['10.4.0.0/16'] };
  return [
    ...life(ownNetwork, { location, properties: { addressSpace } }),
    { method: 'PUT', target: subnet, body: { properties: { addressPrefix: '10.4.1.0/24' } } },
    { method: 'GET', target: subnet },
    { method: 'GET', target: listOf(subnet) },
    { method: 'DELETE', target: subnet },
    { method: 'DELETE', target: ownNetwork },
  ];
}

const securityRule = {
  name: 'probe',
  properties: {
    ...{ priority: 100, access: 'Allow', direction: 'Inbound', protocol: 'Tcp' },
    ...{ sourceAddressPrefix: 'AzureLoadBalancer', sourcePortRange: '*' },
    ...{ destinationAddressPrefix: '*', destinationPortRange: '8080' },
  },
};

function balancerBody(cloud: TestCloud, id: string): object {
  const part = (path: string) => ({ id: `${id}/${path}` });
  const rule = {
    ...{ protocol: 'Tcp', frontendPort: 80, backendPort: 80, enableTcpReset: true, idleTimeoutInMinutes: 4 },
    frontendIPConfiguration: part('frontendIPConfigurations/frontend'),
    backendAddressPool: part('backendAddressPools/gateways'),
    probe: part('probes/health'),
  };
  const probe = { protocol: 'Http', port: 8080, requestPath: '/', intervalInSeconds: 5, probeThreshold: 2 };
  return {
    location,
    sku: { name: 'Standard' },
    properties: {
      frontendIPConfigurations: [{ name: 'frontend', properties: { subnet: cloud.subnet('gateways') } }],
      backendAddressPools: [{ name: 'gateways' }],
      probes: [{ name: 'health', properties: probe }],
      loadBalancingRules: [{ name: 'proxy', properties: rule }],
    },
  };
}

function machineCalls(cloud: TestCloud): readonly ServedCall[] {
  const { machine, disk } = idsOf(cloud);
  const all = `/subscriptions/${cloud.world.subscriptionId}/providers/Microsoft.Compute`;
  const image = 'publishers/debian/artifacttypes/vmimage/offers/debian-12/skus/12-gen2/versions';
  const script = { source: { script: 'true' }, timeoutInSeconds: 60 };
  const actions = ['restart', 'redeploy', 'powerOff', 'start', 'deallocate', 'start'];
  return [
    ...life(machine, cloud.machineBody(names.interface)),
    { method: 'GET', target: `${machine}?$expand=instanceView` },
    { method: 'GET', target: `${all}/virtualMachines` },
    { method: 'GET', target: `${all}/virtualMachines?statusOnly=true` },
    ...life(`${machine}/runCommands/setup`, { location, properties: script }),
    { method: 'GET', target: `${machine}/runCommands/setup?$expand=instanceView` },
    { method: 'DELETE', target: `${machine}/runCommands/setup` },
    ...actions.map((action) => ({ method: 'POST', target: `${machine}/${action}` })),
    { method: 'GET', target: disk },
    { method: 'GET', target: listOf(disk) },
    { method: 'GET', target: `${all}/skus?$filter=location eq 'westeurope'` },
    { method: 'GET', target: locationPath(cloud, 'Microsoft.Compute', 'usages') },
    { method: 'GET', target: locationPath(cloud, 'Microsoft.Compute', image) },
  ];
}

function locationPath({ world }: TestCloud, provider: string, rest: string): string {
  return `/subscriptions/${world.subscriptionId}/providers/${provider}/locations/${location}/${rest}`;
}

function monitorCalls(cloud: TestCloud): readonly ServedCall[] {
  const ids = idsOf(cloud);
  const all = `/subscriptions/${cloud.world.subscriptionId}/providers/Microsoft.Insights`;
  const asked = 'metricnames=DipAvailability&aggregation=average&interval=PT1M';
  const batch = `metricnamespace=Microsoft.Network/loadBalancers&${asked}`;
  const hook = { name: 'app', serviceUri: 'https://app.example.com/alerts', useCommonAlertSchema: true };
  const group = { groupShortName: 'people', enabled: true, webhookReceivers: [hook] };
  return [
    ...life(ids.actionGroup, { location: 'Global', properties: group }),
    { method: 'GET', target: `${all}/actionGroups` },
    ...life(ids.rule, alertRule(ids)),
    { method: 'GET', target: `${all}/metricAlerts` },
    { method: 'GET', target: `${ids.balancer}/providers/Microsoft.Insights/metrics?${asked}` },
    {
      ...{ method: 'POST', host: `${location}.metrics.monitor.azure.com` },
      target: `/subscriptions/${cloud.world.subscriptionId}/metrics:getBatch?${batch}`,
      body: { resourceids: [ids.balancer] },
    },
    {
      ...{ method: 'POST', host: `${location}.monitoring.azure.com`, target: `${ids.machine}/metrics` },
      body: {
        time: new Date().toISOString(),
        data: {
          baseData: {
            ...{ metric: 'Sessions', namespace: 'Gateway', dimNames: ['tunnel'] },
            series: [{ dimValues: ['primary'], min: 1, max: 2, sum: 3, count: 2 }],
          },
        },
      },
    },
  ];
}

function alertRule(ids: { readonly balancer: string; readonly actionGroup: string }): object {
  const criterion = {
    ...{ criterionType: 'StaticThresholdCriterion', name: 'health', metricName: 'DipAvailability' },
    ...{ operator: 'LessThan', threshold: 100, timeAggregation: 'Average' },
    dimensions: [{ name: 'BackendIPAddress', operator: 'Include', values: ['*'] }],
  };
  const odataType = 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria';
  return {
    location: 'global',
    properties: {
      ...{ severity: 1, enabled: true, scopes: [ids.balancer] },
      ...{ evaluationFrequency: 'PT1M', windowSize: 'PT5M' },
      criteria: { 'odata.type': odataType, allOf: [criterion] },
      actions: [{ actionGroupId: ids.actionGroup }],
    },
  };
}

function vaultCalls({ world, cloud }: TestCloud): readonly ServedCall[] {
  const host = world.vaultHost;
  const version = cloud.vault.set('psk', 'x'.repeat(32));
  const call = (method: string, path: string, body?: object): ServedCall => ({
    ...{ method, host, target: `${path}?api-version=7.5` },
    ...(body === undefined ? {} : { body }),
  });
  return [
    call('PUT', '/secrets/psk', { value: 'x'.repeat(64), tags: { site: 'hq' } }),
    call('GET', '/secrets/psk/'),
    call('GET', `/secrets/psk/${version}`),
    call('PATCH', `/secrets/psk/${version}`, { attributes: { enabled: true } }),
    call('GET', '/secrets/psk/versions'),
    call('DELETE', '/secrets/psk'),
    call('GET', '/deletedsecrets/psk'),
    call('POST', '/deletedsecrets/psk/recover'),
    call('DELETE', '/secrets/psk'),
    call('DELETE', '/deletedsecrets/psk'),
  ];
}

/** In an order in which nothing is in use any more. */
function deletions(cloud: TestCloud): readonly ServedCall[] {
  const { rule, actionGroup, machine, interface: nic, balancer, group, address } = idsOf(cloud);
  return [rule, actionGroup, machine, nic, balancer, group, address].map((target) => ({
    method: 'DELETE',
    target,
  }));
}

/** Do machines' actions, lists, run commands, pools, rules and the vault keep to Microsoft's descriptions? */
import { expect } from '@jest/globals';
import { faultless, json, testWithSpecs } from './checked-cloud.js';
import { checked, cloud } from './started-cloud.js';

testWithSpecs('a machine’s actions and states', async () => {
  const id = await cloud.makeMachine('conform');
  const seen = await checked.seenOf(async () => {
    for (const action of ['powerOff', 'start', 'restart', 'redeploy', 'deallocate', 'start']) {
      expect((await cloud.arm('POST', `${id}/${action}`)).status).toBe(202);
      await cloud.atRest();
      await cloud.arm('GET', `${id}?$expand=instanceView`);
    }
    const list = `/subscriptions/${cloud.world.subscriptionId}/providers/Microsoft.Compute/virtualMachines`;
    await cloud.arm('GET', list);
    await cloud.arm('GET', `${list}?statusOnly=true`);
  });
  expect(seen).toEqual(
    faultless(
      ...['PowerOff', 'Start', 'Restart', 'Redeploy', 'Deallocate', 'Get', 'ListAll'].map(
        (name) => `VirtualMachines_${name}`,
      ),
    ),
  );
});

testWithSpecs('run commands, alone and in a list', async () => {
  const id = await cloud.makeMachine('scripted');
  const seen = await checked.seenOf(async () => {
    for (const name of ['setup', 'diagnose', 'remedy']) {
      const body = { location: 'westeurope', properties: { source: { script: name }, timeoutInSeconds: 60 } };
      expect((await cloud.arm('PUT', `${id}/runCommands/${name}`, body, json)).status).toBe(201);
    }
    await cloud.atRest();
    await cloud.arm('GET', `${id}/runCommands/setup?$expand=instanceView`);
    await cloud.arm('GET', `${id}/runCommands?$expand=instanceView`);
    await cloud.arm('DELETE', `${id}/runCommands/setup`);
    await cloud.atRest();
  });
  expect(seen).toEqual(
    faultless(
      ...['CreateOrUpdate', 'GetByVirtualMachine', 'ListByVirtualMachine', 'Delete'].map(
        (name) => `VirtualMachineRunCommands_${name}`,
      ),
    ),
  );
});

testWithSpecs('a pool that is written with admin states', async () => {
  const balancer = cloud.network('loadBalancers/lb-conform');
  const pool = { id: `${balancer}/backendAddressPools/gateways` };
  await cloud.made(balancer, {
    location: 'westeurope',
    sku: { name: 'Standard' },
    properties: {
      frontendIPConfigurations: [{ name: 'f', properties: { subnet: cloud.subnet('gateways') } }],
      backendAddressPools: [{ name: 'gateways', properties: {} }],
    },
  });
  await cloud.makeInterface('nic-pooled', { loadBalancerBackendAddressPools: [pool] });
  const seen = await checked.seenOf(async () => {
    const shown = await cloud.arm('GET', pool.id);
    const { loadBalancerBackendAddresses } = shown.body['properties'] as {
      readonly loadBalancerBackendAddresses: readonly { readonly name: string }[];
    }; // a pool
    const down = loadBalancerBackendAddresses.map(({ name }) => ({
      name,
      properties: { adminState: 'Down' },
    }));
    const body = { properties: { loadBalancerBackendAddresses: down } };
    expect((await cloud.arm('PUT', pool.id, body, json)).status).toBe(200);
    await cloud.atRest();
    await cloud.arm('GET', `${balancer}/backendAddressPools`);
    await cloud.arm('GET', balancer);
  });
  expect(seen).toEqual(
    faultless(
      ...['Get', 'CreateOrUpdate', 'List'].map((name) => `LoadBalancerBackendAddressPools_${name}`),
      'LoadBalancers_Get',
    ),
  );
});

testWithSpecs('secrets that are written, described, listed, deleted and recovered', async () => {
  const seen = await checked.seenOf(async () => {
    const made = await checked.vault('PUT', '/secrets/psk-conform', {
      value: 'x'.repeat(64),
      tags: { site: 'hq' },
    });
    const version = String(made.body['id']).split('/').at(-1) ?? '';
    await checked.vault('PATCH', `/secrets/psk-conform/${version}`, { attributes: { enabled: true } });
    await checked.vault('GET', `/secrets/psk-conform/${version}`);
    await checked.vault('GET', '/secrets/psk-conform/versions');
    await checked.vault('DELETE', '/secrets/psk-conform');
    await checked.vault('GET', '/deletedsecrets/psk-conform');
    await checked.vault('POST', '/deletedsecrets/psk-conform/recover');
    await checked.vault('DELETE', '/secrets/psk-conform');
    await checked.vault('DELETE', '/deletedsecrets/psk-conform');
  });
  expect(seen).toEqual(
    faultless(
      ...[
        'SetSecret',
        'UpdateSecret',
        'GetSecret',
        'GetSecretVersions',
        'DeleteSecret',
        'GetDeletedSecret',
        'RecoverDeletedSecret',
        'PurgeDeletedSecret',
      ],
    ),
  );
});

testWithSpecs('rules, their groups, and what they measure', async () => {
  const balancer = cloud.network('loadBalancers/lb-conform');
  const group = `${cloud.group}/Microsoft.Insights/actionGroups/ag-conform`;
  const rule = `${cloud.group}/Microsoft.Insights/metricAlerts/alert-conform`;
  const receiver = {
    name: 'app',
    serviceUri: 'https://app.example.com/api/alerts',
    useCommonAlertSchema: true,
  };
  const criterion = {
    criterionType: 'StaticThresholdCriterion',
    name: 'health',
    metricName: 'DipAvailability',
    operator: 'LessThan',
    threshold: 100,
    timeAggregation: 'Average',
    dimensions: [{ name: 'BackendIPAddress', operator: 'Include', values: ['*'] }],
  };
  const odataType = 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria';
  const seen = await checked.seenOf(async () => {
    const groups = { groupShortName: 'tunnels', enabled: true, webhookReceivers: [receiver] };
    await cloud.arm('PUT', group, { location: 'Global', properties: groups }, json);
    const properties = {
      severity: 1,
      enabled: true,
      scopes: [balancer],
      evaluationFrequency: 'PT1M',
      windowSize: 'PT5M',
      criteria: { 'odata.type': odataType, allOf: [criterion] },
      actions: [{ actionGroupId: group }],
    };
    await cloud.arm('PUT', rule, { location: 'global', properties }, json);
    await cloud.arm('PATCH', rule, { properties: { enabled: false } }, json);
    await cloud.arm('GET', rule);
    const asked =
      "metricnames=DipAvailability&aggregation=average&interval=PT1M&$filter=BackendIPAddress eq '*'";
    await cloud.arm('GET', `${balancer}/providers/Microsoft.Insights/metrics?${asked}`);
    await cloud.arm('DELETE', rule);
    await cloud.arm('DELETE', group);
  });
  expect(seen).toEqual(
    faultless(
      ...['CreateOrUpdate', 'Update', 'Get', 'Delete'].map((name) => `MetricAlerts_${name}`),
      ...['ActionGroups_CreateOrUpdate', 'ActionGroups_Delete', 'Metrics_List'],
    ),
  );
});

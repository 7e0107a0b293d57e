/** What is written of pools, alert rules, scripts and secrets, and what of others stays? */
import { describe, expect, test } from '@jest/globals';
import { alertRuleBody } from '../../../shared/azure/alert-rules.js';
import { makeSecretVersion } from '../../../shared/azure/key-vault.js';
import { observedLoadBalancer, poolWith } from '../../../shared/azure/load-balancers.js';
import { runBody } from '../../../shared/azure/runs.js';
import { alertRuleIntent, gatewayConfig, runIntent } from '../../../shared/site/desired-site.js';
import { aSite, aSlot, noon, policy } from '../site/helpers/builders.js';
import { wire } from './helpers/started-wire.js';

const group = `/subscriptions/${policy.subscriptionId}/resourceGroups/${policy.resourceGroup}/providers`;
const member = (nic: string, adminState?: string) => ({
  name: `${nic}-ip`,
  networkInterfaceIPConfiguration: {
    id: `${group}/Microsoft.Network/networkInterfaces/${nic}/ipConfigurations/ip`,
  },
  ...(adminState === undefined ? {} : { adminState }),
});

describe('a pool', () => {
  test('gets Down for the drained and None for the rest of ours, never Up', () => {
    const pool = {
      name: 'gateways',
      etag: 'W/"1"',
      loadBalancerBackendAddresses: [
        member('nic-hq-z1-1'),
        member('nic-hq-z2-1', 'Down'),
        member('nic-hq-z3-1', 'Up'),
      ],
    };
    expect(poolWith(pool, [aSlot('1')])).toEqual({
      ...pool,
      loadBalancerBackendAddresses: [
        member('nic-hq-z1-1', 'Down'),
        member('nic-hq-z2-1', 'None'),
        member('nic-hq-z3-1', 'None'),
      ],
    });
  });

  test.each(['Up', 'Down', undefined])(
    'leaves the state %s of what others registered as it is',
    (adminState) => {
      const others = [
        member('nic-of-somebody', adminState),
        { name: 'by-address', ipAddress: '10.0.1.99', ...(adminState === undefined ? {} : { adminState }) },
      ];
      expect(poolWith({ loadBalancerBackendAddresses: others }, [aSlot('1')])).toEqual({
        loadBalancerBackendAddresses: others,
      });
    },
  );

  test('is read back: who is Down gets no new connections', () => {
    const addresses = [
      member('nic-hq-z1-1', 'Down'),
      member('nic-hq-z2-1', 'None'),
      member('nic-of-somebody', 'Down'),
    ];
    const found = {
      id: `${group}/Microsoft.Network/loadBalancers/lb-hq`,
      name: 'lb-hq',
      backendAddressPools: [
        { name: 'of-somebody', loadBalancerBackendAddresses: [member('nic-hq-z3-1', 'Down')] },
        { name: 'gateways', loadBalancerBackendAddresses: addresses },
      ],
    };
    expect(observedLoadBalancer(found).drained).toEqual([aSlot('1')]);
  });
});

test('an alert rule watches the balancer’s probes, calls the action group, and ends by itself', () => {
  const action = '/subscriptions/s/actionGroups/tunnelkeeper';
  expect(alertRuleBody(alertRuleIntent(aSite(), policy), action)).toMatchObject({
    location: 'global',
    enabled: true,
    autoMitigate: true,
    scopes: [expect.stringMatching(/\/loadBalancers\/lb-hq$/)],
    evaluationFrequency: 'PT1M',
    windowSize: 'PT5M',
    criteria: { allOf: [{ metricName: 'DipAvailability', operator: 'LessThan', threshold: 100 }] },
    actions: [{ actionGroupId: action }],
    tags: { 'tunnelkeeper-site': 'hq' },
  });
});

test('a script is told apart from the one before by its parameter, and holds no secret', () => {
  const site = aSite();
  const slot = { slot: aSlot('1'), zone: '1', n: 1 } as const;
  const resolved = { zones: ['1'], clients: ['10.0.0.0/16'], acceleratedNetworking: true } as const;
  const gateway = gatewayConfig(site, slot, '203.0.113.11', resolved, policy);
  const about = { slot: slot.slot, virtualMachine: 'vm-hq-z1-1-g1', gateway, script: 'diagnose' } as const;
  const intent = runIntent(site, { ...about, requestedAt: noon.toISOString() }, policy);
  expect(runBody(intent, 'echo')).toEqual({
    location: 'westeurope',
    tags: expect.objectContaining({ 'tunnelkeeper-site': 'hq' }) as unknown,
    source: { script: 'echo' },
    parameters: [{ name: 'TK_RUN', value: noon.toISOString() }],
    timeoutInSeconds: 240,
    asyncExecution: false,
    treatFailureAsDeploymentFailure: false,
  });
});

describe('makeSecretVersion', () => {
  const made = '2'.repeat(32);
  const version = (id: string, tags: object) => ({
    id: `https://kv.vault.azure.net/secrets/psk-hq/${id}`,
    attributes: { enabled: true, created: 1000, updated: 1000 },
    tags,
  });
  const versions = 'GET /secrets/psk-hq/versions';

  test('writes 64 letters and digits with the rotation’s tag, and tells the id alone', async () => {
    wire.answers = {
      [versions]: { body: { value: [version('1'.repeat(32), {})] } },
      'PUT /secrets/psk-hq': { body: version(made, {}) },
    };
    await expect(makeSecretVersion('psk-hq', 'hq-1')).resolves.toEqual({ ok: true, value: made });
    expect(wire.bodies()).toEqual([
      expect.objectContaining({
        value: expect.stringMatching(/^[A-Za-z0-9]{64}$/) as unknown,
        tags: { 'tunnelkeeper-rotation': 'hq-1' },
      }),
    ]);
  });

  test('finds the version of the same rotation when it is asked twice, and writes none', async () => {
    const tagged = version(made, { 'tunnelkeeper-rotation': 'hq-1' });
    wire.answers = { [versions]: { body: { value: [version('1'.repeat(32), {}), tagged] } } };
    await expect(makeSecretVersion('psk-hq', 'hq-1')).resolves.toEqual({ ok: true, value: made });
    expect(wire.asked()).toEqual([versions]);
  });
});

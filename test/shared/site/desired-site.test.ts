/** What should be there for a site, in the domain's words? */
import { describe, expect, test } from '@jest/globals';
import {
  desiredSlots,
  gatewayConfig,
  loadBalancerIntent,
  placementOf,
  securityGroupIntent,
  setupIntent,
  virtualMachineIntent,
} from '../../../shared/site/desired-site.js';
import type { Site } from '../../../shared/site/site.js';
import { publicIpId, subnetId } from './helpers/bodies.js';
import { aSite, aSlot, policy } from './helpers/builders.js';

const resolved = { zones: ['1', '2'] as const, clients: ['10.0.0.0/16'], acceleratedNetworking: true };
const slot = { slot: aSlot('1'), zone: '1' as const, n: 1 };

test('desiredSlots numbers the gateways of each zone and gives each its own address', () => {
  const ids = [publicIpId('a'), publicIpId('b')];
  const site = aSite({ gatewaysPerZone: 2, network: { subnetId, publicIpIds: { 2: ids } } });
  expect(desiredSlots(site, ['1', '2'])).toEqual([
    { slot: 'hq-z1-1', zone: '1', n: 1 },
    { slot: 'hq-z1-2', zone: '1', n: 2 },
    { slot: 'hq-z2-1', zone: '2', n: 1, foreignAddressId: ids[0] },
    { slot: 'hq-z2-2', zone: '2', n: 2, foreignAddressId: ids[1] },
  ]);
});

test('placementOf takes the site’s own group and subscription before the deployment’s', () => {
  const subscriptionId = '99999999-2222-3333-4444-555555555555';
  expect(placementOf(aSite(), policy)).toMatchObject({
    subscriptionId: policy.subscriptionId,
    resourceGroup: 'rg-gateways',
    region: 'westeurope',
  });
  expect(placementOf(aSite({ resourceGroup: 'rg-hq', subscriptionId }), policy)).toMatchObject({
    subscriptionId,
    resourceGroup: 'rg-hq',
  });
});

describe('gatewayConfig', () => {
  const configOf = (site: Site) => gatewayConfig(site, slot, '203.0.113.5', resolved, policy);

  test('tells where to report, where gateways can', () => {
    const reports = { url: 'https://app.example/api/gateway-reports', audience: 'api://tunnelkeeper' };
    const told = gatewayConfig(aSite(), slot, '203.0.113.5', resolved, { ...policy, reports });
    expect(told.reports).toEqual(reports);
    expect('reports' in configOf(aSite())).toBe(false);
  });

  test('tells a gateway its tunnel, proxy and clients, and no secret', () => {
    expect(configOf(aSite())).toEqual({
      site: 'hq',
      slot: 'hq-z1-1',
      routing: 'route-based',
      tunnels: [{ role: 'primary', edge: 'fra4-vpn.zscaler.net', localId: '203.0.113.5' }],
      ike: 'aes256-sha2_256;dh14',
      esp: 'null-md5',
      proxy: { address: '185.46.212.88', ports: [9400], masquerade: true },
      clients: ['10.0.0.0/16'],
      probePort: 8100,
      checkHost: 'gateway.zscaler.net',
      idleTimeoutMinutes: 30,
    });
  });

  test.each([
    { netdata: true, told: { from: [] } },
    { netdata: { from: ['10.9.0.0/24'] }, told: { from: ['10.9.0.0/24'] } },
    { netdata: false, told: undefined },
  ])('tells who may see Netdata when the site asks for $netdata', ({ netdata, told }) => {
    expect(configOf(aSite({ monitoring: { netdata } })).netdata).toEqual(told);
  });

  test('identifies each tunnel by a name of its own when the identity is a UFQDN', () => {
    const site = aSite({ tunnel: { identity: { type: 'ufqdn', domain: 'example.com' } } });
    expect(configOf(site).tunnels[0]?.localId).toBe('hq-z1-1-primary@example.com');
  });
});

describe('fingerprints of intents', () => {
  const group = (changes = {}) => securityGroupIntent(aSite(changes), resolved, policy).config;
  const balancer = (changes = {}) => loadBalancerIntent(aSite(changes), policy).config;
  const machine = (changes = {}, generation = 1) => {
    const site = aSite(changes);
    const gateway = gatewayConfig(site, slot, '203.0.113.5', resolved, policy);
    return virtualMachineIntent(site, slot, generation, gateway, policy).config;
  };

  test.each([
    { of: 'group', changed: group({ proxy: { ports: [9443] } }), before: group() },
    { of: 'group', changed: group({ tags: { owner: 'net' } }), before: group() },
    { of: 'group', changed: group({ monitoring: { netdata: { from: ['10.9.0.0/24'] } } }), before: group() },
    {
      of: 'group',
      changed: group({ monitoring: { netdata: { from: ['10.9.0.0/24'] } } }),
      before: group({ monitoring: { netdata: { from: ['10.8.0.0/24'] } } }),
    },
    { of: 'balancer', changed: balancer({ proxy: { persistence: 'none' } }), before: balancer() },
    {
      of: 'balancer',
      changed: balancer({ network: { subnetId, frontendIp: '10.0.1.9' } }),
      before: balancer(),
    },
    { of: 'machine', changed: machine({ gateway: { size: 'Standard_D4s_v5' } }), before: machine() },
  ])('of the $of change with what it asks for', ({ changed, before }) => {
    expect(changed).not.toBe(before);
  });

  test('stay while something else changes', () => {
    const elsewhere = { tunnel: { ike: 'aes256-sha1;dh14' }, gatewaysPerZone: 3 };
    expect([group(elsewhere), balancer(elsewhere)]).toEqual([group(), balancer()]);
    expect(machine({ gatewaysPerZone: 3 })).toBe(machine());
  });
});

test('setupIntent refers to the secret by name and version, and to its script by its hash', () => {
  const site = aSite();
  const gateway = gatewayConfig(site, slot, '203.0.113.5', resolved, policy);
  const intent = setupIntent(site, slot, 'vm-hq-z1-1-g2', gateway, new Map([['psk-hq', 'v7']]), 4, policy);
  expect(intent).toMatchObject({
    virtualMachine: 'vm-hq-z1-1-g2',
    psk: { primary: { name: 'psk-hq', version: 'v7' } },
    attempt: 4,
    config: policy.configHash(gateway),
  });
});

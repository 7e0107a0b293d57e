/** What is read of sizes, routes and subnets? */
import { describe, expect, test } from '@jest/globals';
import { offerOf } from '../../../shared/azure/size-offers.js';
import { defaultRoute, parseSubnetId } from '../../../shared/azure/subnets.js';
import { subnetId } from '../site/helpers/bodies.js';

describe('offerOf', () => {
  const sku = {
    family: 'standardDSv5Family',
    locationInfo: [{ zones: ['3', '1', '2'] }],
    capabilities: [
      { name: 'vCPUs', value: '2' },
      { name: 'AcceleratedNetworkingEnabled', value: 'True' },
      { name: 'EncryptionAtHostSupported', value: 'False' },
    ],
  };

  test('reads zones in their order, cores and capabilities', () => {
    expect(offerOf(sku, 'Standard_D2s_v5')).toEqual({
      size: 'Standard_D2s_v5',
      isOffered: true,
      zones: ['1', '2', '3'],
      vCpus: 2,
      acceleratedNetworking: true,
      encryptionAtHost: false,
      family: 'standardDSv5Family',
    });
  });

  test.each([
    { when: 'a zone is restricted', type: 'Zone' as const, zones: ['1', '3'], isOffered: true },
    { when: 'the region is restricted', type: 'Location' as const, zones: ['1', '2', '3'], isOffered: false },
  ])('obeys restrictions when $when', ({ type, zones, isOffered }) => {
    const restrictions = [{ type, restrictionInfo: { zones: type === 'Zone' ? ['2'] : [] } }];
    expect(offerOf({ ...sku, restrictions }, 'x')).toMatchObject({ zones, isOffered });
  });
});

describe('defaultRoute', () => {
  const hub = { useRemoteGateways: true, remoteVirtualNetwork: { id: '/x/virtualNetworks/vhub' } };
  const route = (nextHopType: string, nextHopIpAddress?: string) => ({
    name: 'rt',
    routes: [
      { name: 'all', addressPrefix: '0.0.0.0/0', nextHopType, ...(nextHopIpAddress && { nextHopIpAddress }) },
    ],
  });

  test.each([
    {
      when: 'there is no table',
      network: {},
      table: undefined,
      route: { kind: 'internet', because: 'system' },
    },
    {
      when: 'a route leads there',
      network: {},
      table: route('Internet'),
      route: { kind: 'internet', because: 'route-table' },
    },
    {
      when: 'a route leads to a firewall',
      network: {},
      table: route('VirtualAppliance', '10.9.0.4'),
      route: { kind: 'captured', routeTable: 'rt', route: 'all', nextHop: 'VirtualAppliance 10.9.0.4' },
    },
    {
      when: 'packets are dropped',
      network: {},
      table: route('None'),
      route: { kind: 'captured', nextHop: 'None' },
    },
    {
      when: 'a hub may announce it',
      network: { virtualNetworkPeerings: [hub] },
      table: undefined,
      route: { kind: 'may-be-captured', peering: 'vhub' },
    },
    {
      when: 'an own route overrides the hub',
      network: { virtualNetworkPeerings: [hub] },
      table: route('Internet'),
      route: { kind: 'internet' },
    },
    {
      when: 'the table takes no announcements',
      network: { virtualNetworkPeerings: [hub] },
      table: { disableBgpRoutePropagation: true },
      route: { kind: 'internet' },
    },
    {
      when: 'a peering uses no gateway',
      network: { virtualNetworkPeerings: [{ useRemoteGateways: false }] },
      table: undefined,
      route: { kind: 'internet' },
    },
  ])('is $route.kind when $when', ({ network, table, route: wanted }) => {
    expect(defaultRoute(network, table)).toMatchObject(wanted);
  });
});

test('parseSubnetId takes an id apart, and refuses what is none', () => {
  expect(parseSubnetId(subnetId)).toMatchObject({
    ok: true,
    value: { resourceGroup: 'rg-net', network: 'vnet-hub', subnet: 'gateways' },
  });
  expect(parseSubnetId('/subscriptions/s')).toMatchObject({
    ok: false,
    problem: { field: 'network.subnetId' },
  });
});

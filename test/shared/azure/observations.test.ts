/** What is believed of what Azure says? */
import { describe, expect, test } from '@jest/globals';
import { listed } from '../../../shared/azure/look-at-resources.js';
import { observedLoadBalancer } from '../../../shared/azure/load-balancers.js';
import { observedNetworkInterface } from '../../../shared/azure/network-interfaces.js';
import { observedPublicIp } from '../../../shared/azure/public-ips.js';
import { observedSecurityGroup } from '../../../shared/azure/security-groups.js';
import { observedSetup } from '../../../shared/azure/setups.js';
import { offerOf } from '../../../shared/azure/size-offers.js';
import { defaultRoute, parseSubnetId } from '../../../shared/azure/subnets.js';
import { isOf, slotOf, stateOf, tagsOf } from '../../../shared/azure/tags.js';
import { observedVirtualMachine } from '../../../shared/azure/virtual-machines.js';
import { aSite, aSlot } from '../site/helpers/builders.js';
import { subnetId } from '../site/helpers/bodies.js';
import { aGroupIntent, aMachineIntent } from './helpers/intents.js';

const ours = { 'tunnelkeeper-site': 'hq', 'tunnelkeeper-slot': 'hq-z2-1', 'tunnelkeeper-config': 'c1' };

describe('tags', () => {
  test('bear site, fingerprint, slot and generation', () => {
    const intent = aMachineIntent({ tags: { owner: 'net' } });
    expect(tagsOf(intent)).toEqual({
      owner: 'net',
      'tunnelkeeper-site': 'hq',
      'tunnelkeeper-slot': 'hq-z2-1',
      'tunnelkeeper-generation': '3',
      'tunnelkeeper-config': intent.config,
    });
    expect(Object.keys(tagsOf(aGroupIntent())).sort()).toEqual(['tunnelkeeper-config', 'tunnelkeeper-site']);
  });

  test.each([
    { when: 'it bears the site’s tag', tags: ours, is: true },
    { when: 'it bears another site’s', tags: { 'tunnelkeeper-site': 'hq-2' }, is: false },
    { when: 'it bears only others’ tags', tags: { site: 'hq' }, is: false },
    { when: 'it bears none', tags: undefined, is: false },
  ])('isOf is $is when $when', ({ tags, is }) => {
    expect(isOf('hq', tags)).toBe(is);
  });

  test('slotOf reads a slot and nothing that only looks like one', () => {
    expect(slotOf(ours)).toBe('hq-z2-1');
    expect([slotOf(undefined), slotOf({ 'tunnelkeeper-slot': 'hq' })]).toEqual([undefined, undefined]);
  });
});

test.each([
  { says: 'Succeeded', state: 'settled' },
  { says: 'succeeded', state: 'settled' },
  { says: 'Failed', state: 'failed' },
  { says: 'Canceled', state: 'failed' },
  { says: 'Deleting', state: 'deleting' },
  { says: 'Updating', state: 'changing' },
  { says: 'Creating', state: 'changing' },
  { says: 'SomethingNew', state: 'changing' },
  { says: undefined, state: 'changing' },
])('stateOf reads $says as $state', ({ says, state }) => {
  expect(stateOf(says)).toBe(state);
});

describe('a look keeps only the site’s own', () => {
  const pages = async function* (...found: Parameters<typeof observedPublicIp>[0][]) {
    yield* await Promise.resolve(found);
  };
  const mine = {
    name: 'pip-hq-z2-1',
    id: '/mine',
    provisioningState: 'Succeeded',
    ipAddress: '203.0.113.5',
    tags: ours,
  };

  test('and leaves what bears no tag, another site’s, or no slot', async () => {
    const found = await listed(
      aSite().name,
      pages(
        mine,
        { name: 'pip-hq-z1-1' },
        { ...mine, name: 'other', tags: { ...ours, 'tunnelkeeper-site': 'other' } },
        { ...mine, name: 'no-slot', tags: { 'tunnelkeeper-site': 'hq' } },
      ),
      observedPublicIp,
    );
    expect(found).toEqual([
      {
        kind: 'public-ip',
        name: 'pip-hq-z2-1',
        id: '/mine',
        slot: 'hq-z2-1',
        state: 'settled',
        config: 'c1',
        address: '203.0.113.5',
      },
    ]);
  });

  test('and stops at a list that has no end', async () => {
    const endless = pages(...Array.from({ length: 2001 }, () => mine));
    await expect(listed(aSite().name, endless, observedPublicIp)).rejects.toThrow('More than 2000');
  });
});

test('resources of the network are read with what decisions need', () => {
  const common = { name: 'x', id: '/x', provisioningState: 'Succeeded', tags: ours };
  expect(observedSecurityGroup(common)).toEqual({
    kind: 'security-group',
    name: 'x',
    id: '/x',
    state: 'settled',
    config: 'c1',
  });
  expect(
    observedLoadBalancer({ ...common, frontendIPConfigurations: [{ privateIPAddress: '10.0.1.4' }] }),
  ).toMatchObject({
    frontendIp: '10.0.1.4',
  });
  expect(
    observedNetworkInterface({ ...common, ipConfigurations: [{ privateIPAddress: '10.0.1.5' }] }),
  ).toMatchObject({
    slot: 'hq-z2-1',
    privateIp: '10.0.1.5',
  });
});

describe('a machine', () => {
  const machine = (...codes: readonly string[]) =>
    observedVirtualMachine({
      location: 'westeurope',
      name: 'vm',
      tags: { ...ours, 'tunnelkeeper-generation': '7' },
      provisioningState: 'Succeeded',
      instanceView: { statuses: codes.map((code) => ({ code })) },
    });

  test.each([
    { code: 'PowerState/running', power: 'running' },
    { code: 'PowerState/stopped', power: 'stopped' },
    { code: 'PowerState/stopping', power: 'stopped' },
    { code: 'PowerState/deallocated', power: 'deallocated' },
    { code: 'PowerState/deallocating', power: 'deallocated' },
    { code: 'PowerState/starting', power: 'starting' },
    { code: 'PowerState/new', power: 'unknown' },
  ])('is $power when Azure says $code', ({ code, power }) => {
    expect(machine('ProvisioningState/succeeded', code)).toMatchObject({ generation: 7, power });
  });

  test('is of unknown power when Azure says nothing of it', () => {
    expect(machine('ProvisioningState/failed/AllocationFailed')).toMatchObject({ power: 'unknown' });
  });
});

describe('a setup', () => {
  const read = (instanceView: object | undefined, result?: { readonly ok: boolean }) =>
    observedSetup(
      {
        location: 'westeurope',
        name: 'setup',
        id: '/s',
        ...(instanceView && { instanceView }),
        tags: { 'tunnelkeeper-psk': 'psk-hq/v7' },
      },
      'vm-hq-z2-1-g3',
      aSlot('2'),
      () => result && { config: 'c', changed: [], tunnels: {}, probe: 200, ...result },
    );

  test.each([
    { view: { executionState: 'Pending' }, execution: 'pending' },
    { view: { executionState: 'Running' }, execution: 'running' },
    { view: { executionState: 'Succeeded', exitCode: 0 }, execution: 'succeeded' },
    { view: { executionState: 'Succeeded', exitCode: 1 }, execution: 'failed' },
    { view: { executionState: 'Failed' }, execution: 'failed' },
    { view: { executionState: 'TimedOut' }, execution: 'failed' },
    { view: { executionState: 'Canceled' }, execution: 'failed' },
    { view: { executionState: 'Unknown' }, execution: 'unknown' },
    { view: undefined, execution: 'unknown' },
  ])('is $execution when its view is $view', ({ view, execution }) => {
    expect(read(view)).toMatchObject({ execution, psk: 'psk-hq/v7', virtualMachine: 'vm-hq-z2-1-g3' });
  });

  test('keeps its result, or its last line at 200 characters when there is none', () => {
    expect(read({ output: 'x' }, { ok: true })).toMatchObject({ result: { ok: true } });
    const lost = read({ output: `first\n${'y'.repeat(500)}\n` });
    expect(lost.lastLine).toBe('y'.repeat(200));
    expect(read({ output: '  \n' }).lastLine).toBeUndefined();
  });
});

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

/** What is believed of what Azure says? */
import type { NetworkSecurityGroup } from '@azure/arm-network';
import { describe, expect, test } from '@jest/globals';
import { listed } from '../../../shared/azure/look-at-resources.js';
import { observedLoadBalancer } from '../../../shared/azure/load-balancers.js';
import { observedNetworkInterface } from '../../../shared/azure/network-interfaces.js';
import { observedPublicIp } from '../../../shared/azure/public-ips.js';
import { observedSecurityGroup, securityGroupBody } from '../../../shared/azure/security-groups.js';
import { observedSetup } from '../../../shared/azure/setups.js';
import { isOf, slotOf, stateOf, tagsOf } from '../../../shared/azure/tags.js';
import { observedVirtualMachine } from '../../../shared/azure/virtual-machines.js';
import { aSite, aSlot } from '../site/helpers/builders.js';
import { aGroupIntent, aWatchedGroupIntent, aMachineIntent } from './helpers/intents.js';

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
  expect(observedSecurityGroup({ ...common, ...securityGroupBody(aGroupIntent()) })).toEqual({
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

// Seen: rules that somebody removed in the portal were never written again, since the tag stayed.
describe('observedSecurityGroup', () => {
  const rules = securityGroupBody(aGroupIntent()).securityRules ?? [];
  const edited = (name: string, change: object) =>
    rules.map((rule) => (rule.name === name ? { ...rule, ...change } : rule));
  const theirs = { name: 'theirs', priority: 150, direction: 'Inbound', access: 'Allow', protocol: '*' };
  test.each([
    { when: 'all rules are as they were written', securityRules: rules, config: 'c1' },
    { when: 'somebody added a rule of theirs', securityRules: [...rules, theirs], config: 'c1' },
    { when: 'all rules are gone', securityRules: [], config: undefined },
    { when: 'the rules are not told', securityRules: undefined, config: undefined },
    { when: 'the last rule lets in', securityRules: edited('nothing-else', { access: 'Allow' }) },
    { when: 'the clients’ rule was moved', securityRules: edited('clients', { priority: 300 }) },
    { when: 'the probe’s rule was turned', securityRules: edited('probe', { direction: 'Outbound' }) },
  ])('has the configuration $config when $when', ({ securityRules, config }) => {
    const group = { name: 'nsg-hq', tags: ours, ...(securityRules === undefined ? {} : { securityRules }) };
    expect(observedSecurityGroup(group as NetworkSecurityGroup).config).toBe(config); // rules of the SDK's own shape
  });
});

describe('observedSecurityGroup of a site whose Netdata is seen', () => {
  const intent = aWatchedGroupIntent();
  const rules = securityGroupBody(intent).securityRules ?? [];
  const of = (securityRules: typeof rules, config: string) =>
    observedSecurityGroup({
      name: 'nsg-hq',
      tags: { ...ours, 'tunnelkeeper-config': config },
      securityRules,
    });
  const without = rules.filter(({ name }) => name !== 'netdata');

  test('has the configuration that it was written with', () => {
    expect(of(rules, intent.config).config).toBe(intent.config);
  });

  test('has none when somebody took the rule of Netdata out, or turned it', () => {
    expect(of(without, intent.config).config).toBeUndefined();
    const denied = rules.map((rule) => (rule.name === 'netdata' ? { ...rule, access: 'Deny' } : rule));
    expect(of(denied, intent.config).config).toBeUndefined();
  });

  test('misses no rule where Netdata isn’t seen', () => {
    const { config } = aGroupIntent();
    expect(of(without, config).config).toBe(config);
  });
});

describe('a network interface is in the pool', () => {
  const balancer = '/subscriptions/S/resourceGroups/RG/providers/Microsoft.Network/loadBalancers';
  test.each([
    { when: 'it names the site’s', ids: [`${balancer}/lb-hq/backendAddressPools/gateways`], is: true },
    {
      when: 'its id is written otherwise',
      ids: [`${balancer}/LB-HQ/backendaddresspools/Gateways`],
      is: true,
    },
    {
      when: 'it names that of another site',
      ids: [`${balancer}/lb-hq2/backendAddressPools/gateways`],
      is: false,
    },
    { when: 'it names another pool', ids: [`${balancer}/lb-hq/backendAddressPools/dns`], is: false },
    { when: 'it names none', ids: [], is: false },
  ])('$is when $when', ({ ids, is }) => {
    const loadBalancerBackendAddressPools = ids.map((id) => ({ id }));
    const found = {
      name: 'nic',
      id: '/nic',
      tags: ours,
      ipConfigurations: [{ loadBalancerBackendAddressPools }],
    };
    expect(observedNetworkInterface(found)?.inPool).toBe(is);
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

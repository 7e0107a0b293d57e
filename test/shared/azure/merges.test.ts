/** What of others' survives when we write over what stands? */
import { describe, expect, test } from '@jest/globals';
import { loadBalancerBody, mergeLoadBalancer } from '../../../shared/azure/load-balancers.js';
import { mergeNetworkInterface, networkInterfaceBody } from '../../../shared/azure/network-interfaces.js';
import { mergeSecurityGroup, securityGroupBody } from '../../../shared/azure/security-groups.js';
import { aBalancerIntent, aGroupIntent, aWatchedGroupIntent, anInterfaceIntent } from './helpers/intents.js';

const names = (parts: readonly { readonly name?: string }[] = []) => parts.map(({ name }) => name).sort();

describe('mergeSecurityGroup', () => {
  const wanted = securityGroupBody(aGroupIntent());
  const audit = {
    name: 'audit',
    priority: 300,
    direction: 'Inbound',
    access: 'Allow',
    protocol: 'Tcp',
  } as const;
  const opened = { ...audit, name: 'Clients', priority: 200, sourceAddressPrefix: '*' };

  test('keeps rules of others, and puts ours over what became of them', () => {
    // Seen: a rule that the network's owners had added was gone after the site's next write.
    const merged = mergeSecurityGroup({ location: 'old', securityRules: [audit, opened] }, wanted);
    expect(names(merged.securityRules)).toEqual(['audit', 'clients', 'nothing-else', 'probe']);
    expect(merged.securityRules?.find(({ name }) => name === 'audit')).toEqual(audit);
    const clients = merged.securityRules?.find(({ name }) => name === 'clients');
    expect(clients).toEqual(wanted.securityRules?.[1]);
    expect(merged.location).toBe('westeurope');
  });

  test('takes ours out that is not wanted any more', () => {
    const less = { ...wanted, securityRules: wanted.securityRules?.slice(0, 1) ?? [] };
    const merged = mergeSecurityGroup(
      { ...wanted, securityRules: [...(wanted.securityRules ?? []), audit] },
      less,
    );
    expect(names(merged.securityRules)).toEqual(['audit', 'probe']);
  });

  test('opens Netdata beside rules of others, and closes it again', () => {
    const watched = securityGroupBody(aWatchedGroupIntent());
    const opened = mergeSecurityGroup({ ...wanted, securityRules: [audit] }, watched);
    expect(names(opened.securityRules)).toEqual(['audit', 'clients', 'netdata', 'nothing-else', 'probe']);
    const closed = mergeSecurityGroup(opened, wanted);
    expect(names(closed.securityRules)).toEqual(['audit', 'clients', 'nothing-else', 'probe']);
  });
});

describe('mergeLoadBalancer', () => {
  const before = loadBalancerBody(aBalancerIntent());
  const member = { name: 'gw', adminState: 'Down' };
  const standing = {
    ...before,
    frontendIPConfigurations: [...(before.frontendIPConfigurations ?? []), { name: 'dns' }],
    backendAddressPools: [{ name: 'gateways', loadBalancerBackendAddresses: [member] }, { name: 'dns' }],
    probes: [...(before.probes ?? []), { name: 'dns', protocol: 'Tcp', port: 53 }],
    loadBalancingRules: [
      ...(before.loadBalancingRules ?? []),
      { name: 'dns', protocol: 'Udp', frontendPort: 53 },
      { name: 'proxy-extra', protocol: 'Tcp', frontendPort: 99 },
    ],
    outboundRules: [{ name: 'out', protocol: 'All' }],
  };
  const onePort = loadBalancerBody(aBalancerIntent({ proxy: { ports: [10101] } }));
  const merged = mergeLoadBalancer(standing, onePort);

  test('keeps frontends, pools, probes and rules of others', () => {
    expect(names(merged.frontendIPConfigurations)).toEqual(['dns', 'frontend']);
    expect(names(merged.backendAddressPools)).toEqual(['dns', 'gateways']);
    expect(names(merged.probes)).toEqual(['dns', 'health']);
    expect(merged.outboundRules).toEqual(standing.outboundRules);
  });

  test('keeps who is in our pool and how', () => {
    expect(merged.backendAddressPools?.find(({ name }) => name === 'gateways')).toEqual(
      standing.backendAddressPools[0],
    );
  });

  test('takes out the rule of a port that is not wanted any more, and no rule of others', () => {
    expect(names(before.loadBalancingRules)).toEqual(['proxy-10101', 'proxy-9400']);
    expect(names(merged.loadBalancingRules)).toEqual(['dns', 'proxy-10101', 'proxy-extra']);
  });
});

describe('mergeNetworkInterface', () => {
  const wanted = networkInterfaceBody(anInterfaceIntent());
  const [mine] = wanted.ipConfigurations ?? [];
  const theirPool = { id: '/subscriptions/s/loadBalancers/lb-theirs/backendAddressPools/p' };

  test('puts the interface back into our pool, and keeps its address, other pools and other configurations', () => {
    const primary = {
      ...mine,
      name: 'primary',
      privateIPAddress: '10.0.1.7',
      privateIPAllocationMethod: 'Static',
      loadBalancerBackendAddressPools: [theirPool],
    };
    const standing = { ...wanted, ipConfigurations: [primary, { name: 'second' }] };
    const merged = mergeNetworkInterface(standing, wanted);
    expect(merged.ipConfigurations).toEqual([
      {
        ...mine,
        privateIPAddress: '10.0.1.7',
        privateIPAllocationMethod: 'Static',
        loadBalancerBackendAddressPools: [...(mine?.loadBalancerBackendAddressPools ?? []), theirPool],
      },
      { name: 'second' },
    ]);
  });

  test('names our pool once, however its id is written', () => {
    const pools = (mine?.loadBalancerBackendAddressPools ?? []).map(({ id }) => ({
      id: id?.toUpperCase() ?? '',
    }));
    const standing = { ...wanted, ipConfigurations: [{ ...mine, loadBalancerBackendAddressPools: pools }] };
    const merged = mergeNetworkInterface(standing, wanted);
    expect(merged.ipConfigurations?.[0]?.loadBalancerBackendAddressPools).toHaveLength(1);
  });
});

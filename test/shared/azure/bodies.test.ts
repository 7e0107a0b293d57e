/** Which bodies does Azure get? Golden objects, since every field of them was decided once. */
import { describe, expect, test } from '@jest/globals';
import { loadBalancerBody } from '../../../shared/azure/load-balancers.js';
import { networkInterfaceBody } from '../../../shared/azure/network-interfaces.js';
import { publicIpBody } from '../../../shared/azure/public-ips.js';
import { securityGroupBody } from '../../../shared/azure/security-groups.js';
import { setupBody } from '../../../shared/azure/setups.js';
import { virtualMachineBody } from '../../../shared/azure/virtual-machines.js';
import {
  anAddressIntent,
  aBalancerIntent,
  aGroupIntent,
  aWatchedGroupIntent,
  aMachineIntent,
  anInterfaceIntent,
  aSetupIntent,
} from './helpers/intents.js';
import { subnetId } from '../site/helpers/bodies.js';

const group =
  '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-gateways/providers/Microsoft.Network';
const balancer = `${group}/loadBalancers/lb-hq`;

test('a security group lets in the probe and the clients, and nothing else', () => {
  const common = {
    direction: 'Inbound',
    protocol: 'Tcp',
    sourcePortRange: '*',
    destinationAddressPrefix: '*',
  };
  expect(securityGroupBody(aGroupIntent())).toEqual({
    location: 'westeurope',
    securityRules: [
      {
        ...common,
        name: 'probe',
        priority: 100,
        access: 'Allow',
        sourceAddressPrefix: 'AzureLoadBalancer',
        destinationPortRange: '8100',
      },
      {
        ...common,
        name: 'clients',
        priority: 200,
        access: 'Allow',
        sourceAddressPrefixes: ['10.1.0.0/16', '10.2.0.0/16'],
        destinationPortRanges: ['9400', '10101'],
      },
      {
        ...common,
        name: 'nothing-else',
        priority: 4096,
        access: 'Deny',
        protocol: '*',
        sourceAddressPrefix: '*',
        destinationPortRange: '*',
      },
    ],
  });
});

test('a security group lets in those who may see Netdata, to its port alone', () => {
  const rules = securityGroupBody(aWatchedGroupIntent()).securityRules ?? [];
  expect(rules.map(({ name }) => name)).toEqual(['probe', 'clients', 'netdata', 'nothing-else']);
  expect(rules[2]).toEqual({
    name: 'netdata',
    priority: 4095,
    direction: 'Inbound',
    access: 'Allow',
    protocol: 'Tcp',
    sourcePortRange: '*',
    sourceAddressPrefixes: ['10.9.0.0/24', '10.10.0.0/15'],
    destinationAddressPrefix: '*',
    destinationPortRange: '19999',
  });
});

test('a security group lets nobody in when Netdata is seen on loopback alone', () => {
  const onLoopback = aGroupIntent({ monitoring: { netdata: true } });
  expect(onLoopback).toEqual(aGroupIntent());
});

describe('a load balancer', () => {
  const rule = (port: number) => ({
    name: `proxy-${port}`,
    protocol: 'Tcp',
    frontendPort: port,
    backendPort: port,
    frontendIPConfiguration: { id: `${balancer}/frontendIPConfigurations/frontend` },
    backendAddressPool: { id: `${balancer}/backendAddressPools/gateways` },
    probe: { id: `${balancer}/probes/health` },
    loadDistribution: 'SourceIP',
    idleTimeoutInMinutes: 30,
    enableTcpReset: true,
    enableFloatingIP: false,
    disableOutboundSnat: true,
  });

  test('is internal, Standard, over all zones, with one probe and a rule a port', () => {
    expect(loadBalancerBody(aBalancerIntent())).toEqual({
      location: 'westeurope',
      sku: { name: 'Standard', tier: 'Regional' },
      frontendIPConfigurations: [
        {
          name: 'frontend',
          zones: ['1', '2', '3'],
          subnet: { id: subnetId },
          privateIPAddressVersion: 'IPv4',
          privateIPAllocationMethod: 'Dynamic',
        },
      ],
      backendAddressPools: [{ name: 'gateways' }],
      probes: [
        {
          name: 'health',
          protocol: 'Http',
          port: 8100,
          requestPath: '/',
          intervalInSeconds: 5,
          numberOfProbes: 1,
          probeThreshold: 2,
        },
      ],
      loadBalancingRules: [rule(9400), rule(10101)],
    });
  });

  test('takes the frontend address that the site names', () => {
    const [frontend] =
      loadBalancerBody(aBalancerIntent({ network: { subnetId, frontendIp: '10.0.1.9' } }))
        .frontendIPConfigurations ?? [];
    expect(frontend).toMatchObject({ privateIPAllocationMethod: 'Static', privateIPAddress: '10.0.1.9' });
  });

  test('spreads clients over the gateways when the site wants no persistence', () => {
    const { loadBalancingRules } = loadBalancerBody(aBalancerIntent({ proxy: { persistence: 'none' } }));
    expect(loadBalancingRules?.map(({ loadDistribution }) => loadDistribution)).toEqual(['Default']);
  });
});

test('a public IP is Standard, static, and lies in the gateway’s zone', () => {
  expect(publicIpBody(anAddressIntent())).toEqual({
    location: 'westeurope',
    zones: ['2'],
    sku: { name: 'Standard', tier: 'Regional' },
    publicIPAllocationMethod: 'Static',
    publicIPAddressVersion: 'IPv4',
    idleTimeoutInMinutes: 30,
  });
});

test('a network interface forwards IP, has its public IP and group at once, and stands in the pool', () => {
  expect(networkInterfaceBody(anInterfaceIntent())).toEqual({
    location: 'westeurope',
    enableIPForwarding: true,
    enableAcceleratedNetworking: true,
    networkSecurityGroup: { id: `${group}/networkSecurityGroups/nsg-hq` },
    ipConfigurations: [
      {
        name: 'primary',
        primary: true,
        privateIPAllocationMethod: 'Dynamic',
        privateIPAddressVersion: 'IPv4',
        subnet: { id: subnetId },
        publicIPAddress: { id: `${group}/publicIPAddresses/pip-hq-z2-1` },
        loadBalancerBackendAddressPools: [{ id: `${balancer}/backendAddressPools/gateways` }],
      },
    ],
  });
});

describe('a machine', () => {
  const deployment = {
    gatewayIdentityId: '/subscriptions/s/identities/gateways',
    sshPublicKey: 'ssh-ed25519 AAAA ops',
  };

  test('is reached by key alone, keeps its interface, and takes its disk with it', () => {
    expect(virtualMachineBody(aMachineIntent(), '#cloud-config\n', deployment)).toEqual({
      location: 'westeurope',
      zones: ['2'],
      tags: expect.objectContaining({
        'tunnelkeeper-generation': '3',
        'tunnelkeeper-slot': 'hq-z2-1',
      }) as unknown,
      identity: {
        type: 'UserAssigned',
        userAssignedIdentities: { '/subscriptions/s/identities/gateways': {} },
      },
      hardwareProfile: { vmSize: 'Standard_D2s_v5' },
      storageProfile: {
        imageReference: { publisher: 'Debian', offer: 'debian-12', sku: '12-gen2', version: 'latest' },
        osDisk: {
          name: 'osdisk-vm-hq-z2-1-g3',
          createOption: 'FromImage',
          deleteOption: 'Delete',
          managedDisk: { storageAccountType: 'StandardSSD_LRS' },
        },
      },
      osProfile: {
        computerName: 'vm-hq-z2-1-g3',
        adminUsername: 'tunnelkeeper',
        customData: Buffer.from('#cloud-config\n').toString('base64'),
        linuxConfiguration: {
          disablePasswordAuthentication: true,
          ssh: {
            publicKeys: [
              { path: '/home/tunnelkeeper/.ssh/authorized_keys', keyData: 'ssh-ed25519 AAAA ops' },
            ],
          },
        },
      },
      networkProfile: {
        networkInterfaces: [
          { id: `${group}/networkInterfaces/nic-hq-z2-1`, primary: true, deleteOption: 'Detach' },
        ],
      },
      diagnosticsProfile: { bootDiagnostics: { enabled: true } },
    });
  });

  test('is encrypted at host, and made from an image by id, when the site says so', () => {
    const image = '/subscriptions/s/resourceGroups/r/providers/Microsoft.Compute/images/hardened';
    const body = virtualMachineBody(
      aMachineIntent({ gateway: { encryptionAtHost: true, image } }),
      '',
      deployment,
    );
    expect(body.securityProfile).toEqual({ encryptionAtHost: true });
    expect(body.storageProfile?.imageReference).toEqual({ id: image });
  });

  test('has a host name that Linux takes, for the longest name of a site', () => {
    const name = virtualMachineBody(aMachineIntent({ name: 'a'.repeat(24) }), '', deployment).osProfile
      ?.computerName;
    expect(name?.length).toBeLessThanOrEqual(64);
  });
});

test('a setup has its PSK in the protected parameters alone', () => {
  const secret = { name: 'TK_PSK_PRIMARY', value: 'Correct7Horse' };
  const body = setupBody(aSetupIntent(), '#!/bin/sh\n', [secret]);
  expect(body).toEqual({
    location: 'westeurope',
    tags: expect.objectContaining({
      'tunnelkeeper-psk': 'psk-hq/v7',
      'tunnelkeeper-slot': 'hq-z2-1',
    }) as unknown,
    source: { script: '#!/bin/sh\n' },
    parameters: [{ name: 'TK_ATTEMPT', value: '4' }],
    protectedParameters: [secret],
    timeoutInSeconds: 1500,
    asyncExecution: false,
    treatFailureAsDeploymentFailure: false,
  });
  expect(JSON.stringify({ ...body, protectedParameters: [] })).not.toContain('Correct7Horse');
});

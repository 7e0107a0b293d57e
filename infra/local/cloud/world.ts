/** What is there before Tunnelkeeper makes anything? */
import type { RoleAssignment } from './identity-access.js';
import type { Quota, Size } from './compute-offers.js';
import type { Json } from './json.js';
import { resourceType } from './resource-types.js';
import type { ScopedType } from './scoped-resources.js';

/** A region, a subscription and what others have in it. */
export interface World {
  readonly tenantId: string;
  /** Client id of the app's identity, by which its own writes are known in events. */
  readonly appClientId: string;
  readonly subscriptionId: string;
  readonly region: string;
  readonly resourceGroups: readonly string[];
  readonly vaultHost: string;
  readonly sizes: readonly Size[];
  /** Versions of each image `publisher:offer:sku`, oldest first. */
  readonly images: Readonly<Record<string, readonly string[]>>;
  /** By name: `cores`, or a size's family. */
  readonly coreQuotas: Readonly<Record<string, Quota>>;
  readonly publicIpQuota: Quota;
  /** What machines' identities may do. */
  readonly identityRoles?: readonly RoleAssignment[];
  /** Resources of others, and the networks. */
  readonly resources: readonly WorldResource[];
  /** Policies, their assignments and exemptions, and locks; definitions stand before what assigns them. */
  readonly governed?: readonly Governed[];
  /** Prefixes that a remote network announces to those that use its gateway, by its name in lower case. */
  readonly announced?: Readonly<Record<string, readonly string[]>>;
}

/** A policy or a lock that is there from the start. */
export interface Governed {
  /** Id of the subscription, of the group or of the resource. */
  readonly scope: string;
  readonly type: ScopedType;
  readonly name: string;
  readonly properties: Json;
}

/** A resource that is there from the start. */
export interface WorldResource {
  readonly resourceGroup: string;
  readonly type: string;
  readonly name: string;
  readonly body: Json;
}

/** Client id of the app's identity in the simulated tenant. */
export const clientId = '5f2d8d5e-0000-4000-8000-00000000a117';

const subscriptionId = '7a2c9e10-4b1d-4c52-9f0e-5d1c0a6b3e21';
const region = 'westeurope';
const resourceGroup = 'rg-spoke';
const group = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;
const networkGroup = `${group}/providers/Microsoft.Network`;

/** An identity that machines can be given: it tells their own numbers, and can do nothing else. */
const machinesIdentity = `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-gateways`;

/** A spoke of a virtual WAN with room for gateways, and a warehouse's machine that is none of ours. */
export function defaultWorld(): World {
  return {
    tenantId: '1f0e4c33-9f5b-4d27-8f5f-0c5a3b1c7d42',
    appClientId: clientId,
    subscriptionId,
    region,
    resourceGroups: [resourceGroup],
    vaultHost: 'kv-tunnelkeeper.vault.azure.net',
    sizes: [
      size('Standard_D2s_v5', 'standardDSv5Family', 2, 8, ['1', '2', '3']),
      size('Standard_D4s_v5', 'standardDSv5Family', 4, 16, ['1', '2', '3']),
      size('Standard_F2s_v2', 'standardFSv2Family', 2, 4, ['1', '3']),
      size('Standard_B2s', 'standardBSFamily', 2, 4, []),
    ],
    images: {
      'debian:debian-12:12-gen2': ['0.20251112.2294', '0.20251118.2300'],
      'debian:debian-13:13-gen2': ['0.20251117.2299'],
    },
    coreQuotas: {
      cores: { limit: 100, usedByOthers: 8 },
      standardDSv5Family: { limit: 50, usedByOthers: 4 },
      standardFSv2Family: { limit: 20, usedByOthers: 0 },
      standardBSFamily: { limit: 20, usedByOthers: 4 },
    },
    publicIpQuota: { limit: 60, usedByOthers: 2 },
    announced: { 'hv_hub-westeurope': ['0.0.0.0/0'] },
    identityRoles: [{ identityId: machinesIdentity, role: 'Monitoring Metrics Publisher', scope: group }],
    resources: [routeTable, spoke, hubless, warehouseAddress, warehouseGroup, warehouseInterface],
  };
}

function size(name: string, family: string, vCpus: number, memoryGb: number, zones: readonly string[]): Size {
  return { name, family, vCpus, memoryGb, zones, encryptionAtHost: true };
}

const subnet = (name: string, addressPrefix: string, more: Json = {}): Json => ({
  name,
  properties: { addressPrefix, privateEndpointNetworkPolicies: 'Disabled', delegations: [], ...more },
});

const routeTable: WorldResource = {
  resourceGroup,
  type: resourceType.routeTable,
  name: 'rt-gateways',
  body: {
    location: region,
    properties: {
      disableBgpRoutePropagation: false,
      routes: [
        {
          name: 'to-internet',
          properties: { addressPrefix: '0.0.0.0/0', nextHopType: 'Internet', provisioningState: 'Succeeded' },
        },
      ],
    },
  },
};

/** The hub may capture 0.0.0.0/0; subnet `gateways` says otherwise, subnet `workloads` doesn't. */
const spoke: WorldResource = {
  resourceGroup,
  type: resourceType.virtualNetwork,
  name: 'vnet-spoke',
  body: {
    location: region,
    tags: { owner: 'network-team' },
    properties: {
      addressSpace: { addressPrefixes: ['10.1.0.0/16'] },
      subnets: [
        subnet('gateways', '10.1.4.0/24', { routeTable: { id: `${networkGroup}/routeTables/rt-gateways` } }),
        subnet('small', '10.1.6.0/29', { routeTable: { id: `${networkGroup}/routeTables/rt-gateways` } }),
        subnet('workloads', '10.1.5.0/24'),
      ],
      virtualNetworkPeerings: [
        {
          name: 'RemoteVnetToHubPeering',
          id: `${networkGroup}/virtualNetworks/vnet-spoke/virtualNetworkPeerings/RemoteVnetToHubPeering`,
          properties: {
            peeringState: 'Connected',
            useRemoteGateways: true,
            allowVirtualNetworkAccess: true,
            remoteVirtualNetwork: {
              id: `/subscriptions/${subscriptionId}/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/HV_hub-westeurope`,
            },
            provisioningState: 'Succeeded',
          },
        },
      ],
    },
  },
};

const hubless: WorldResource = {
  resourceGroup,
  type: resourceType.virtualNetwork,
  name: 'vnet-northeurope',
  body: {
    location: 'northeurope',
    properties: {
      addressSpace: { addressPrefixes: ['10.9.0.0/16'] },
      subnets: [subnet('gateways', '10.9.4.0/24')],
      virtualNetworkPeerings: [],
    },
  },
};

const warehouseAddress: WorldResource = {
  resourceGroup,
  type: resourceType.publicIp,
  name: 'pip-warehouse',
  body: {
    location: region,
    tags: { owner: 'warehouse-team' },
    sku: { name: 'Standard', tier: 'Regional' },
    zones: ['1'],
    properties: {
      publicIPAllocationMethod: 'Static',
      publicIPAddressVersion: 'IPv4',
      ipAddress: '203.0.113.250',
      ipConfiguration: { id: `${networkGroup}/networkInterfaces/nic-warehouse/ipConfigurations/primary` },
    },
  },
};

const warehouseGroup: WorldResource = {
  resourceGroup,
  type: resourceType.securityGroup,
  name: 'nsg-warehouse',
  body: { location: region, tags: { owner: 'warehouse-team' }, properties: { securityRules: [] } },
};

const warehouseInterface: WorldResource = {
  resourceGroup,
  type: resourceType.networkInterface,
  name: 'nic-warehouse',
  body: {
    location: region,
    tags: { owner: 'warehouse-team' },
    properties: {
      networkSecurityGroup: { id: `${networkGroup}/networkSecurityGroups/nsg-warehouse` },
      ipConfigurations: [
        {
          name: 'primary',
          properties: {
            primary: true,
            privateIPAddress: '10.1.4.5',
            privateIPAllocationMethod: 'Static',
            privateIPAddressVersion: 'IPv4',
            subnet: { id: `${networkGroup}/virtualNetworks/vnet-spoke/subnets/gateways` },
            publicIPAddress: { id: `${networkGroup}/publicIPAddresses/pip-warehouse` },
          },
        },
      ],
    },
  },
};

/** What is wrong only in the light of what Azure knows, and what does the refusal name? */
import { subnetOf } from './start-region.js';

/** A site that is refused once its surroundings have been looked at. */
export interface BadSurroundings {
  readonly name: string;
  readonly spec: Readonly<Record<string, unknown>>;
  /** Kind of the problem, the last part of its `type`. */
  readonly code: string;
  readonly field?: string;
}

const edges = { primary: 'fra4-vpn.zscaler.net' };
const secret = (secretPrefix: string) => ({ tunnel: { edges, psk: { secretPrefix } } });
const publicIp =
  '/subscriptions/7a2c9e10-4b1d-4c52-9f0e-5d1c0a6b3e21/resourceGroups/rg-spoke/providers/Microsoft.Network/publicIPAddresses';

/** Secrets that are put into the vault for these. */
export const badSecrets: Readonly<Record<string, string>> = {
  'psk-disabled': 'abcdefgh12345678',
  'psk-quoted': 'abc"def\'ghi jkl',
  'psk-short': 'abc',
};

export const badSurroundings: readonly BadSurroundings[] = [
  {
    name: 'zone',
    spec: { zones: ['2'], gateway: { size: 'Standard_F2s_v2' } },
    code: 'zone-unavailable',
    field: 'zones',
  },
  {
    name: 'size',
    spec: { gateway: { size: 'Standard_D2s_v9' } },
    code: 'size-unavailable',
    field: 'gateway.size',
  },
  {
    name: 'quota',
    spec: { gatewaysPerZone: 4, gateway: { size: 'Standard_D4s_v5' } },
    code: 'quota-exceeded',
  },
  {
    name: 'elsewhere',
    spec: { network: { subnetId: subnetOf('gateways', 'vnet-northeurope') } },
    code: 'subnet-unusable',
    field: 'network.subnetId',
  },
  {
    name: 'no-network',
    spec: { network: { subnetId: subnetOf('gateways', 'vnet-nowhere') } },
    code: 'subnet-unusable',
    field: 'network.subnetId',
  },
  {
    name: 'full',
    spec: { network: { subnetId: subnetOf('small') } },
    code: 'no-free-addresses',
    field: 'network.subnetId',
  },
  {
    name: 'captured',
    spec: { network: { subnetId: subnetOf('workloads') } },
    code: 'default-route-captured',
    field: 'network.subnetId',
  },
  { name: 'no-secret', spec: secret('psk-absent'), code: 'secret-missing', field: 'tunnel.psk.secretPrefix' },
  {
    name: 'disabled',
    spec: secret('psk-disabled'),
    code: 'secret-disabled',
    field: 'tunnel.psk.secretPrefix',
  },
  { name: 'quoted', spec: secret('psk-quoted'), code: 'secret-unusable', field: 'tunnel.psk.secretPrefix' },
  { name: 'short', spec: secret('psk-short'), code: 'secret-unusable', field: 'tunnel.psk.secretPrefix' },
  {
    name: 'no-image',
    spec: { gateway: { image: 'Debian:debian-99:99-gen2:latest' } },
    code: 'image-not-found',
    field: 'gateway.image',
  },
  {
    name: 'taken',
    spec: { network: { subnetId: subnetOf('gateways'), frontendIp: '10.1.4.5' } },
    code: 'address-in-use',
    field: 'network.frontendIp',
  },
  {
    name: 'ip-in-use',
    spec: {
      zones: ['1'],
      network: { subnetId: subnetOf('gateways'), publicIpIds: { '1': [`${publicIp}/pip-warehouse`] } },
    },
    code: 'address-in-use',
  },
];

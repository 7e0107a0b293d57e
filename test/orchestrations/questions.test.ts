/** What is asked of Azure for a site? */
import { expect, test } from '@jest/globals';
import { scopeOf, surroundingsQuestion } from '../../orchestrations/questions.js';
import { publicIpId, subnetId } from '../shared/site/helpers/bodies.js';
import { aRecord, policy } from '../shared/site/helpers/builders.js';

const { subscriptionId, resourceGroup, zscalerCloud, fleet, hasActionGroup } = policy;
const settings = { subscriptionId, resourceGroup, zscalerCloud, fleet, hasActionGroup };
const readingOf = (spec: Readonly<Record<string, unknown>>, changes = {}) => ({
  record: aRecord(spec, changes),
  writtenAs: '',
  settings,
});

test('scopeOf looks where the site’s resources are made', () => {
  expect(scopeOf(readingOf({}))).toEqual({
    site: 'hq',
    subscriptionId: policy.subscriptionId,
    resourceGroup: 'rg-gateways',
    region: 'westeurope',
    secretNames: [],
  });
  expect(scopeOf(readingOf({ resourceGroup: 'rg-hq' })).resourceGroup).toBe('rg-hq');
});

test('surroundingsQuestion asks for everything that a site refers to', () => {
  const ids = { 1: [publicIpId('a')], 2: [publicIpId('b')] };
  const spec = { network: { subnetId, frontendIp: '10.0.1.9', publicIpIds: ids } };
  expect(surroundingsQuestion(readingOf(spec))).toEqual({
    subscriptionId: policy.subscriptionId,
    resourceGroup: 'rg-gateways',
    region: 'westeurope',
    subnetId,
    frontendIp: '10.0.1.9',
    size: 'Standard_D2s_v5',
    image: 'Debian:debian-12:12-gen2:latest',
    secretNames: ['psk-hq'],
    publicIpIds: [publicIpId('a'), publicIpId('b')],
    samples: expect.anything(),
  });
});

const ownAddresses = ['security-group', 'load-balancer', 'public-ip', 'network-interface'];
const machineKinds = ['virtual-machine', 'setup'];
const publicIpIds = { 1: [publicIpId('a')] };

test.each([
  { when: 'the deployment has no action group', spec: {}, kinds: [...ownAddresses, ...machineKinds] },
  {
    when: 'it has one',
    spec: {},
    hasActionGroup: true,
    kinds: [...ownAddresses, ...machineKinds, 'alert-rule'],
  },
  {
    when: 'it has one and the site wants no rule',
    spec: { monitoring: { alertRules: false } },
    hasActionGroup: true,
    kinds: [...ownAddresses, ...machineKinds],
  },
  {
    when: 'every gateway has an existing address',
    spec: { zones: ['1'], network: { subnetId, publicIpIds } },
    kinds: [...ownAddresses.filter((kind) => kind !== 'public-ip'), ...machineKinds],
  },
])('surroundingsQuestion has a sample of each kind that is made when $when', (row) => {
  const { spec, kinds, hasActionGroup = false } = row;
  const reading = { ...readingOf(spec), settings: { ...settings, hasActionGroup } };
  const { samples } = surroundingsQuestion(reading);
  expect(samples.map(({ kind }) => kind)).toEqual(kinds);
  const [address = publicIpId('a')] = samples.flatMap(({ kind, name }) =>
    kind === 'public-ip' ? [`/publicIPAddresses/${name}`] : [],
  );
  expect(samples.find(({ kind }) => kind === 'network-interface')).toMatchObject({
    publicIpId: expect.stringContaining(address),
  });
});

const perGateway = { tunnel: { psk: { scope: 'gateway' } } };
const resolved = { zones: ['2'] as const, clients: [], acceleratedNetworking: true };

test.each([
  {
    when: 'zones are open',
    spec: perGateway,
    changes: {},
    names: ['psk-hq-z1-1', 'psk-hq-z2-1', 'psk-hq-z3-1'],
  },
  { when: 'zones are given', spec: { ...perGateway, zones: ['3'] }, changes: {}, names: ['psk-hq-z3-1'] },
  { when: 'zones are resolved', spec: perGateway, changes: { resolved }, names: ['psk-hq-z2-1'] },
  { when: 'all share one', spec: { gatewaysPerZone: 4 }, changes: {}, names: ['psk-hq'] },
])('surroundingsQuestion asks for $names when $when', ({ spec, changes, names }) => {
  expect(surroundingsQuestion(readingOf(spec, changes)).secretNames).toEqual(names);
});

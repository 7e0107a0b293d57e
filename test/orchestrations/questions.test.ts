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

/** Which bodies are taken, with which defaults, and which settings are refused until they work? */
import { describe, expect, test } from '@jest/globals';
import { readSite } from '../../../shared/site/read-site.js';
import { aBody, publicIpId, subnetId } from './helpers/bodies.js';
import { aSite } from './helpers/builders.js';

test('readSite fills in every default when only the required fields are given', () => {
  expect(aSite()).toEqual({
    name: 'hq',
    region: 'westeurope',
    network: { subnetId },
    tunnel: {
      edges: { primary: 'fra4-vpn.zscaler.net' },
      routing: 'route-based',
      identity: { type: 'ip' },
      ike: 'aes256-sha2_256;dh14',
      esp: 'null-md5',
      psk: { scope: 'site' },
    },
    gatewaysPerZone: 1,
    proxy: { address: '185.46.212.88', ports: [9400], masquerade: true, persistence: 'source-ip' },
    gateway: { size: 'Standard_D2s_v5', image: 'Debian:debian-12:12-gen2:latest', encryptionAtHost: false },
    farSide: 'by-hand',
    remediation: { mode: 'act', maxUnavailable: 1, replacementsPerDay: 2 },
    monitoring: { alertRules: true, netdata: false },
    paused: false,
    protected: false,
    tags: {},
  });
});

test('readSite reads what it has read again without a change', () => {
  const site = aSite({ clients: ['10.1.0.0/16'], tags: { owner: 'net' } });
  expect(readSite(JSON.parse(JSON.stringify(site)))).toEqual({ ok: true, value: site });
});

test.each([
  { when: 'the name has 2 letters', changes: { name: 'hq' } },
  { when: 'the name has 24 letters', changes: { name: 'a'.repeat(24) } },
  { when: 'the edge is an address', changes: { tunnel: { edges: { primary: '198.51.100.10' } } } },
  {
    when: 'the identity is a UFQDN',
    changes: { tunnel: { identity: { type: 'ufqdn', domain: 'example.com' } } },
  },
  { when: 'SHA-384 comes with group 14', changes: { tunnel: { ike: 'aes256-sha2_384;dh14' } } },
  { when: 'SHA-512 comes with group 14', changes: { tunnel: { ike: 'aes256-sha2_512;dh14' } } },
  { when: 'a client is a single address', changes: { clients: ['10.1.2.3/32'] } },
  { when: 'a prefix ends just below 168.63.129.16', changes: { clients: ['168.63.129.0/28'] } },
  { when: 'ports stand at both ends', changes: { proxy: { ports: [1, 65535] } } },
  { when: 'there are 8 ports', changes: { proxy: { ports: [1, 2, 3, 4, 5, 6, 7, 8] } } },
  { when: 'there are 4 gateways a zone', changes: { gatewaysPerZone: 4 } },
  {
    when: 'each gateway has its public IP',
    changes: { network: { subnetId, publicIpIds: { 1: [publicIpId('a')], 2: [publicIpId('b')] } } },
  },
  { when: 'the subnet’s id is in lower case', changes: { network: { subnetId: subnetId.toLowerCase() } } },
  {
    when: 'the image is an id',
    changes: {
      gateway: {
        image: `${publicIpId('x').split('/providers')[0] ?? ''}/providers/Microsoft.Compute/images/debian`,
      },
    },
  },
])('readSite takes a body when $when', ({ changes }) => {
  expect(readSite(aBody(changes))).toMatchObject({ ok: true });
});

test.each([
  {
    field: 'tunnel.edges.secondary',
    changes: { tunnel: { edges: { primary: 'a.example.net', secondary: 'b.example.net' } } },
  },
  { field: 'farSide', changes: { farSide: 'zia' } },
  { field: 'remediation.mode', changes: { remediation: { mode: 'advise' } } },
  { field: 'remediation.maxUnavailable', changes: { remediation: { maxUnavailable: 2 } } },
  { field: 'remediation.replacementsPerDay', changes: { remediation: { replacementsPerDay: 0 } } },
  {
    field: 'remediation.freeze',
    changes: { remediation: { freeze: [{ from: '2026-12-24T00:00:00Z', to: '2026-12-27T00:00:00Z' }] } },
  },
  { field: 'rotation', changes: { rotation: { everyDays: 30 } } },
  { field: 'monitoring.alertRules', changes: { monitoring: { alertRules: false } } },
  { field: 'protected', changes: { protected: true } },
])('readSite takes $field', ({ changes }) => {
  expect(readSite(aBody(changes))).toMatchObject({ ok: true, value: changes });
});

test.each([
  { netdata: true },
  { netdata: false },
  { netdata: { from: ['10.9.0.0/24'] } },
  { netdata: { from: ['10.0.0.0/8', '203.0.113.7/32'] } },
])('readSite takes $netdata as monitoring.netdata', ({ netdata }) => {
  const read = readSite(aBody({ monitoring: { netdata } }));
  expect(read).toMatchObject({ ok: true, value: { monitoring: { netdata } } });
});

const nine = Array.from({ length: 9 }, (_, index) => `10.9.${index}.0/24`);

test.each([
  { when: 'is a text', netdata: 'yes', field: '', mend: /^Give true, false, or an object/ },
  { when: 'names nobody', netdata: {}, field: '', mend: /^Give true, false, or an object/ },
  {
    when: 'has an empty list',
    netdata: { from: [] },
    field: '.from',
    mend: /or true for the gateways’ loopback/,
  },
  { when: 'has nine prefixes', netdata: { from: nine }, field: '.from', mend: /at most 8/ },
  { when: 'has no prefix', netdata: { from: ['ops'] }, field: '.from.0', mend: /^Give an IPv4 prefix/ },
  { when: 'has host bits', netdata: { from: ['10.9.0.1/24'] }, field: '.from.0', mend: /beyond the prefix/ },
  { when: 'opens it to all', netdata: { from: ['0.0.0.0/0'] }, field: '.from.0', mend: /to the internet/ },
  {
    when: 'opens it to half of it',
    netdata: { from: ['0.0.0.0/1'] },
    field: '.from.0',
    mend: /to the internet/,
  },
  {
    when: 'is one bit too wide',
    netdata: { from: ['10.0.0.0/7'] },
    field: '.from.0',
    mend: /to the internet/,
  },
  {
    when: 'holds Azure’s address',
    netdata: { from: ['168.63.129.0/24'] },
    field: '.from.0',
    mend: /168\.63\.129\.16/,
  },
])('readSite refuses a monitoring.netdata that $when', ({ netdata, field, mend }) => {
  expect(readSite(aBody({ monitoring: { netdata } }))).toMatchObject({
    ok: false,
    problem: {
      type: '/problems/invalid-field',
      field: `monitoring.netdata${field}`,
      mend: expect.stringMatching(mend) as unknown, // jest's matchers are typed any
    },
  });
});

test.each([
  { netdata: { from: ['10.9.0.0/24'] }, ports: [9400, 19_999], ok: false },
  { netdata: { from: ['10.9.0.0/24'] }, ports: [9400, 19_998], ok: true },
  { netdata: true, ports: [9400, 19_999], ok: true },
])('readSite takes proxy ports $ports beside netdata $netdata: $ok', ({ netdata, ports, ok }) => {
  const read = readSite(aBody({ monitoring: { netdata }, proxy: { ports } }));
  expect(read.ok).toBe(ok);
  if (!read.ok) {
    expect(read.problem).toMatchObject({ type: '/problems/invalid-field', field: 'proxy.ports' });
    expect(read.problem.detail).toContain('19999');
  }
});

describe('readSite refuses what contradicts itself', () => {
  const [primary, secondary] = ['a.example.net', 'b.example.net'];
  const ufqdn = { type: 'ufqdn', domain: 'example.com' };

  test.each([
    {
      when: 'a policy-based gateway should have two tunnels',
      tunnel: { edges: { primary, secondary }, routing: 'policy-based' },
      field: 'tunnel.edges.secondary',
    },
    {
      when: 'both edges are one',
      tunnel: { edges: { primary, secondary: primary } },
      field: 'tunnel.edges.secondary',
    },
    {
      when: 'tunnels of one address should have PSKs of their own',
      tunnel: { edges: { primary }, psk: { scope: 'tunnel' } },
      field: 'tunnel.psk.scope',
    },
  ])('when $when', ({ tunnel, field }) => {
    expect(readSite(aBody({ tunnel }))).toMatchObject({
      ok: false,
      problem: { type: '/problems/invalid-field', field },
    });
  });

  test.each([
    { when: 'a policy-based gateway has one tunnel', tunnel: { routing: 'policy-based' } },
    { when: 'a route-based gateway has two edges', tunnel: { edges: { primary, secondary } } },
    {
      when: 'tunnels with identities of their own have PSKs of their own',
      tunnel: { identity: ufqdn, psk: { scope: 'tunnel' } },
    },
  ])('but not when $when', ({ tunnel }) => {
    expect(readSite(aBody({ tunnel }))).toMatchObject({ ok: true });
  });
});

/** Are names made and parsed alike, and prefixes counted right? */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fingerprint } from '../../../shared/site/fingerprint.js';
import { parseSiteName, parseSlotId, slotId, type Zone } from '../../../shared/site/ids.js';
import { addressCount, hasHostBits, prefixesOverlap } from '../../../shared/site/ipv4.js';
import { secretNames } from '../../../shared/site/secret-names.js';
import { siteDifferences } from '../../../shared/site/site-differences.js';
import { publicIpId, subnetId } from './helpers/bodies.js';
import { aSite, aSlot } from './helpers/builders.js';

const siteName = fc
  .stringMatching(/^[a-z][a-z0-9-]{1,23}$/)
  .map(parseSiteName)
  .filter((name) => name !== undefined);

test('parseSlotId reads back what slotId made, also from a site whose name looks like a slot', () => {
  const zone = fc.constantFrom<Zone>('1', '2', '3');
  const named = fc.oneof(
    siteName,
    fc.constant(parseSiteName('hq-z1-1')).filter((name) => name !== undefined),
  );
  fc.assert(
    fc.property(named, zone, fc.integer({ min: 1, max: 99 }), (site, inZone, n) => {
      const slot = slotId(site, inZone, n);
      expect(parseSlotId(slot)).toEqual({ slot, site, zone: inZone, n });
    }),
  );
});

test.each(['', 'hq', 'hq-z4-1', 'hq-z1-0', 'hq-z1-100', 'HQ-z1-1', 'hq--z1-', '-z1-1', 'hq-z1-1\n'])(
  'parseSlotId reads no slot from %j',
  (text) => {
    expect(parseSlotId(text)).toBeUndefined();
  },
);

test.each([
  { scope: 'site', primary: 'psk-hq', secondary: 'psk-hq' },
  { scope: 'gateway', primary: 'psk-hq-z2-1', secondary: 'psk-hq-z2-1' },
  { scope: 'tunnel', primary: 'psk-hq-z2-1-primary', secondary: 'psk-hq-z2-1-secondary' },
])('secretNames shares a PSK by $scope', ({ scope, primary, secondary }) => {
  const identity = { type: 'ufqdn', domain: 'example.com' };
  const site = aSite({ tunnel: { identity, psk: { scope } } });
  expect(secretNames(site, aSlot('2'))).toEqual({ primary, secondary });
});

test('secretNames begins with the site’s own prefix when it names one', () => {
  const site = aSite({ tunnel: { psk: { scope: 'gateway', secretPrefix: 'Zscaler' } } });
  expect(secretNames(site, aSlot('3')).primary).toBe('Zscaler-z3-1');
});

describe('prefixes', () => {
  test.each([
    { a: '10.0.0.0/8', b: '10.255.255.255', overlap: true },
    { a: '10.0.0.0/8', b: '11.0.0.0', overlap: false },
    { a: '168.63.129.0/28', b: '168.63.129.16', overlap: false },
    { a: '168.63.129.16/28', b: '168.63.129.16', overlap: true },
    { a: '255.255.255.255/32', b: '255.255.255.254/31', overlap: true },
    { a: '0.0.0.0/0', b: '203.0.113.9', overlap: true },
  ])('$a and $b overlap: $overlap', ({ a, b, overlap }) => {
    expect(prefixesOverlap(a, b)).toBe(overlap);
    expect(prefixesOverlap(b, a)).toBe(overlap);
  });

  test.each([
    { prefix: '10.0.0.0/24', count: 256, bits: false },
    { prefix: '10.0.0.1/24', count: 256, bits: true },
    { prefix: '192.168.255.255/32', count: 1, bits: false },
    { prefix: '128.0.0.0/1', count: 2 ** 31, bits: false },
  ])('$prefix has $count addresses, host bits: $bits', ({ prefix, count, bits }) => {
    expect([addressCount(prefix), hasHostBits(prefix)]).toEqual([count, bits]);
  });
});

describe('fingerprint', () => {
  test('is the same whatever the order of keys, and whether a field is absent or undefined', () => {
    expect(fingerprint({ a: 1, b: [2, { c: 3, d: undefined }] })).toBe(
      fingerprint({ b: [2, { c: 3 }], a: 1 }),
    );
  });

  test.each([
    { other: { a: [2, 1] } },
    { other: { a: ['1', 2] } },
    { other: { a: [1, 2], b: null } },
    { other: { b: [1, 2] } },
  ])('differs for $other', ({ other }) => {
    expect(fingerprint(other)).not.toBe(fingerprint({ a: [1, 2] }));
  });

  test('has twelve hex digits', () => {
    expect(fingerprint('x')).toMatch(/^[0-9a-f]{12}$/);
  });
});

test('siteDifferences names the fields that differ, and an array as one', () => {
  const other = aSite({ clients: ['10.1.0.0/16'], proxy: { ports: [9443] }, paused: true });
  expect(siteDifferences(aSite(), other)).toEqual(['clients', 'paused', 'proxy.ports']);
  expect(siteDifferences(other, other)).toEqual([]);
  const addressed = aSite({ network: { subnetId, publicIpIds: { 1: [publicIpId('a')] } } });
  expect(siteDifferences(aSite(), addressed)).toEqual(['network.publicIpIds']);
});

/** Are credentials read, told apart and merged as they must be? */
import { expect, test } from '@jest/globals';
import { isSameIdentity, readCredential, withPsk } from '../../../shared/zscaler/vpn-credential.js';

test('readCredential keeps all that ZIA says when a location holds it', () => {
  const fields = {
    id: 7,
    type: 'IP',
    ipAddress: '203.0.113.10',
    comments: 'c',
    location: { id: 1, name: 'HQ' },
  };
  expect(readCredential(fields)).toEqual({
    id: 7,
    identity: { type: 'IP', ipAddress: '203.0.113.10' },
    location: 'HQ',
    fields,
  });
});

test.each([
  { when: 'it has another type', value: { id: 7, type: 'XAUTH', fqdn: 'a@example.test' } },
  { when: 'its identity is missing', value: { id: 7, type: 'UFQDN' } },
  { when: 'its id is text', value: { id: '7', type: 'IP', ipAddress: '203.0.113.10' } },
  { when: 'it is nothing', value: null },
])('readCredential gives nothing when $when', ({ value }) => {
  expect(readCredential(value)).toBeUndefined();
});

test('isSameIdentity knows an FQDN again when its case differs', () => {
  const one = { type: 'UFQDN', fqdn: 'HQ@Example.test' } as const;
  expect(isSameIdentity(one, { type: 'UFQDN', fqdn: 'hq@example.test' })).toBe(true);
  expect(isSameIdentity(one, { type: 'UFQDN', fqdn: 'hq2@example.test' })).toBe(false);
});

test('withPsk leaves every other field as it is when it changes the PSK', () => {
  const credential = readCredential({
    id: 7,
    type: 'UFQDN',
    fqdn: 'hq@example.test',
    comments: 'c',
    more: [1],
  });
  expect(credential && withPsk(credential, 'new')).toEqual({
    id: 7,
    type: 'UFQDN',
    fqdn: 'hq@example.test',
    comments: 'c',
    more: [1],
    preSharedKey: 'new',
  });
});

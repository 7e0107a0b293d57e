/** Which version of its PSK should a gateway have now? */
import { expect, test } from '@jest/globals';
import type { SecretState } from '../../../shared/site/observed-site.js';
import { failure, problem, success, type Outcome } from '../../../shared/site/problem.js';
import { newestUsable, wantedVersions } from '../../../shared/site/wanted-versions.js';
import { aSlot, noon } from './helpers/builders.js';
import { aRotation } from './helpers/mending.js';

const slot = aSlot('1');
const usable = (version: string, name = 'psk-hq'): Outcome<SecretState> =>
  success({ name, state: 'usable', version });
const inUse = (version: string) => ({ 'psk-hq': { version, since: noon.toISOString() } });

test.each([
  { when: 'none was ever in use: the newest', known: {}, rotation: undefined, version: 'v9' },
  {
    when: 'one is in use: that one, though the vault has a newer',
    known: inUse('v1'),
    rotation: undefined,
    version: 'v1',
  },
  { when: 'its turn hasn’t come', known: inUse('v1'), rotation: aRotation(), version: 'v1' },
  {
    when: 'another gateway tries the new one',
    known: inUse('v1'),
    rotation: aRotation({ trying: ['hq-z2-1'] }),
    version: 'v1',
  },
  {
    when: 'it tries the new one',
    known: inUse('v1'),
    rotation: aRotation({ trying: [slot] }),
    version: 'v2',
  },
  {
    when: 'it has proved the new one',
    known: inUse('v1'),
    rotation: aRotation({ proved: [slot] }),
    version: 'v2',
  },
  {
    when: 'it tries, and the rotation goes back',
    known: inUse('v1'),
    rotation: aRotation({ trying: [slot], isGoingBack: true }),
    version: 'v1',
  },
  {
    when: 'it is proved on the way back',
    known: inUse('v1'),
    rotation: aRotation({ proved: [slot], isGoingBack: true }),
    version: 'v1',
  },
  {
    when: 'the new one isn’t made yet',
    known: inUse('v1'),
    rotation: aRotation({ trying: [slot], secrets: [{ name: 'psk-hq', from: 'v1' }] }),
    version: 'v1',
  },
  {
    when: 'the rotation is about another secret',
    known: inUse('v1'),
    rotation: aRotation({ trying: [slot], secrets: [{ name: 'psk-other', from: 'o1', to: 'o2' }] }),
    version: 'v1',
  },
  {
    when: 'the same is told again',
    known: inUse('v1'),
    rotation: aRotation({ trying: [slot], secrets: [{ name: 'psk-hq', from: 'v1', to: 'v1' }] }),
    version: 'v1',
  },
])('wantedVersions gives $version when $when', ({ known, rotation, version }) => {
  const record = { secretsInUse: known, ...(rotation === undefined ? {} : { rotation }) };
  expect(wantedVersions(record, [usable('v9')], slot).get('psk-hq')).toBe(version);
});

test.each<{ when: string; secrets: readonly Outcome<SecretState>[]; versions: Record<string, string> }>([
  {
    when: 'two are usable',
    secrets: [usable('v1'), usable('o1', 'psk-other')],
    versions: { 'psk-hq': 'v1', 'psk-other': 'o1' },
  },
  { when: 'it is missing', secrets: [success({ name: 'psk-hq', state: 'missing' })], versions: {} },
  { when: 'it is disabled', secrets: [success({ name: 'psk-hq', state: 'disabled' })], versions: {} },
  {
    when: 'its value would break a file',
    secrets: [success({ name: 'psk-hq', state: 'unusable', version: 'v1', because: 'characters' })],
    versions: {},
  },
  {
    when: 'the vault does not answer',
    secrets: [failure(problem('service-failed', 'The vault is down.'))],
    versions: {},
  },
])('newestUsable gives $versions when $when', ({ secrets, versions }) => {
  expect(Object.fromEntries(newestUsable(secrets))).toEqual(versions);
});

test('wantedVersions keeps the version in use though the vault can’t be seen', () => {
  const blind: readonly Outcome<SecretState>[] = [failure(problem('service-failed', 'The vault is down.'))];
  expect(wantedVersions({ secretsInUse: inUse('v1') }, blind, slot)).toEqual(new Map([['psk-hq', 'v1']]));
});

/** Is the API key obfuscated as Zscaler's samples do it? */
import { expect, test } from '@jest/globals';
import { obfuscateApiKey } from '../../../shared/zscaler/obfuscate-api-key.js';

test.each([
  { when: 'the digits differ', timestamp: 1_700_000_123_456, expected: 'bcdefgcidjek' },
  {
    when: 'half of the digits needs zeros in front',
    timestamp: 1_700_000_000_019,
    expected: 'aaaabjccccct'.slice(0, 10) + 'cl',
  },
  { when: 'all digits are zero', timestamp: 1_700_000_000_000, expected: 'aaaaaacccccc' },
  { when: 'all digits are nine', timestamp: 1_700_000_999_999, expected: 'jjjjjjglllll' },
])('obfuscateApiKey gives $expected when $when', ({ timestamp, expected }) => {
  expect(obfuscateApiKey('abcdefghijklmnop', timestamp)).toBe(expected);
});

test.each([
  { length: 11, when: 'the key has 11 characters', isGiven: false },
  { length: 12, when: 'the key has 12 characters', isGiven: true },
])('obfuscateApiKey gives a key ($isGiven) when $when', ({ length, isGiven }) => {
  expect(obfuscateApiKey('k'.repeat(length), 1_700_000_999_999) !== undefined).toBe(isGiven);
});

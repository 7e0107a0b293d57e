/** Who may call what? Every key at every level. */
import { expect, test } from '@jest/globals';
import { isAllowed, routeKeys, type AccessLevel } from '../../../../infra/local/host/function-keys.js';

const keys = { function: 'f', master: 'm', system: 's' };

test.each<{ level: AccessLevel; opened: string }>([
  { level: 'anonymous', opened: 'fms-' },
  { level: 'function', opened: 'fm' },
  { level: 'admin', opened: 'm' },
  { level: 'system', opened: 'ms' },
])('isAllowed lets $opened in at the level $level', ({ level, opened }) => {
  const shown = ['f', 'm', 's', 'x', ''];
  const caller = (key: string) => ({ headers: { 'x-functions-key': key }, query: new URLSearchParams() });
  const isOpen = (key: string) => level === 'anonymous' || opened.includes(key || ' ');
  expect(shown.filter((key) => isAllowed(level, caller(key), keys))).toEqual(shown.filter(isOpen));
});

test.each([
  { when: 'the key stands in the query', header: undefined, code: 'f', is: true },
  { when: 'the header is right and the query wrong', header: 'f', code: 'x', is: true },
  { when: 'the header is wrong and the query right', header: 'x', code: 'f', is: false },
  { when: 'there is none', header: undefined, code: undefined, is: false },
])('isAllowed says $is when $when', ({ header, code, is }) => {
  const query = new URLSearchParams(code === undefined ? {} : { code });
  expect(isAllowed('function', { headers: { 'x-functions-key': header }, query }, keys)).toBe(is);
});

test.each<{ level: AccessLevel; is: boolean }>([
  { level: 'function', is: false },
  { level: 'admin', is: false },
  { level: 'system', is: true },
])(
  'isAllowed says $is without a key at the level $level when a host has keys of routes alone',
  ({ level, is }) => {
    expect(isAllowed(level, { headers: {}, query: new URLSearchParams() }, routeKeys('f'))).toBe(is);
  },
);

test('isAllowed lets everybody in when the host has no keys', () => {
  expect(isAllowed('admin', { headers: {}, query: new URLSearchParams() }, undefined)).toBe(true);
});

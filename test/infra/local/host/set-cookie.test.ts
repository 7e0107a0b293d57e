/** How does a cookie of the worker's wire look in a header? */
import { expect, test } from '@jest/globals';
import { cookieHeader } from '../../../../infra/local/host/set-cookie.js';

test.each([
  { when: 'it has nothing but a value', cookie: { name: 'a', value: 'b c' }, header: 'a=b%20c; path=/' },
  {
    when: 'it has everything',
    cookie: {
      name: 'a',
      value: 'b',
      domain: { value: 'example.com' },
      path: { value: '/x' },
      expires: { value: { seconds: 1_772_323_200 } },
      maxAge: { value: 60 },
      secure: { value: true },
      httpOnly: { value: true },
      sameSite: 'explicitNone',
    },
    header:
      'a=b; expires=Sun, 01 Mar 2026 00:00:00 GMT; max-age=60; domain=example.com; path=/x; secure; samesite=None; httponly',
  },
  {
    when: 'it says no to all',
    cookie: { name: 'a', secure: { value: false }, sameSite: 'none' },
    header: 'a=; path=/',
  },
])('cookieHeader writes a cookie when $when', ({ cookie, header }) => {
  expect(cookieHeader(cookie)).toBe(header);
});

/** Is every answer of ZIA's read for what it means? */
import { expect, test } from '@jest/globals';
import { readAnswer } from '../../../shared/zscaler/read-answer.js';

const page = '<!DOCTYPE html><html><body>Sign in to the guest network</body></html>';

test.each([
  { when: 'it is an object', status: 200, text: '{"status":"ACTIVE"}', value: { status: 'ACTIVE' } },
  { when: 'it is a list', status: 200, text: '[]', value: [] },
  { when: 'it is a number', status: 200, text: '36', value: 36 },
  { when: 'it is an unquoted word', status: 200, text: 'SUCCESS', value: 'SUCCESS' },
  { when: 'it is empty', status: 204, text: '', value: undefined },
])('readAnswer gives the body when $when', ({ status, text, value }) => {
  expect(readAnswer({ status, headers: {}, text }, 'GET /x', false)).toEqual({ ok: true, value });
});

test.each([
  {
    when: 'the edit lock is held',
    status: 409,
    text: '{"code":"EDIT_LOCK_NOT_AVAILABLE"}',
    failure: {
      kind: 'edit-locked',
      code: 'EDIT_LOCK_NOT_AVAILABLE',
      isRetryable: true,
      retryAfterSeconds: 15,
    },
  },
  {
    when: 'the edit lock is told by 412',
    status: 412,
    text: '{"code":"EDIT_LOCK_NOT_AVAILABLE"}',
    failure: { kind: 'edit-locked', isRetryable: true },
  },
  {
    when: 'somebody activates',
    status: 409,
    text: '{"code":"UNEXPECTED_ERROR","message":"Failed during enter Org barrier"}',
    failure: { kind: 'edit-locked', isRetryable: true },
  },
  {
    when: 'an item is there already',
    status: 409,
    text: '{"code":"DUPLICATE_ITEM","message":"is already there"}',
    failure: { kind: 'refused', code: 'DUPLICATE_ITEM', isRetryable: false },
  },
  {
    when: 'the header says how long to wait',
    status: 429,
    headers: { 'retry-after': '1' },
    text: '{"message":"Rate Limit (1/SECOND) exceeded","Retry-After":"9 seconds"}',
    failure: { kind: 'throttled', retryAfterSeconds: 1, isRetryable: true },
  },
  {
    when: 'only the body says how long to wait',
    status: 429,
    text: '{"message":"Rate Limit (40/HOUR) exceeded","Retry-After":"1800 seconds"}',
    failure: { kind: 'throttled', retryAfterSeconds: 1800 },
  },
  {
    when: 'nobody says how long to wait',
    status: 429,
    headers: { 'retry-after': 'soon' },
    text: '',
    failure: { kind: 'throttled', retryAfterSeconds: 5 },
  },
  {
    when: 'a proxy throttles with a page',
    status: 429,
    headers: { 'retry-after': '2.5' },
    text: page,
    failure: { kind: 'throttled', retryAfterSeconds: 3 },
  },
  {
    when: 'the session has ended',
    status: 401,
    text: '{"code":"SESSION_NOT_VALID"}',
    failure: { kind: 'session-expired', code: 'SESSION_NOT_VALID', isRetryable: true },
  },
  { when: 'the role may not', status: 403, text: '', failure: { kind: 'refused', isRetryable: false } },
  { when: 'nothing is there', status: 404, text: '', failure: { kind: 'refused', isRetryable: false } },
  { when: 'ZIA itself fails', status: 500, text: '{}', failure: { kind: 'unreachable', isRetryable: true } },
  {
    when: 'a page says that all is well',
    status: 200,
    text: page,
    failure: { kind: 'not-json', status: 200, isRetryable: true },
  },
  { when: 'a page refuses', status: 403, text: page, failure: { kind: 'not-json', isRetryable: true } },
  { when: 'maintenance is on', status: 503, text: page, failure: { kind: 'not-json', isRetryable: true } },
  { when: 'it leads elsewhere', status: 302, text: '', failure: { kind: 'not-json', isRetryable: true } },
  { when: 'it is cut', status: 200, text: '{"id":1', failure: { kind: 'not-json', isRetryable: true } },
])('readAnswer gives the failure when $when', ({ status, headers = {}, text, failure }) => {
  const outcome = readAnswer({ status, headers: headers, text }, 'PUT /x', false);
  expect(outcome).toMatchObject({ ok: false, failure });
});

test.each([
  { when: 'the request carried a secret', isSecret: true, isQuoted: false },
  { when: 'the request carried none', isSecret: false, isQuoted: true },
])("readAnswer quotes ZIA's message ($isQuoted) when $when", ({ isSecret, isQuoted }) => {
  const text = '{"code":"INVALID_INPUT_ARGUMENT","message":"Invalid value pskpskpsk"}';
  const outcome = readAnswer({ status: 400, headers: {}, text }, 'PUT /x', isSecret);
  expect(JSON.stringify(outcome).includes('pskpskpsk')).toBe(isQuoted);
});

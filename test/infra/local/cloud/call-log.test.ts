/** Are calls kept in order, and only the newest? */
import { expect, test } from '@jest/globals';
import { CallLog } from '../../../../infra/local/cloud/call-log.js';

test.each([
  { added: 0, kept: [] },
  { added: 2, kept: [1, 2] },
  { added: 3, kept: [1, 2, 3] },
  { added: 4, kept: [2, 3, 4] },
  { added: 100, kept: [98, 99, 100] },
])('a log of three calls keeps $kept when $added were added', ({ added, kept }) => {
  const log = new CallLog(3);
  for (let at = 1; at <= added; at++) log.add({ at, host: 'h', method: 'GET', path: '/', status: 200 });
  expect(log.all().map(({ at }) => at)).toEqual(kept);
});

/** Which instances does a query mean, and what does it want to see of them? */
import { expect, test } from '@jest/globals';
import { isMeant, readFilter, readFlag } from '../../../../infra/local/host/instance-query.js';

const failed = { id: 'one', status: 'Failed', createdTime: '2026-01-05T08:00:00.000Z' } as const;

test.each([
  { query: 'runtimeStatus=Failed', isIt: true },
  { query: 'runtimeStatus=Running,Failed', isIt: true },
  { query: 'runtimeStatus=Running&runtimeStatus=Failed', isIt: true },
  { query: 'runtimeStatus=Running', isIt: false },
  { query: 'runtimeStatus=Canceled', isIt: false },
  { query: 'runtimeStatus=', isIt: true },
  // The extension leaves out what is no status (HttpApiHandler.cs, TryGetIEnumerableQueryParameterValue).
  { query: 'runtimeStatus=Broken', isIt: true },
  { query: 'runtimeStatus=failed', isIt: true },
  { query: 'runtimeStatus=Broken,Running', isIt: false },
  { query: 'createdTimeTo=2026-01-05T07:59:59Z', isIt: false },
  { query: 'createdTimeTo=soon', isIt: true },
])('a filter means a failed instance ($isIt) when the query is $query', ({ query, isIt }) => {
  expect(isMeant(failed, readFilter(new URLSearchParams(query)))).toBe(isIt);
});

test.each([
  { query: 'showInput=false', is: false },
  { query: 'showInput=False', is: false },
  { query: 'showInput=true', is: true },
  { query: 'showInput=maybe', is: true },
  { query: '', is: true },
])('readFlag answers $is by default true when the query is "$query"', ({ query, is }) => {
  expect(readFlag(new URLSearchParams(query), 'showInput', true)).toBe(is);
});

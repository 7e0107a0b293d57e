/** How does a trigger answer, and can a client tell a problem from an answer? */
import { expect, test } from '@jest/globals';
import { answering, json, problemAnswer } from '../../functions/answer.js';
import { HttpRequest, InvocationContext } from '@azure/functions';
import { siteView, specTag } from '../../functions/site-view.js';
import { problem } from '../../shared/site/problem.js';
import { aRecord, anAttempt, atSeconds, noon } from '../shared/site/helpers/builders.js';

test('a problem is answered with its own status, as a problem document (RFC 9457)', () => {
  const found = problem('site-exists', 'Site hq is there.', {
    field: 'region',
    mend: 'Choose another name.',
  });
  const answer = problemAnswer(found);
  expect(answer).toMatchObject({ status: 409, headers: { 'content-type': 'application/problem+json' } });
  const body = answer.body as string; // what problemAnswer makes of a document
  expect(JSON.parse(body)).toEqual({
    type: '/problems/site-exists',
    title: 'Another site has this name',
    status: 409,
    detail: 'Site hq is there.',
    field: 'region',
    mend: 'Choose another name.',
    retryable: false,
  });
  expect(answer.headers).not.toHaveProperty('retry-after');
});

test('a problem that time cures says when to ask again', () => {
  const wait = problem('throttled', 'Slower.', { retryable: true, retryAfterSeconds: 30 });
  expect(problemAnswer(wait)).toMatchObject({ status: 429, headers: { 'retry-after': '30' } });
});

test('an answer is JSON, with the headers of its route', () => {
  expect(json(202, { name: 'hq' }, { etag: '"1"' })).toEqual({
    status: 202,
    jsonBody: { name: 'hq' },
    headers: { 'content-type': 'application/json', etag: '"1"' },
  });
});

test('a site’s ETag changes with what is wanted, not with what is observed', () => {
  const record = aRecord();
  expect(specTag({ ...record, phase: 'serving', lookAt: noon.toISOString() })).toBe(specTag(record));
  const again = { ...record, requestedAt: atSeconds(1).toISOString() };
  expect(specTag(again)).not.toBe(specTag(record));
  expect(specTag({ ...record, revision: 2 })).not.toBe(specTag(record));
  expect(specTag({ ...record, wanted: 'absent' })).not.toBe(specTag(record));
});

test('a site’s view counts who serves, and leaves out what steers the controller alone', () => {
  const about = { since: noon.toISOString(), because: 'Serves.' };
  const gateways = [
    { slot: 'hq-z1-1', zone: '1', doing: 'serving', ...about },
    { slot: 'hq-z2-1', zone: '2', doing: 'setting-up', ...about },
  ] as unknown as ReturnType<typeof aRecord>['gateways']; // ids as their parser makes them
  const run = { id: 'run-1', startedAt: noon.toISOString() };
  const view = siteView({
    record: aRecord(
      {},
      { gateways, run, generations: { 'hq-z1-1': 3 }, attempts: [anAttempt('lb-hq', 'conflict')] },
    ),
    etag: 'W/"row"',
  });
  expect(view).toMatchObject({
    name: 'hq',
    phase: 'accepted',
    serving: '1 of 2',
    attempts: [{ subject: 'lb-hq' }],
  });
  expect(JSON.stringify(view)).not.toMatch(/run-1|generations|W\//);
});

test('what a handler throws is logged, and answered by a problem that repeats none of it', async () => {
  const logged: unknown[] = [];
  const context = new InvocationContext({ logHandler: (_level, ...said) => logged.push(...said) });
  const failing = answering(() => Promise.reject(new Error('AccountKey=abc was refused')));
  const answer = await failing(new HttpRequest({ method: 'GET', url: 'https://app.example/' }), context);
  expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '15' } });
  expect(answer.body).not.toContain('AccountKey');
  expect(String(logged[0])).toContain('AccountKey=abc was refused');
});

/** What does `GET` show of a site, and what not? */
import { expect, test } from '@jest/globals';
import { siteView, specTag } from '../../../functions/site-view.js';
import { atRest } from './helpers/azure-in-words.js';
import { aRecord, anAttempt, noon } from './helpers/builders.js';

test('siteView shows what is wanted, what is there, and how many serve', () => {
  const { record } = atRest(aRecord());
  const view = siteView({ record, etag: 'W/"1"' });
  expect(view).toMatchObject({
    name: 'hq',
    phase: 'serving',
    desired: record.spec,
    resolved: { zones: ['1', '2', '3'] },
    observed: {
      frontendIp: '10.0.1.4',
      gateways: [{ slot: 'hq-z1-1' }, { slot: 'hq-z2-1' }, { slot: 'hq-z3-1' }],
    },
    serving: '3 of 3',
    requestedBy: 'ann@example.com',
  });
});

test('siteView leaves out what steers the controller alone', () => {
  const run = { id: 'r', startedAt: noon.toISOString() };
  const view = siteView({
    record: aRecord({}, { run, generations: { 'hq-z1-1': 4 } }),
    etag: '',
    lookWanted: 'x',
  });
  expect(Object.keys(view).sort()).toEqual([
    'attempts',
    'desired',
    'name',
    'observed',
    'phase',
    'phaseSince',
    'requestedAt',
    'requestedBy',
    'serving',
  ]);
});

test('siteView tells the problem and what was tried', () => {
  const attempts = [anAttempt('vm-hq-z2-1', 'capacity-lacking')];
  const [attempt] = attempts;
  const record = aRecord({}, { attempts, phase: 'degraded', ...(attempt && { problem: attempt.problem }) });
  expect(siteView({ record, etag: '' })).toMatchObject({
    problem: { type: '/problems/capacity-lacking' },
    attempts,
  });
});

test('specTag changes with the spec and with the wish to delete, not with what is observed', () => {
  const record = aRecord();
  expect(specTag({ ...record, phase: 'serving' })).toBe(specTag(record));
  expect(
    new Set([record, { ...record, revision: 2 }, { ...record, wanted: 'absent' as const }].map(specTag)).size,
  ).toBe(3);
});

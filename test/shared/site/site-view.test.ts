/** What does `GET` show of a site, and what not? */
import { expect, test } from '@jest/globals';
import { siteView, specTag } from '../../../functions/site-view.js';
import { atRest } from './helpers/azure-in-words.js';
import { aRecord, anAttempt, noon } from './helpers/builders.js';
import { slotId } from '../../../shared/site/ids.js';
import { downState } from './helpers/reports.js';
import { aServingRecord } from './helpers/serving.js';

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

test('siteView shows what a gateway reported last, and when, not what the controller keeps of it', () => {
  const report = { at: noon.toISOString(), state: downState, isOwed: true, nudgedAt: noon.toISOString() };
  const record = aServingRecord();
  const { gateways } = siteView({ record, etag: '' }, [
    { site: record.name, slot: slotId(record.name, '2', 1), report },
  ]).observed;
  expect(gateways.map((gateway) => ('reported' in gateway ? gateway.reported : undefined))).toEqual([
    undefined,
    { at: noon.toISOString(), ...downState },
  ]);
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

test('siteView shows with a gateway what was ordered, tried and why it is out of service', () => {
  const at = noon.toISOString();
  const record = aServingRecord(
    {},
    {
      orders: { 'hq-z1-1': { protect: { by: 'ann', at } } },
      remedies: {
        'hq-z2-1': { cause: 'tunnel-down', since: at, tries: [{ rung: 'tunnel-up', begunAt: at }] },
      },
      outOfService: { 'hq-z2-1': { because: 'change', since: at } },
      rotationWanted: { by: 'ann', at },
    },
  );
  const view = siteView({ record, etag: '' });
  expect(view).toMatchObject({ rotationWanted: { by: 'ann' } });
  expect(view.observed.gateways).toMatchObject([
    { slot: 'hq-z1-1', orders: { protect: { by: 'ann' } } },
    {
      slot: 'hq-z2-1',
      remedy: { cause: 'tunnel-down', tries: [{ rung: 'tunnel-up' }] },
      outOfService: { because: 'change' },
    },
  ]);
  expect(view.observed.gateways[0]).not.toHaveProperty('remedy');
});

test('siteView shows of a rotation what it names, and nothing that is kept beside', () => {
  const rotation = {
    id: 'r1',
    reason: 'due' as const,
    startedAt: noon.toISOString(),
    state: 'rolling' as const,
    isGoingBack: false,
    secrets: [{ name: 'psk-hq', from: 'v1', to: 'v2', value: 'Correct7Horse' }],
    told: ['hq-z1-1'],
    everTold: [],
    trying: [],
    proved: [],
    refusals: 0,
    session: 'Correct7Horse',
  };
  const view = siteView({ record: aServingRecord({}, { rotation }), etag: '' });
  expect(view.rotation).toMatchObject({
    state: 'rolling',
    secrets: [{ name: 'psk-hq', from: 'v1', to: 'v2' }],
  });
  expect(JSON.stringify(view)).not.toContain('Correct7Horse');
});

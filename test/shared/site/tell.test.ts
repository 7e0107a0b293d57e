/** Which lines does the timeline get from a plan? */
import { describe, expect, test } from '@jest/globals';
import { planSite } from '../../../shared/site/plan-site.js';
import { success } from '../../../shared/site/problem.js';
import { endOf, entriesOf, happenedTo } from '../../../shared/site/tell.js';
import { atRest } from './helpers/azure-in-words.js';
import {
  aRecord,
  aSlot,
  anAttempt,
  anOperation,
  atSeconds,
  goodSurroundings,
  noon,
  nothingYet,
  policy,
} from './helpers/builders.js';

const rested = atRest(aRecord());
const told = (record = rested.record, observed = rested.observed) =>
  entriesOf(planSite(record, observed, policy, noon), record, noon).map(
    ({ reason, sentence }) => `${reason}: ${sentence}`,
  );

describe('entriesOf', () => {
  test('says nothing of a site at rest', () => {
    expect(told()).toEqual([]);
  });

  test('tells the change of phase, then each step with its reason', () => {
    const lines = told(aRecord({ zones: ['1'] }), nothingYet());
    expect(lines).toEqual([
      'phase-changed: hq is building, after accepted.',
      'resource-missing: Writes nsg-hq: the site has none.',
      'resource-missing: Writes lb-hq: the site has none.',
      'resource-missing: Makes public address pip-hq-z1-1 in zone 1: hq-z1-1 has none.',
    ]);
  });

  test('says of which gateway a line speaks, and nothing where it speaks of the site', () => {
    const plan = planSite(aRecord({ zones: ['1'] }), nothingYet(), policy, noon);
    const lines = entriesOf(plan, aRecord(), noon);
    expect(lines.map((line) => ('gateway' in line ? line.gateway : 'none'))).toEqual([
      'none',
      'none',
      'none',
      'hq-z1-1',
    ]);
  });

  test('tells a refusal once, and again only when it is another one', () => {
    const surroundings = goodSurroundings({ image: success({ exists: false }) });
    const first = planSite(aRecord(), nothingYet({ surroundings }), policy, noon);
    const refused = aRecord({}, { phase: first.phase, ...(first.problem && { problem: first.problem }) });
    expect(
      told(aRecord(), nothingYet({ surroundings })).filter((line) => line.startsWith('refused')),
    ).toHaveLength(1);
    expect(told(refused, nothingYet({ surroundings }))).toEqual([]);
    const secrets = [success({ name: 'psk-hq', state: 'missing' } as const)];
    expect(told(refused, nothingYet({ surroundings: goodSurroundings({ secrets }) }))).toHaveLength(1);
  });

  test('tells the end of a deletion, and nothing else', () => {
    const absent = { ...rested.record, wanted: 'absent' as const, phase: 'deleting' as const };
    expect(told(absent, { resources: [], inFlight: [], attempts: [] })).toEqual([
      'site-deleted: hq is gone; nothing of it is left.',
    ]);
  });
});

test('endOf tells the end of a deletion with its seconds', () => {
  const operation = anOperation({ verb: 'delete', kind: 'public-ip', name: 'pip-hq-z1-1', slot: aSlot('1') });
  expect(endOf(operation, atSeconds(4))).toMatchObject({
    gateway: 'hq-z1-1',
    reason: 'operation-succeeded',
    sentence: 'Public address pip-hq-z1-1 is gone after 4 s.',
  });
});

test('happenedTo tells what could not be begun, the mend, and when it comes again', () => {
  const [step, , address] = planSite(aRecord(), nothingYet(), policy, noon).steps;
  if (step === undefined || address === undefined) throw new Error('Three steps.');
  const failedAddress = anAttempt('pip-hq-z1-1', 'throttled');
  expect(happenedTo({ step: address, failed: failedAddress, now: noon }).gateway).toBe('hq-z1-1');
  const coded = anAttempt('nsg-hq', 'locked');
  const withCode = { ...coded, problem: { ...coded.problem, code: 'ScopeLocked' } };
  expect(happenedTo({ step, failed: withCode, now: noon }).evidence).toMatchObject({ code: 'ScopeLocked' });
  const entry = happenedTo({ step, failed: anAttempt('nsg-hq', 'locked', { failures: 2 }), now: noon });
  expect(entry).toEqual({
    at: noon.toISOString(),
    reason: 'operation-failed',
    sentence: 'nsg-hq: nsg-hq failed. Mend it. Failure 2 in a row; tried again after 12:00:30 UTC.',
    evidence: { problem: '/problems/locked', failures: 2 },
  });
});

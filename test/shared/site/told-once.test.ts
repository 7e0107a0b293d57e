/** Which decisions to do nothing does the timeline get, and how often? */
import { describe, expect, test } from '@jest/globals';
import type { Plan, Wait } from '../../../shared/site/plan.js';
import { planSite } from '../../../shared/site/plan-site.js';
import type { Reason } from '../../../shared/site/reason.js';
import { entriesOf, toldBy } from '../../../shared/site/tell.js';
import { atRest } from './helpers/azure-in-words.js';
import { aRecord, aSlot, noon, policy } from './helpers/builders.js';

const { record, observed } = atRest(aRecord());
const quiet = planSite(record, observed, policy, noon);
const held = (changes: Partial<Wait> = {}): Plan => ({
  ...quiet,
  waits: [
    {
      subject: 'vm-hq-z1-1',
      gateway: aSlot('1'),
      reason: 'fleet-frozen',
      sentence: 'Held.',
      evidence: { cause: 'tunnel-down', rung: 'tunnel-up' },
      ...changes,
    },
  ],
});
const linesOf = (plan: Plan, told: Readonly<Record<string, string>> = {}) =>
  entriesOf(plan, { ...record, told }, noon).map(({ reason }) => reason);

describe('a decision to do nothing', () => {
  test('is told once, and again after it was over', () => {
    expect(linesOf(held())).toEqual(['fleet-frozen']);
    expect(linesOf(held(), toldBy(held()))).toEqual([]);
    expect(toldBy(quiet)).toEqual({});
    expect(linesOf(held(), toldBy(quiet))).toEqual(['fleet-frozen']);
  });

  test.each<{ what: string; changes: Partial<Wait>; lines: readonly Reason[] }>([
    { what: 'its numbers', changes: { sentence: 'Held for 30 s.' }, lines: [] },
    { what: 'when it is looked at again', changes: { until: noon.toISOString() }, lines: [] },
    { what: 'the guard', changes: { reason: 'frozen' }, lines: ['frozen'] },
    {
      what: 'the cause',
      changes: { evidence: { cause: 'vm-stopped', rung: 'tunnel-up' } },
      lines: ['fleet-frozen'],
    },
    {
      what: 'the rung',
      changes: { evidence: { cause: 'tunnel-down', rung: 'redeploy' } },
      lines: ['fleet-frozen'],
    },
    { what: 'the gateway', changes: { gateway: aSlot('2') }, lines: ['fleet-frozen'] },
  ])('is told again: $lines, when $what changes', ({ changes, lines }) => {
    expect(linesOf(held(changes), toldBy(held()))).toEqual(lines);
  });

  test.each<Reason>([
    'waits-for-operation',
    'waits-after-failure',
    'cannot-tell',
    'drains',
    'outside-window',
  ])('that is only a wait (%s) is not told', (reason) => {
    expect(linesOf(held({ reason }))).toEqual([]);
    expect(toldBy(held({ reason }))).toEqual({});
  });
});

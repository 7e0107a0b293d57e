/** Which promises does a measurement break? */
import { expect, test } from '@jest/globals';
import type { FaultName } from '../../infra/local/region/faults.js';
import type { Healed, Policy } from './healing-messages.js';
import { brokenPromises } from './healing-report.js';

interface Case {
  readonly when: string;
  readonly fault: FaultName;
  readonly ours?: Partial<Healed>;
  readonly plain?: Partial<Healed>;
  readonly broken: readonly (string | RegExp)[];
}

/** Twenty seeds of one fault, each a second slower than the one before. */
function measured(policy: Policy, fault: FaultName, { seconds = 100, ...rest }: Partial<Healed> = {}) {
  return Array.from({ length: 20 }, (_, seed) => ({
    policy,
    seed,
    healed: [{ fault, seconds: seconds + seed, lost: 10, replaced: 0, told: [], ...rest }],
  }));
}

const cases: readonly Case[] = [
  { when: 'both are alike and nothing less helps', fault: 'edge-down', broken: [] },
  { when: 'both are alike and a lower rung helps', fault: 'ipsec-stopped', broken: [/not better/] },
  { when: 'ours is sooner', fault: 'ipsec-stopped', plain: { seconds: 500 }, broken: [] },
  {
    when: 'ours is later by a probe interval',
    fault: 'edge-down',
    ours: { seconds: 105 },
    broken: [],
  },
  {
    when: 'ours is later by more',
    fault: 'edge-down',
    ours: { seconds: 106 },
    broken: [/median of seconds is worse/, /95th percentile of seconds is worse/],
  },
  {
    when: 'clients lose six more',
    fault: 'edge-down',
    ours: { lost: 16 },
    broken: [/median of lost is worse/, /95th percentile of lost is worse/],
  },
  {
    when: 'the one machine that is needed is made',
    fault: 'machine-deleted',
    ours: { replaced: 1 },
    broken: [],
  },
  {
    when: 'a machine more than needed is made',
    fault: 'machine-deleted',
    ours: { replaced: 2 },
    broken: [/20 machines replaced needlessly/],
  },
  {
    when: 'theirs replaces needlessly',
    fault: 'edge-down',
    plain: { replaced: 3 },
    broken: [],
  },
];

test.each(cases)('brokenPromises names $broken when $when', ({ fault, ours, plain, broken }) => {
  const done = [...measured('tunnelkeeper', fault, ours), ...measured('plain', fault, plain)];
  expect(brokenPromises(done, [fault])).toEqual(broken.map((text) => expect.stringMatching(text) as unknown));
});

test('brokenPromises says so when nothing was measured', () => {
  expect(brokenPromises([], ['edge-down'])).toEqual(['edge-down: nothing was measured.']);
});

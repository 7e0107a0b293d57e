/** When does a guard hold what is due on a gateway, and which of several is told? */
import { describe, expect, test } from '@jest/globals';
import type { Disruption, GuardFacts } from '../../../shared/site/guards/guard.js';
import { mayBeDone } from '../../../shared/site/guards/guards.js';
import type { SiteRecord } from '../../../shared/site/site-record.js';
import { withoutField } from '../../../shared/site/without-field.js';
import { aRecord, aSlot, atSeconds, noon } from './helpers/builders.js';
import { aDisruption, aHealth, aMachine, aRemedy, aSample, aTry, iso, theFacts } from './helpers/mending.js';

const slot = aSlot('1');
const bob = { by: 'bob@example.com', at: iso(-60) };
const replacing = aDisruption({ kind: 'machine', rung: 'replace', isReplacement: true });
const redeploying = aDisruption({ kind: 'machine', rung: 'redeploy' });
const starting = aDisruption({ kind: 'machine', rung: 'start' });
const restarting = aDisruption({ kind: 'mend', rung: 'ipsec-restart' });
const changing = aDisruption();
const replacingPlanned = aDisruption({ isReplacement: true });

/** The reason of the guard that holds, or `pass`. */
function says(disruption: Disruption, facts: GuardFacts, now = noon): string {
  const verdict = mayBeDone(disruption, facts, now);
  return verdict.kind === 'pass' ? 'pass' : verdict.reason;
}

describe('mayBeDone asks the guards in the order of their weight', () => {
  const spec = (changes: Readonly<Record<string, unknown>>) => (facts: GuardFacts) => ({
    ...facts,
    record: { ...facts.record, spec: aRecord({ remediation: changes }).spec },
  });
  const freeze = [{ from: iso(-60), to: iso(60) }];
  const everything = theFacts(
    {
      record: aRecord(
        { remediation: { mode: 'advise', replacementsPerDay: 0, freeze } },
        { orders: { [slot]: { protect: bob } } },
      ),
      health: { machine: aMachine({ createdAt: iso(-60) }) },
      remedy: aRemedy({ suspendedAt: iso(-30), since: iso(-60) }),
      othersServing: 0,
      othersOut: [aSlot('2')],
      fleet: { gateways: 20, failing: 20, edges: {} },
      seat: 'full',
    },
    {},
  );

  // Each row takes away what the one above was held by; every other reason is still there.
  const rows: readonly { readonly holds: string; readonly cure: (facts: GuardFacts) => GuardFacts }[] = [
    { holds: 'protected', cure: (facts) => ({ ...facts, record: { ...facts.record, orders: {} } }) },
    { holds: 'frozen', cure: spec({ mode: 'advise', replacementsPerDay: 0 }) },
    {
      holds: 'grace-after-build',
      cure: (facts) => ({ ...facts, health: { machine: aMachine({ createdAt: iso(-900) }) } }),
    },
    { holds: 'last-healthy-gateway', cure: (facts) => ({ ...facts, othersServing: 1 }) },
    { holds: 'max-unavailable', cure: (facts) => ({ ...facts, othersOut: [] }) },
    { holds: 'replacements-a-day', cure: spec({ mode: 'advise' }) },
    { holds: 'suspended', cure: (facts) => ({ ...facts, remedy: aRemedy() }) },
    {
      holds: 'fleet-frozen',
      cure: (facts) => ({ ...facts, fleet: { gateways: 20, failing: 1, edges: {} } }),
    },
    { holds: 'advised', cure: spec({}) },
    { holds: 'fleet-in-flight', cure: (facts) => ({ ...facts, seat: 'taken' }) },
  ];

  test.each(rows.map(({ holds }, index) => ({ holds, index })))('$holds', ({ holds, index }) => {
    const facts = rows.slice(0, index).reduce((all, { cure }) => cure(all), everything);
    expect(mayBeDone(replacing, facts, noon)).toMatchObject({
      kind: 'hold',
      reason: holds,
      sentence: expect.stringMatching(/^\S.*\.$/s) as unknown,
    });
  });

  test('and none when nothing is left', () => {
    const facts = rows.reduce((all, { cure }) => cure(all), everything);
    expect(says(replacing, facts)).toBe('pass');
  });
});

describe('protected', () => {
  test.each([
    { when: 'the site is', record: aRecord({ protected: true }) },
    { when: 'the gateway is', record: aRecord({}, { orders: { [slot]: { protect: bob } } }) },
  ])('holds everything, also what is ordered, when $when', ({ record }) => {
    for (const disruption of [restarting, starting, replacing, changing]) {
      expect(says({ ...disruption, isOrdered: true }, theFacts({ record }))).toBe('protected');
    }
  });

  test('says who asked, and says nothing of another gateway', () => {
    const orders = { [slot]: { protect: bob } };
    const facts = theFacts({ record: aRecord({}, { orders }) });
    expect(mayBeDone(changing, facts, noon)).toMatchObject({
      sentence: `${slot} is protected by bob@example.com since ${iso(-60)}.`,
    });
    expect(says({ ...changing, slot: aSlot('2') }, facts)).toBe('pass');
  });
});

describe('the freeze calendar', () => {
  const freeze = [
    { from: iso(-7200), to: iso(-3600) },
    { from: iso(0), to: iso(600) },
  ];
  const facts = theFacts({}, { remediation: { freeze } });

  test.each([
    { seconds: -1, holds: 'pass' },
    { seconds: 0, holds: 'frozen' },
    { seconds: 599, holds: 'frozen' },
    { seconds: 600, holds: 'pass' },
    { seconds: -3601, holds: 'frozen' },
    { seconds: -3600, holds: 'pass' },
  ])('holds $holds at $seconds s', ({ seconds, holds }) => {
    expect(says(restarting, facts, atSeconds(seconds))).toBe(holds);
  });

  test('lets through what somebody ordered, and says until when it holds the rest', () => {
    expect(says({ ...replacing, isOrdered: true }, facts)).toBe('pass');
    expect(mayBeDone(changing, facts, noon)).toMatchObject({ reason: 'frozen', until: iso(600) });
  });
});

describe('grace after a build', () => {
  const young = (seconds: number) =>
    theFacts({ health: { machine: aMachine({ createdAt: iso(-seconds) }) }, remedy: aRemedy() });

  test.each([
    { seconds: 0, holds: 'grace-after-build' },
    { seconds: 899, holds: 'grace-after-build' },
    { seconds: 900, holds: 'pass' },
  ])('holds $holds $seconds s after the machine was made', ({ seconds, holds }) => {
    expect(says(redeploying, young(seconds))).toBe(holds);
  });

  test('says when it is over', () => {
    expect(mayBeDone(replacing, young(899), noon)).toMatchObject({ until: iso(1) });
  });

  test.each([
    {
      when: 'it has served',
      facts: theFacts({ health: aHealth({ machine: aMachine({ createdAt: iso(-60) }) }) }),
    },
    { when: 'there is no machine', facts: withoutField(theFacts(), 'health') },
    {
      when: 'nobody knows when it was made',
      facts: theFacts({ health: { machine: withoutField(aMachine(), 'createdAt') } }),
    },
  ])('holds nothing when $when', ({ facts }) => {
    expect(says(redeploying, facts)).toBe('pass');
  });

  test.each([
    { what: 'a start', disruption: starting },
    { what: 'a mend that leaves the machine alone', disruption: restarting },
  ])('lets $what through', ({ disruption }) => {
    expect(says(disruption, young(60))).toBe('pass');
  });
});

describe('the last gateway that serves', () => {
  test.each([
    { othersServing: 1, holds: 'pass' },
    { othersServing: 0, holds: 'last-healthy-gateway' },
  ])('a change is held: $holds, when $othersServing others serve', ({ othersServing, holds }) => {
    expect(says(changing, theFacts({ othersServing }))).toBe(holds);
    expect(says(replacingPlanned, theFacts({ othersServing }))).toBe(holds);
  });

  test.each([
    { what: 'the only gateway’s brief change', wanted: 1, disruption: changing, holds: 'pass' },
    { what: 'its replacement', wanted: 1, disruption: replacingPlanned, holds: 'last-healthy-gateway' },
    {
      what: 'its ordered replacement',
      wanted: 1,
      disruption: { ...replacingPlanned, isOrdered: true },
      holds: 'last-healthy-gateway',
    },
    { what: 'the change of the last of two', wanted: 2, disruption: changing, holds: 'last-healthy-gateway' },
  ])('$what is held: $holds', ({ wanted, disruption, holds }) => {
    expect(says(disruption, theFacts({ wanted, othersServing: 0 }))).toBe(holds);
  });

  const silent = (seconds: number, changes: Partial<GuardFacts> = {}) =>
    theFacts({
      othersServing: 0,
      health: aHealth({ complaint: aSample(0) }),
      remedy: aRemedy({ since: iso(-seconds) }),
      ...changes,
    });

  test.each([
    { seconds: 299, holds: 'last-healthy-gateway' },
    { seconds: 300, holds: 'pass' },
  ])('whose running machine has been silent for $seconds s is held: $holds', ({ seconds, holds }) => {
    expect(says(redeploying, silent(seconds))).toBe(holds);
    expect(says(replacing, silent(seconds))).toBe(holds);
  });

  test('that still answers some probes is held however long it takes', () => {
    const facts = silent(3600, { health: aHealth({ complaint: aSample(1) }) });
    expect(says(redeploying, facts)).toBe('last-healthy-gateway');
  });

  test('that answers probes is held though a script on it ended without a word', () => {
    // Seen: the only gateway was moved to another host while it answered nine probes of ten, as its guest agent was dead.
    const said = { at: iso(-5), failure: 'nothing', seconds: 250 } as const;
    const facts = silent(60, { health: aHealth({ said, complaint: aSample(90) }) });
    expect(says(redeploying, facts)).toBe('last-healthy-gateway');
  });

  test.each([
    {
      when: 'the machine itself says that it does not serve',
      changes: { health: aHealth({ said: { at: iso(-5), failure: 'edge-silent' } }) },
    },
    { when: 'another gateway serves', changes: { othersServing: 1 } },
    { when: 'its machine is off', changes: { health: aHealth({ machine: aMachine({ power: 'stopped' }) }) } },
  ] as const)('is given up at once when $when', ({ changes }) => {
    expect(says(redeploying, silent(0, changes))).toBe('pass');
  });

  test.each([
    { what: 'a script on it', disruption: restarting },
    { what: 'a start', disruption: starting },
  ])('$what is never held', ({ disruption }) => {
    expect(says(disruption, silent(0))).toBe('pass');
  });
});

describe('maxUnavailable', () => {
  const [two, three] = [aSlot('2'), aSlot('3')];

  test.each([
    { most: 1, othersOut: [], holds: 'pass' },
    { most: 1, othersOut: [two], holds: 'max-unavailable' },
    { most: 2, othersOut: [two], holds: 'pass' },
    { most: 2, othersOut: [two, three], holds: 'max-unavailable' },
  ])('of $most holds $holds when $othersOut are out', ({ most, othersOut, holds }) => {
    const facts = theFacts({ othersOut }, { remediation: { maxUnavailable: most } });
    expect(says(changing, facts)).toBe(holds);
    expect(says(redeploying, facts)).toBe(holds);
  });

  test('lets through what takes nothing away', () => {
    const facts = theFacts({ othersOut: [two] });
    const gone = withoutField(facts, 'health');
    expect(says(restarting, facts)).toBe('pass');
    expect(says(starting, facts)).toBe('pass');
    expect(says(replacing, gone)).toBe('pass');
  });

  test('holds a change also of a gateway of which nothing is known', () => {
    expect(says(changing, withoutField(theFacts({ othersOut: [two] }), 'health'))).toBe('max-unavailable');
  });
});

describe('replacements a day', () => {
  const facts = (record: Partial<SiteRecord>, perDay = 2) => {
    const spec = { remediation: { replacementsPerDay: perDay } };
    return theFacts({ record: aRecord(spec, record) });
  };
  const replaced = (...ages: readonly number[]) => ({
    replacements: ages.map((seconds) => ({ slot: aSlot('2'), at: iso(-seconds) })),
  });
  const day = 24 * 3600;

  test.each([
    { perDay: 2, ages: [10], holds: 'pass' },
    { perDay: 2, ages: [20, 10], holds: 'replacements-a-day' },
    { perDay: 2, ages: [day - 1, 10], holds: 'replacements-a-day' },
    { perDay: 2, ages: [day, 10], holds: 'pass' },
    { perDay: 0, ages: [], holds: 'replacements-a-day' },
  ])('at most $perDay: $holds after those $ages s ago', ({ perDay, ages, holds }) => {
    expect(says(replacing, facts(replaced(...ages), perDay))).toBe(holds);
    // What the spec asks for, or a person, isn't counted.
    expect(says(replacingPlanned, facts(replaced(...ages), perDay))).toBe('pass');
  });

  test('says when the oldest of those that count is a day old', () => {
    expect(mayBeDone(replacing, facts(replaced(3000, 2000, 1000)), noon)).toMatchObject({
      until: iso(day - 2000),
    });
  });

  test('holds neither what is ordered nor what leaves the machine', () => {
    expect(says({ ...replacing, isOrdered: true }, facts(replaced(20, 10)))).toBe('pass');
    expect(says(redeploying, facts(replaced(20, 10)))).toBe('pass');
  });

  test.each([
    { where: 'elsewhere', slots: [aSlot('2'), aSlot('3')], holds: 'pass' },
    { where: 'here as well', slots: [slot, aSlot('3')], holds: 'pass' },
    { where: 'here twice', slots: [slot, slot], holds: 'replacements-a-day' },
  ])('a machine that is gone is held: $holds, after replacements $where', ({ slots, holds }) => {
    const replacements = slots.map((other) => ({ slot: other, at: iso(-60) }));
    const gone = withoutField(facts({ replacements }), 'health');
    expect(says(replacing, gone)).toBe(holds);
  });
});

describe('suspended', () => {
  const suspended = theFacts({
    remedy: aRemedy({ suspendedAt: iso(-60), tries: [aTry('redeploy'), aTry('replace')] }),
  });

  test('holds every rung and says what was tried, until somebody orders one', () => {
    expect(mayBeDone(restarting, suspended, noon)).toMatchObject({
      reason: 'suspended',
      sentence: expect.stringContaining('redeploy, replace did not help') as unknown,
    });
    expect(says({ ...replacing, isOrdered: true }, suspended)).toBe('pass');
    expect(says(replacing, theFacts({ remedy: aRemedy({ tries: [aTry('replace')] }) }))).toBe('pass');
  });
});

describe('the fleet', () => {
  test.each([
    { gateways: 4, failing: 2, holds: 'pass' },
    { gateways: 4, failing: 3, holds: 'fleet-frozen' },
    { gateways: 10, failing: 3, holds: 'pass' },
    { gateways: 9, failing: 3, holds: 'fleet-frozen' },
    { gateways: 20, failing: 6, holds: 'pass' },
    { gateways: 20, failing: 7, holds: 'fleet-frozen' },
  ])('of $gateways with $failing failing: $holds', ({ gateways, failing, holds }) => {
    const facts = theFacts({ fleet: { gateways, failing, edges: {} } });
    expect(says(restarting, facts)).toBe(holds);
    expect(says({ ...replacing, isOrdered: true }, facts)).toBe('pass');
    expect(says(changing, facts)).toBe('pass');
  });

  test.each([
    { seat: 'taken' as const, holds: 'pass' },
    { seat: 'full' as const, holds: 'fleet-in-flight' },
  ])('gives a seat that is $seat: $holds', ({ seat, holds }) => {
    expect(says(restarting, theFacts({ seat }))).toBe(holds);
    expect(says(changing, theFacts({ seat }))).toBe('pass');
  });
});

describe('a site that wants advice alone', () => {
  const facts = theFacts({}, { remediation: { mode: 'advise' } });

  test.each([
    { what: 'a mend', disruption: restarting, holds: 'advised' },
    { what: 'a start', disruption: starting, holds: 'advised' },
    { what: 'an ordered replacement', disruption: { ...replacing, isOrdered: true }, holds: 'pass' },
    { what: 'a change of the spec', disruption: changing, holds: 'pass' },
  ])('$what is held: $holds', ({ disruption, holds }) => {
    expect(says(disruption, facts)).toBe(holds);
  });
});

/** What speaks for a gateway last, what against it since, and what doesn't count any more? */
import { describe, expect, test } from '@jest/globals';
import type { GatewayDiagnosis } from '../../../shared/gateway/gateway-diagnosis.js';
import { gatewayHealth, type HealthSources } from '../../../shared/site/gateway-health.js';
import type { ObservedSetup } from '../../../shared/site/observed-site.js';
import { allIsWell } from './helpers/azure-in-words.js';
import { aSlot } from './helpers/builders.js';
import { aMachine, aRun, aSample, aTroubleReport, iso } from './helpers/mending.js';

const machine = aMachine({ createdAt: iso(-3600) });
const ill: GatewayDiagnosis = { ...allIsWell, probe: 503 };

function aSetup(changes: Partial<ObservedSetup> = {}): ObservedSetup {
  return {
    kind: 'setup',
    name: 'setup',
    id: '/setup',
    state: 'settled',
    slot: aSlot('1'),
    virtualMachine: machine.name,
    execution: 'succeeded',
    endedAt: iso(-3000),
    result: { ok: true, config: 'c', changed: [], tunnels: {}, probe: 200 },
    ...changes,
  };
}

const healthOf = (changes: Partial<HealthSources> = {}) =>
  gatewayHealth({ resources: [], machine, setup: aSetup(), samples: [], ...changes });

describe('provedAt is the newest of what speaks for the gateway', () => {
  test.each([
    { what: 'its setup', changes: {}, seconds: -3000 },
    { what: 'a minute of answered probes', changes: { samples: [aSample(100, -60)] }, seconds: -60 },
    {
      what: 'the later of two minutes',
      changes: { samples: [aSample(100, -60), aSample(100, -120)] },
      seconds: -60,
    },
    {
      what: 'a mend that helped',
      changes: {
        resources: [
          aRun({
            name: 'remedy',
            execution: 'succeeded',
            endedAt: iso(-30),
            result: { ok: true, config: 'c', changed: [], tunnels: {}, probe: 200 },
          }),
        ],
      },
      seconds: -30,
    },
    {
      what: 'the machine’s own word',
      changes: { resources: [aRun({ execution: 'succeeded', endedAt: iso(-20), diagnosis: allIsWell })] },
      seconds: -20,
    },
  ] as const)('$what', ({ changes, seconds }) => {
    expect(healthOf(changes)).toEqual(expect.objectContaining({ provedAt: iso(seconds) }));
    expect(healthOf(changes)).not.toHaveProperty('complaint');
    expect(healthOf(changes)).not.toHaveProperty('said');
  });

  test.each([
    { what: 'a setup that failed', setup: aSetup({ execution: 'failed' }) },
    { what: 'no setup', setup: undefined },
  ])('and nothing is known by $what', ({ setup }) => {
    expect(healthOf({ setup })).not.toHaveProperty('provedAt');
  });

  test.each([
    { seconds: -3601, counts: false },
    { seconds: -3600, counts: true },
  ])('a good minute counts for the machine that was made before it ($seconds s): $counts', (row) => {
    // The address stays when the machine is replaced: its samples of before speak of the former one.
    const { provedAt } = healthOf({ setup: undefined, samples: [aSample(100, row.seconds)] });
    expect(provedAt).toBe(row.counts ? iso(row.seconds) : undefined);
  });

  test('what a run on another machine said counts for nothing', () => {
    const other = aRun({ virtualMachine: 'vm-hq-z2-1-g1', execution: 'succeeded', diagnosis: allIsWell });
    expect(healthOf({ resources: [other] })).not.toHaveProperty('diagnose');
  });
});

describe('the complaint is the newest minute since, when some of its probes failed', () => {
  const proved = aSetup({ endedAt: iso(-180) });

  test.each([
    { when: 'it began before the proof', samples: [aSample(50, -181)], complains: false },
    { when: 'it began with the proof', samples: [aSample(50, -180)], complains: true },
    { when: 'it has not a single answer', samples: [aSample(0, -60)], complains: true },
    { when: 'it has almost all', samples: [aSample(99.9, -60)], complains: true },
    { when: 'a good one came after it', samples: [aSample(50, -120), aSample(100, -60)], complains: false },
    { when: 'it came after a good one', samples: [aSample(50, -60), aSample(100, -120)], complains: true },
    { when: 'there is none', samples: [], complains: false },
  ])('$complains when $when', ({ samples, complains }) => {
    expect('complaint' in healthOf({ setup: proved, samples })).toBe(complains);
  });

  test.each([
    { seconds: -101, complains: false },
    { seconds: -100, complains: true },
  ])('and of a machine that was started 100 s ago, one of $seconds s: $complains', (row) => {
    const sources = { setup: proved, touchedAt: iso(-100), samples: [aSample(0, row.seconds)] };
    expect('complaint' in healthOf(sources)).toBe(row.complains);
  });
});

describe('what the gateway reports counts until something newer speaks for it', () => {
  const proved = aSetup({ endedAt: iso(-180) });

  test.each([
    { when: 'it came after the proof', changes: {}, counts: true },
    { when: 'it came with the proof', changes: { setup: aSetup({ endedAt: iso(-60) }) }, counts: false },
    { when: 'a good minute began since', changes: { samples: [aSample(100, -59)] }, counts: false },
    { when: 'it came within a good minute', changes: { samples: [aSample(100, -61)] }, counts: true },
    { when: 'the machine was started since', changes: { touchedAt: iso(-59) }, counts: false },
    { when: 'the gateway has never served', changes: { setup: undefined }, counts: false },
    {
      when: 'another machine stands in its place since',
      changes: { machine: aMachine({ createdAt: iso(-59) }) },
      counts: false,
    },
    {
      when: 'the machine was asked since, and is well',
      changes: { resources: [aRun({ execution: 'succeeded', endedAt: iso(-20), diagnosis: allIsWell })] },
      counts: false,
    },
  ])('$counts when $when', ({ changes, counts }) => {
    const health = healthOf({ setup: proved, report: aTroubleReport(), ...changes });
    expect('report' in health).toBe(counts);
  });
});

describe('what the machine said last counts until it is proved or touched again', () => {
  const said = (seconds: number) => aRun({ execution: 'succeeded', endedAt: iso(seconds), diagnosis: ill });

  test.each([
    { when: 'it spoke after the last proof', resources: [said(-2999)], touchedAt: undefined, counts: true },
    { when: 'it was proved as it spoke', resources: [said(-3000)], touchedAt: undefined, counts: false },
    { when: 'it spoke before it was moved', resources: [said(-100)], touchedAt: iso(-100), counts: false },
    { when: 'it spoke after it was moved', resources: [said(-99)], touchedAt: iso(-100), counts: true },
    {
      when: 'it has not spoken yet',
      resources: [aRun({ execution: 'running', endedAt: iso(-10) })],
      touchedAt: undefined,
      counts: false,
    },
  ])('$counts when $when', ({ resources, touchedAt, counts }) => {
    expect('said' in healthOf({ resources, touchedAt })).toBe(counts);
  });

  test('the newest of its words is taken, whichever script brought it', () => {
    const remedy = aRun({
      name: 'remedy',
      execution: 'failed',
      requestedAt: iso(-90),
      endedAt: iso(-40),
      result: { ok: false, config: 'c', changed: [], tunnels: {}, probe: 503, reason: 'edge-silent' },
    });
    const failure = { at: iso(-40), failure: 'edge-silent', seconds: 50 };
    expect(healthOf({ resources: [said(-41), remedy] }).said).toEqual(failure);
    expect(healthOf({ resources: [said(-39), remedy] }).said).toEqual({ at: iso(-39), diagnosis: ill });
  });

  test('a script that ended without a word said nothing, and how long it took is told', () => {
    const mute = aRun({ execution: 'failed', requestedAt: iso(-200), endedAt: iso(-20) });
    expect(healthOf({ resources: [mute] }).said).toEqual({ at: iso(-20), failure: 'nothing', seconds: 180 });
  });

  test.each([
    { proof: -180, said: undefined },
    { proof: -240, said: 'nothing' },
  ])('such a script, asked for 200 s ago, after a proof $proof s from now: $said', ({ proof, said }) => {
    const mute = aRun({ execution: 'failed', requestedAt: iso(-200), endedAt: iso(-20) });
    const found = healthOf({ resources: [mute], samples: [aSample(100, proof)] }).said;
    expect(found !== undefined && 'failure' in found ? found.failure : undefined).toBe(said);
  });

  test('a setup that failed says why', () => {
    const result = { ok: false, config: 'c', changed: [], tunnels: {}, probe: 503 };
    const setup = aSetup({
      execution: 'failed',
      endedAt: iso(-50),
      result: { ...result, reason: 'proxy-silent' },
    });
    expect(healthOf({ setup }).said).toEqual({ at: iso(-50), failure: 'proxy-silent' });
  });
});

// Seen: during half an hour of an edge's outage a gateway was set up ten times, since the minutes after its mend were forgotten.
test.each([
  {
    what: 'after its setup failed, on this machine',
    served: { machine: machine.name, since: iso(-2000) },
    at: -2000,
  },
  { what: 'before its setup failed', served: { machine: machine.name, since: iso(-4000) }, at: undefined },
  { what: 'with another machine', served: { machine: 'vm-hq-z1-1-g9', since: iso(-2000) }, at: undefined },
])('that it served is remembered longer than its minutes: $what', ({ served, at }) => {
  const setup = aSetup({
    execution: 'failed',
    result: { ok: false, config: 'c', changed: [], tunnels: {}, probe: 503 },
  });
  expect(healthOf({ setup, served }).provedAt).toBe(at === undefined ? undefined : iso(at));
});

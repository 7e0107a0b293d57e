/** What when a site is changed while its PSKs rotate? */
import { expect, test } from '@jest/globals';
import { desiredSlots } from '../../../shared/site/desired-site.js';
import type { Zone } from '../../../shared/site/ids.js';
import { roll } from '../../../shared/site/rotate/roll-rotation.js';
import type { Rotation } from '../../../shared/site/rotation.js';
import type { Site } from '../../../shared/site/site.js';
import { aSlot } from './helpers/builders.js';
import { aRotation } from './helpers/mending.js';
import { Rotating } from './helpers/rotating.js';

test('a rotation and a change of the site never take two gateways out at once', () => {
  const playing = new Rotating({ farSide: 'zia', zones: ['1', '2', '3'] }).go(60);
  playing.ask();
  playing.until(({ record }) => record.rotation?.trying.length === 1);
  const { spec } = playing.record;
  playing.record = { ...playing.record, spec: { ...spec, proxy: { ...spec.proxy, masquerade: false } } };
  playing.untilOver().go(1800);
  const atOnce = playing.done
    .filter((what) => what.startsWith('drained'))
    .map((what) => what.split(' ').length - 1);
  expect(Math.max(...atOnce)).toBe(1);
  expect(playing.isAgreed).toBe(true);
  expect(new Set(Object.values(playing.versions))).toEqual(new Set(['v2']));
});

test('a change alone takes one gateway after the other', () => {
  const playing = new Rotating({ zones: ['1', '2', '3'] }).go(60);
  const { spec } = playing.record;
  playing.record = { ...playing.record, spec: { ...spec, proxy: { ...spec.proxy, masquerade: false } } };
  playing.go(3600);
  expect(playing.done.filter((what) => what !== 'drained')).toEqual([
    'drained hq-z1-1',
    'setup hq-z1-1 v1',
    'drained hq-z2-1',
    'setup hq-z2-1 v1',
    'drained hq-z3-1',
    'setup hq-z3-1 v1',
  ]);
});

const ownSecrets = { edges: { primary: 'fra4-vpn.zscaler.net' }, psk: { scope: 'gateway' } };

/** A rotation by the API that has got to a state. */
function rotatingIn(state: Rotation['state'], spec: Readonly<Record<string, unknown>> = {}): Rotating {
  const playing = new Rotating({ farSide: 'zia', ...spec }).go(60);
  playing.ask();
  return playing.until(({ record }) => record.rotation?.state === state);
}

function changePsk(playing: Rotating, psk: Partial<Site['tunnel']['psk']>): void {
  const { spec } = playing.record;
  const { tunnel } = spec;
  const changed = { ...spec, tunnel: { ...tunnel, psk: { ...tunnel.psk, ...psk } } };
  playing.record = { ...playing.record, spec: changed };
}

function changeZones(playing: Rotating, zones: readonly Zone[]): void {
  const { spec, resolved } = playing.record;
  if (resolved === undefined) throw new Error('Nothing is resolved.');
  playing.record = {
    ...playing.record,
    spec: { ...spec, zones: [...zones] },
    resolved: { ...resolved, zones },
  };
}

test.each(['zia', 'by-hand'])(
  'a newer version of one gateway’s own secret concerns it alone: %s',
  (farSide) => {
    // Seen: the rotation waited for the other gateway to prove a version that there is none of.
    const playing = new Rotating({ farSide, tunnel: ownSecrets }).go(60);
    playing.addVersion('psk-hq-z1-1', 'v2');
    if (farSide === 'by-hand') playing.enterByHand();
    playing.until(({ record }) => record.rotation !== undefined).untilOver();
    expect(playing.versions).toEqual({ 'hq-z1-1': 'v2', 'hq-z2-1': 'v1' });
    expect(playing.done.filter((what) => what.startsWith('setup'))).toEqual(['setup hq-z1-1 v2']);
    expect(playing.isAgreed).toBe(true);
  },
);

test.each([
  { what: 'a prefix', psk: { secretPrefix: 'other' } },
  { what: 'a scope', psk: { scope: 'gateway' } },
] as const)(
  'a rotation whose secrets nobody uses since $what was changed ends, and disables none',
  ({ psk }) => {
    for (const state of ['telling-far-side', 'rolling'] as const) {
      const playing = rotatingIn(state);
      changePsk(playing, psk);
      playing.untilOver(5);
      expect(playing.sentences('rotation-done').at(-1)).toContain('ends halfway: no gateway uses psk-hq');
      expect([playing.isEnabled('psk-hq', 'v1'), playing.isEnabled('psk-hq', 'v2')]).toEqual([true, true]);
    }
  },
);

test('a rotation ends without the gateway of a zone that came meanwhile, with its own secret', () => {
  const playing = rotatingIn('rolling', { tunnel: ownSecrets });
  playing.addVersion('psk-hq-z3-1', 'v1');
  changeZones(playing, ['1', '2', '3']);
  playing.active.set('203.0.113.31', 'psk-hq-z3-1/v1');
  playing.untilOver();
  expect(playing.versions).toEqual({ 'hq-z1-1': 'v2', 'hq-z2-1': 'v2', 'hq-z3-1': 'v1' });
  expect(playing.isAgreed).toBe(true);
});

test('a gateway that was to try and has no place any more keeps nobody waiting', () => {
  const playing = rotatingIn('rolling', { zones: ['1', '2', '3'] });
  const { record, now } = playing;
  const rotation = aRotation({
    state: 'rolling',
    startedAt: now.toISOString(),
    proved: [aSlot('1')],
    trying: [aSlot('2')],
  });
  const next = roll(
    {
      record,
      observed: { resources: [], inFlight: [], attempts: [] },
      slots: desiredSlots(record.spec, ['1', '3']),
      configOf: () => undefined,
      serving: [aSlot('1'), aSlot('3')],
      now,
    },
    rotation,
  );
  expect(next.rotation?.trying).toEqual([aSlot('3')]);
});

test('a gateway that is drained by order rotates too, and stays drained', () => {
  // Seen: it was never back in the pool and so never proved, and the others waited for it with a PSK that Zscaler refuses.
  const playing = new Rotating({ farSide: 'zia', zones: ['1', '2', '3'] }).go(60);
  const drain = { by: 'ann@example.com', at: playing.now.toISOString() };
  playing.record = { ...playing.record, orders: { [aSlot('2')]: { drain } } };
  playing.go(120).ask();
  playing.until(({ record }) => record.rotation !== undefined).untilOver();
  expect(playing.isAgreed).toBe(true);
  expect(playing.done.filter((what) => what.startsWith('setup'))).toEqual([
    'setup hq-z2-1 v2',
    'setup hq-z1-1 v2',
    'setup hq-z3-1 v2',
  ]);
  expect(playing.record.gateways.map(({ doing }) => doing)).toEqual(['serving', 'drained', 'serving']);
  expect(playing.record.outOfService).toEqual({});
});

/** Does every rotation end with both sides agreed, whatever fails on the way? */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { problem, type Problem } from '../../../shared/site/problem.js';
import { Rotating } from './helpers/rotating.js';

/** What goes wrong for two minutes: at the far side or the vault, and on gateways. */
interface Weather {
  readonly steps: 'fine' | 'fails' | 'refused';
  /** By zone: what setups end with, if not with what the far side says. */
  readonly setups: readonly ('edge-silent' | 'credential-refused' | undefined)[];
}

const weatherSeconds = 120;
/** Longest pause after a failure is ten minutes, and a gateway takes some ten rounds. */
const mostRounds = 400;

const weather: fc.Arbitrary<Weather> = fc.record({
  steps: fc.constantFrom('fine' as const, 'fine' as const, 'fails' as const, 'refused' as const),
  setups: fc.array(
    fc.constantFrom(undefined, undefined, 'edge-silent' as const, 'credential-refused' as const),
    {
      minLength: 3,
      maxLength: 3,
    },
  ),
});
const days = fc.array(weather, { maxLength: 20 });
const zones = fc.constantFrom(['1'], ['1', '2'], ['1', '2', '3']);
const scope = fc.constantFrom('site', 'gateway');

function expose(playing: Rotating, forecast: readonly Weather[]): Rotating {
  const begin = playing.seconds;
  const nowIs = () => forecast[Math.floor((playing.seconds - begin) / weatherSeconds)];
  const failed = (retryable: boolean): Problem =>
    problem('far-side-refused', 'Zscaler would not change it.', { retryable });
  playing.trouble = {
    step: () => {
      const { steps = 'fine' } = nowIs() ?? {};
      return steps === 'fine' ? undefined : failed(steps === 'fails');
    },
    setup: (slot) => nowIs()?.setups[Number(/-z(\d)-/.exec(slot)?.[1] ?? 1) - 1],
  };
  return playing;
}

const isAtRest = ({ record, isAgreed }: Rotating) =>
  record.rotation === undefined && record.rotationWanted === undefined && isAgreed;

function expectAgreed(playing: Rotating): void {
  expect(new Set(Object.values(playing.versions)).size).toBe(1);
  for (const [name, { version }] of Object.entries(playing.record.secretsInUse ?? {})) {
    expect(playing.isEnabled(name, version)).toBe(true);
  }
  expect(playing.record.phase).toBe('serving');
}

test('a rotation by the API ends with every gateway and the far side on the version in use', () => {
  fc.assert(
    fc.property(zones, scope, days, (where, shares, forecast) => {
      const psk = { tunnel: { edges: { primary: 'fra4-vpn.zscaler.net' }, psk: { scope: shares } } };
      const playing = new Rotating({ farSide: 'zia', zones: where, ...psk }).go(60);
      playing.ask();
      playing.until(({ record }) => record.rotation !== undefined, 5);
      expose(playing, forecast).go(forecast.length * weatherSeconds);
      playing.until(isAtRest, mostRounds).go(120);
      expectAgreed(playing);
    }),
    { numRuns: 40 },
  );
});

test('a rotation by hand ends the same once a person has entered the PSK, whenever that is', () => {
  fc.assert(
    fc.property(zones, days, fc.nat({ max: 80 }), (where, forecast, rounds) => {
      const playing = new Rotating({ zones: where }).go(60);
      playing.ask();
      playing.until(({ record }) => record.rotation?.state === 'rolling', 10);
      const setupsAlone = forecast.map((some) => ({ ...some, steps: 'fine' as const }));
      expose(playing, setupsAlone).go(rounds * 30);
      playing.enterByHand();
      playing.go(Math.max(0, forecast.length * weatherSeconds - rounds * 30));
      playing.until(isAtRest, mostRounds).go(120);
      expectAgreed(playing);
      expect(new Set(Object.values(playing.versions))).toEqual(new Set(['v2']));
    }),
    { numRuns: 40 },
  );
});

test.each([
  { what: 'by the API', spec: { farSide: 'zia' } },
  { what: 'by hand', spec: {} },
])('a rotation $what goes on after the host has died in any one round of it', ({ spec }) => {
  const asked = () => {
    const playing = new Rotating(spec).go(60);
    playing.ask();
    return playing.until(({ record }) => record.rotation !== undefined, 5);
  };
  const whole = asked().until(({ record }) => record.rotation?.state === 'rolling');
  whole.enterByHand();
  const rounds = whole.untilOver().seconds / 30;
  for (let fatal = 0; fatal <= rounds; fatal++) {
    const playing = asked();
    let round = 0;
    playing.trouble = { crash: () => round++ === fatal };
    playing.until(({ record }) => record.rotation?.state === 'rolling');
    if (!('farSide' in spec)) playing.enterByHand();
    playing.untilOver().go(120);
    expectAgreed(playing);
    expect(new Set(Object.values(playing.versions))).toEqual(new Set(['v2']));
    expect(playing.vault.versions('psk-hq')).toHaveLength(2);
  }
});

/** How is a PSK rotated where ZIA's API tells the far side? */
import { describe, expect, test } from '@jest/globals';
import { desiredSlots } from '../../../shared/site/desired-site.js';
import type { Zone } from '../../../shared/site/ids.js';
import { problem, type Problem } from '../../../shared/site/problem.js';
import { roll } from '../../../shared/site/rotate/roll-rotation.js';
import { activationPending } from '../../../shared/site/rotate/rotation-steps.js';
import type { RotationStep } from '../../../shared/site/rotation-step.js';
import { aSlot } from './helpers/builders.js';
import { aRotation } from './helpers/mending.js';
import { Rotating } from './helpers/rotating.js';

function asked(spec: Readonly<Record<string, unknown>> = {}): Rotating {
  const playing = new Rotating({ farSide: 'zia', ...spec }).go(60);
  playing.ask();
  return playing.until(({ record }) => record.rotation !== undefined);
}

const refused = (retryable: boolean): Problem =>
  problem('far-side-refused', 'Zscaler would not change it.', { retryable });
const is =
  (kind: RotationStep['intent']['kind'], name = '') =>
  ({ intent }: RotationStep) =>
    intent.kind === kind && intent.name.startsWith(name);

describe('a rotation by the API', () => {
  test('makes, tells each credential, activates, rolls out one by one, closes: in that order', () => {
    const playing = asked().untilOver();
    expect(playing.done.filter((what) => what !== 'drained')).toEqual([
      'make-version psk-hq',
      'tell-far-side 203.0.113.11',
      'tell-far-side 203.0.113.21',
      'activate-far-side hq',
      'drained hq-z1-1',
      'setup hq-z1-1 v2',
      'drained hq-z2-1',
      'setup hq-z2-1 v2',
      'disable-version psk-hq/v1',
      'over closing',
    ]);
    expect(playing.isAgreed).toBe(true);
    expect(playing.record.phase).toBe('serving');
  });

  test('tells four credentials at most at once', () => {
    const playing = asked({ zones: ['1', '2', '3'], gatewaysPerZone: 2 }).untilOver();
    const told = playing.diary.filter(({ what }) => what.startsWith('tell'));
    const atOnce = told.map(({ seconds }) => told.filter((other) => other.seconds === seconds).length);
    expect(atOnce).toEqual([4, 4, 4, 4, 2, 2]);
    expect(playing.isAgreed).toBe(true);
  });

  test('tells both names of a gateway with two tunnels, each the PSK of its own secret', () => {
    const playing = asked({
      zones: ['1'],
      tunnel: {
        edges: { primary: 'fra4-vpn.zscaler.net', secondary: 'ams2-vpn.zscaler.net' },
        identity: { type: 'ufqdn', domain: 'example.com' },
        psk: { scope: 'tunnel' },
      },
    }).untilOver();
    expect(Object.fromEntries(playing.active)).toEqual({
      'hq-z1-1-primary@example.com': 'psk-hq-z1-1-primary/v2',
      'hq-z1-1-secondary@example.com': 'psk-hq-z1-1-secondary/v2',
    });
    expect(playing.isAgreed).toBe(true);
  });
});

describe('a rotation by the API goes back on both sides', () => {
  const bothBack = (playing: Rotating) => {
    expect(playing.sentences('rotation-goes-back').at(-1)).toMatch(/was taken back after \d+ s: both sides/);
    expect(playing.sentences('rotation-done')).toEqual([]);
    expect(playing.versions).toEqual({ 'hq-z1-1': 'v1', 'hq-z2-1': 'v1' });
    expect(playing.isEnabled('psk-hq', 'v1')).toBe(true);
    expect(playing.isAgreed).toBe(true);
    expect(playing.record.secretsInUse).toMatchObject({ 'psk-hq': { version: 'v1' } });
  };

  const refuseNew = (playing: Rotating) => (slot: string) =>
    slot === 'hq-z1-1' && playing.record.rotation?.isGoingBack === false ? 'credential-refused' : undefined;
  const triesOfNew = (playing: Rotating) =>
    playing.diary.filter(({ what }) => what === 'setup hq-z1-1 v2').map(({ seconds }) => seconds);

  test('after three refusals of what was activated, a minute apart at least', () => {
    const playing = asked();
    playing.trouble = { setup: refuseNew(playing) };
    playing.untilOver();
    bothBack(playing);
    const tries = triesOfNew(playing);
    expect(tries).toHaveLength(3);
    expect((tries[1] ?? NaN) - (tries[0] ?? NaN)).toBeGreaterThanOrEqual(60);
    expect(playing.sentences('rotation-refused').at(-1)).toContain('Both sides go back.');
    expect(playing.done).not.toContain('setup hq-z2-1 v2');
    expect(playing.isEnabled('psk-hq', 'v2')).toBe(false);
  });

  test('also when Azure doesn’t say when the setups failed', () => {
    const playing = asked();
    playing.trouble = { setup: refuseNew(playing), isTimeless: true };
    playing.untilOver();
    bothBack(playing);
    expect(triesOfNew(playing)).toHaveLength(3);
  });

  test('without another try of what was refused while nobody looked', () => {
    const playing = asked();
    const refusals = () => playing.sentences('rotation-refused').length;
    const crash = () => playing.done.at(-1) === 'setup hq-z1-1 v2';
    playing.trouble = { setup: refuseNew(playing), crash };
    playing.until(() => refusals() === 1);
    expect(playing.plan?.steps.map(({ sentence }) => sentence)).toEqual([]);
    playing.untilOver();
    bothBack(playing);
    expect(triesOfNew(playing)).toHaveLength(3);
  });

  test('after three tries, not after three looks at one of them', () => {
    const playing = asked();
    playing.trouble = { setup: refuseNew(playing) };
    playing.roundSeconds = 90;
    playing.untilOver();
    bothBack(playing);
    expect(triesOfNew(playing)).toHaveLength(3);
  });

  test('when somebody disables the new version before all gateways have it', () => {
    const playing = asked().until(({ record }) => record.rotation?.proved.length === 1);
    playing.disable('psk-hq', 'v2');
    playing.untilOver();
    bothBack(playing);
    expect(playing.sentences('rotation-goes-back')[0]).toContain('Version v2 of secret psk-hq is disabled.');
  });

  test('when the activation is refused', () => {
    const playing = asked();
    playing.trouble = {
      step: (step) =>
        is('activate-far-side')(step) && playing.record.rotation?.isGoingBack === false
          ? refused(false)
          : undefined,
    };
    playing.untilOver();
    bothBack(playing);
    expect(playing.done.filter((what) => what.startsWith('setup'))).toEqual([]);
    expect(playing.done.filter((what) => what.startsWith('tell'))).toHaveLength(4);
  });

  test('when one credential is missing after others were told', () => {
    const playing = asked();
    playing.trouble = {
      step: (step) =>
        is('tell-far-side', '203.0.113.21')(step) && playing.record.rotation?.isGoingBack === false
          ? refused(false)
          : undefined,
    };
    playing.untilOver();
    bothBack(playing);
  });

  test('when one credential is missing for good: what was never told needs nothing on the way back', () => {
    const playing = asked();
    playing.trouble = {
      step: (step) => (is('tell-far-side', '203.0.113.21')(step) ? refused(false) : undefined),
    };
    playing.untilOver();
    expect(playing.sentences('rotation-goes-back').at(-1)).toContain('was taken back');
    expect(playing.done).toContain('tell-far-side 203.0.113.11');
    expect(playing.isEnabled('psk-hq', 'v2')).toBe(false);
  });

  test('and tries for as long as it takes to disable the version that was refused', () => {
    const playing = asked();
    const isClosing = is('disable-version');
    playing.trouble = {
      step: (step) =>
        (is('activate-far-side')(step) && playing.record.rotation?.isGoingBack === false) || isClosing(step)
          ? refused(true)
          : undefined,
    };
    playing.go(2 * 3600);
    expect(playing.record.rotation).toMatchObject({ state: 'closing', isGoingBack: true });
    playing.trouble = {};
    playing.untilOver();
    bothBack(playing);
  });

  test('without a word to the far side when a credential is missing before anything was told', () => {
    const playing = asked({ zones: ['1'] });
    playing.trouble = { step: (step) => (is('tell-far-side')(step) ? refused(false) : undefined) };
    playing.untilOver();
    expect(playing.done).toEqual([
      'make-version psk-hq',
      'tell-far-side 203.0.113.11 in vain',
      'disable-version psk-hq/v2',
      'over closing',
    ]);
    expect(playing.isAgreed).toBe(true);
  });
});

describe('a rotation by the API is patient', () => {
  test('with what time cures: five failures, and it goes on', () => {
    const playing = asked();
    let failures = 0;
    playing.trouble = {
      step: (step) => (is('tell-far-side')(step) && ++failures <= 5 ? refused(true) : undefined),
    };
    playing.untilOver();
    expect(playing.sentences('rotation-goes-back')).toEqual([]);
    expect(playing.versions).toEqual({ 'hq-z1-1': 'v2', 'hq-z2-1': 'v2' });
  });

  test('but ten failures in a row are a refusal', () => {
    const playing = asked();
    playing.trouble = {
      step: (step) =>
        is('tell-far-side', '203.0.113.11')(step) && playing.record.rotation?.isGoingBack === false
          ? refused(true)
          : undefined,
    };
    playing.untilOver();
    expect(playing.done.filter((what) => what === 'tell-far-side 203.0.113.11 in vain')).toHaveLength(10);
    expect(playing.sentences('rotation-goes-back')).toHaveLength(2);
    expect(playing.isAgreed).toBe(true);
  });

  test('and leaves an old version that can’t be disabled, rather than never ending', () => {
    const playing = asked();
    playing.trouble = { step: (step) => (is('disable-version')(step) ? refused(false) : undefined) };
    playing.untilOver();
    expect(playing.isAgreed).toBe(true);
    expect(playing.isEnabled('psk-hq', 'v1')).toBe(true);
  });
});

test('a rotation is tried afresh when it is asked for after one that went back, what was refused then forgotten', () => {
  const playing = asked({ zones: ['1'] });
  playing.trouble = { step: (step) => (is('tell-far-side')(step) ? refused(false) : undefined) };
  playing.untilOver();
  playing.trouble = {};
  playing.go(3600).ask();
  playing.until(({ record }) => record.rotation !== undefined).untilOver();
  expect(playing.sentences('rotation-done')).toHaveLength(1);
  expect(playing.versions).toEqual({ 'hq-z1-1': 'v3' });
});

test('a gateway whose setup was refused before the rotation is proved by the next request through its tunnel', () => {
  const playing = new Rotating({ farSide: 'zia' }).go(60);
  playing.changeAtFarSide(aSlot('1'));
  playing.dropTunnel(aSlot('1'));
  playing.until(({ record }) => record.rotation !== undefined).untilOver();
  expect(playing.isAgreed).toBe(true);
});

test('a gateway whose setup failed before the far side was told again is proved too', () => {
  const playing = new Rotating({ farSide: 'zia' }).go(60);
  playing.changeAtFarSide(aSlot('1'));
  const { spec } = playing.record;
  playing.record = { ...playing.record, spec: { ...spec, proxy: { ...spec.proxy, masquerade: false } } };
  playing.until(({ record }) => record.rotation !== undefined).untilOver();
  expect(playing.sentences('rotation-goes-back')).toEqual([]);
  expect(playing.isAgreed).toBe(true);
});

test('a gateway that is refused while another one is to try gets the version at once', () => {
  // Seen: the one that was to try was held as the last that serves, and the other got nothing for as long.
  const playing = asked().until(({ record }) => record.rotation?.trying.length === 1);
  playing.dropTunnel(aSlot('2'));
  playing.untilOver();
  expect(playing.done.filter((what) => what.startsWith('setup'))).toEqual([
    'setup hq-z2-1 v2',
    'setup hq-z1-1 v2',
  ]);
  expect(playing.isAgreed).toBe(true);
});

test('what is saved at Zscaler waits for whoever activates it, and is not taken back', () => {
  const playing = asked();
  const pending = problem('far-side-refused', 'Saved, not activated.', {
    retryable: true,
    code: activationPending,
  });
  playing.trouble = { step: (step) => (is('activate-far-side')(step) ? pending : undefined) };
  playing.go(3 * 3600);
  expect(playing.record.rotation).toMatchObject({ state: 'activating', isGoingBack: false });
  expect(playing.versions).toEqual({ 'hq-z1-1': 'v1', 'hq-z2-1': 'v1' });
  playing.trouble = {};
  playing.untilOver();
  expect(playing.sentences('rotation-done')).toHaveLength(1);
  expect(playing.isAgreed).toBe(true);
});

test.each([
  { what: 'a machine that isn’t mended', cause: 'vm-unresponsive', isOver: true },
  { what: 'a refused credential', cause: 'credential-refused', isOver: false },
] as const)(
  'a gateway with $what keeps the others from the end of a rotation: not $isOver',
  ({ cause, isOver }) => {
    const playing = new Rotating({ farSide: 'zia' }).go(60);
    const at = playing.now.toISOString();
    const remedy = { cause, since: at, tries: [], suspendedAt: at };
    const rotation = aRotation({ reason: 'asked-for', startedAt: at, proved: [aSlot('1')] });
    const next = roll(
      {
        record: { ...playing.record, remedies: { [aSlot('2')]: remedy } },
        observed: { resources: [], inFlight: [], attempts: [] },
        slots: desiredSlots(playing.record.spec, ['1', '2']),
        configOf: () => undefined,
        serving: [aSlot('1')],
        now: playing.now,
      },
      rotation,
    );
    expect(next.rotation?.state).toBe(isOver ? 'closing' : 'rolling');
  },
);

test('a gateway that comes while the version rolls out is told too, and all go forward', () => {
  // Seen: its credential was never told, it was refused three times, and both sides went back.
  const playing = asked({ zones: ['1', '2'] }).until(({ record }) => record.rotation?.proved.length === 1);
  const { spec, resolved } = playing.record;
  if (resolved === undefined) throw new Error('A site that serves is resolved.');
  const zones: Zone[] = ['1', '2', '3'];
  playing.record = { ...playing.record, spec: { ...spec, zones }, resolved: { ...resolved, zones } };
  playing.untilOver();
  expect(playing.sentences('rotation-goes-back')).toEqual([]);
  expect(playing.isAgreed).toBe(true);
});

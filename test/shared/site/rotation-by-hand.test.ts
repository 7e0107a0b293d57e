/** How is a PSK rotated where a person has to enter it at Zscaler? */
import { describe, expect, test } from '@jest/globals';
import { aSlot } from './helpers/builders.js';
import { Rotating } from './helpers/rotating.js';

/** A site that serves, and somebody has just asked for a rotation. */
function asked(spec: Readonly<Record<string, unknown>> = {}): Rotating {
  const playing = new Rotating(spec).go(60);
  playing.ask();
  return playing.until(({ record }) => record.rotation !== undefined);
}

const at = ({ diary }: Rotating, what: string) => diary.find((done) => done.what === what)?.seconds ?? NaN;

describe('a rotation by hand', () => {
  test('tells what to enter where, for each gateway, before any gateway is touched', () => {
    const playing = asked().until(({ record }) => record.rotation?.state === 'rolling');
    expect(playing.done).toEqual(['make-version psk-hq']);
    expect(playing.sentences('rotation-step').at(-1)).toBe(
      'Enter the new PSK of hq at Zscaler, under VPN Credentials, and activate: 203.0.113.11: version v2 of secret psk-hq; 203.0.113.21: version v2 of secret psk-hq. The gateways try it, and keep the one before until it is accepted.',
    );
    expect(playing.timeline).toContainEqual(
      expect.objectContaining({ reason: 'rotation-began', by: 'ann@example.com' }),
    );
    expect(playing.record.rotationWanted).toBeUndefined();
  });

  test('first tries five minutes later, one gateway alone and drained', () => {
    const playing = asked().until(({ record }) => record.rotation?.state === 'rolling');
    const told = playing.seconds;
    playing.until(({ done }) => done.includes('setup hq-z1-1 v2'));
    expect(at(playing, 'drained hq-z1-1') - told).toBeGreaterThanOrEqual(300);
    expect(at(playing, 'drained hq-z1-1') - told).toBeLessThanOrEqual(420);
    expect(at(playing, 'setup hq-z1-1 v2') - at(playing, 'drained hq-z1-1')).toBeGreaterThanOrEqual(120);
    expect(playing.versions).toEqual({ 'hq-z1-1': 'v1', 'hq-z2-1': 'v1' });
  });

  test('goes back to the version before when it is refused, and tries again a quarter of an hour later', () => {
    const playing = asked().until(
      ({ done }) => done.filter((what) => what === 'setup hq-z1-1 v2').length === 2,
    );
    const setups = playing.diary.filter(({ what }) => what.startsWith('setup'));
    expect(setups.map(({ what }) => what).slice(0, 3)).toEqual([
      'setup hq-z1-1 v2',
      'setup hq-z1-1 v1',
      'setup hq-z1-1 v2',
    ]);
    const [first, back, again] = setups.map(({ seconds }) => seconds);
    expect((back ?? NaN) - (first ?? NaN)).toBeLessThanOrEqual(120);
    expect((again ?? NaN) - (first ?? NaN)).toBeGreaterThanOrEqual(15 * 60);
    expect(playing.done).not.toContain('setup hq-z2-1 v2');
    expect(playing.sentences('rotation-refused')[0]).toMatch(
      /^hq-z1-1 tried the new PSK and was not accepted \(credential-refused\); it goes back to the one before\. Tried again after 2026-/,
    );
  });

  test('proves all gateways one at a time once the far side has accepted, then disables the old version', () => {
    const playing = asked().until(({ record }) => record.rotation?.refusals === 2);
    playing.go(300).enterByHand();
    const begun = playing.diary.length;
    playing.untilOver();
    expect(playing.done.slice(begun).filter((what) => what !== 'drained')).toEqual([
      'drained hq-z1-1',
      'setup hq-z1-1 v2',
      'drained hq-z2-1',
      'setup hq-z2-1 v2',
      'disable-version psk-hq/v1',
      'over closing',
    ]);
    expect(playing.isAgreed).toBe(true);
    expect(playing.isEnabled('psk-hq', 'v1')).toBe(false);
    expect(playing.isEnabled('psk-hq', 'v2')).toBe(true);
    expect(playing.record.secretsInUse).toMatchObject({ 'psk-hq': { version: 'v2' } });
    expect(playing.sentences('rotation-step').filter((sentence) => sentence.includes('is proved'))).toEqual([
      'hq-z1-1 is proved with the new PSK: a new IKE SA was authenticated, and a request through it succeeded.',
      'hq-z2-1 is proved with the new PSK: a new IKE SA was authenticated, and a request through it succeeded.',
    ]);
    expect(playing.sentences('rotation-done')).toHaveLength(1);
  });

  test('never tells the far side by itself', () => {
    const playing = asked().until(({ record }) => record.rotation?.state === 'rolling');
    playing.enterByHand();
    playing.untilOver();
    expect(playing.done.filter((what) => /far-side/.test(what))).toEqual([]);
  });

  test('changes the only gateway of a site as it serves, without a drain', () => {
    const playing = asked({ zones: ['1'] }).until(({ record }) => record.rotation?.state === 'rolling');
    playing.enterByHand();
    playing.untilOver();
    expect(playing.done).toEqual([
      'make-version psk-hq',
      'setup hq-z1-1 v2',
      'disable-version psk-hq/v1',
      'over closing',
    ]);
    expect(playing.isAgreed).toBe(true);
  });

  test('sets the only gateway back too when it is refused', () => {
    const playing = asked({ zones: ['1'] }).until(({ record }) => record.rotation?.refusals === 1);
    playing.go(300);
    expect(playing.versions).toEqual({ 'hq-z1-1': 'v1' });
    expect(playing.record.phase).toBe('serving');
  });

  test('tries a gateway that lost its tunnel after the far side was changed at once with the new version', () => {
    const playing = asked().until(({ record }) => record.rotation?.refusals === 1);
    playing.enterByHand();
    playing.dropTunnel(aSlot('2'));
    playing.untilOver();
    expect(playing.isAgreed).toBe(true);
  });
});

describe('a rotation by hand of two tunnels with names and a PSK each', () => {
  const spec = {
    zones: ['1', '2'],
    tunnel: {
      edges: { primary: 'fra4-vpn.zscaler.net', secondary: 'ams2-vpn.zscaler.net' },
      identity: { type: 'ufqdn', domain: 'example.com' },
      psk: { scope: 'tunnel' },
    },
  };

  test('makes a version of each secret, and names each identity', () => {
    const playing = asked(spec).until(({ record }) => record.rotation?.state === 'rolling');
    expect([...playing.done].sort()).toEqual([
      'make-version psk-hq-z1-1-primary',
      'make-version psk-hq-z1-1-secondary',
      'make-version psk-hq-z2-1-primary',
      'make-version psk-hq-z2-1-secondary',
    ]);
    const sentence = playing.sentences('rotation-step').at(-1);
    for (const identity of ['hq-z1-1-primary', 'hq-z1-1-secondary', 'hq-z2-1-primary', 'hq-z2-1-secondary']) {
      expect(sentence).toContain(`${identity}@example.com: version v2 of secret psk-${identity}`);
    }
  });

  test('changes both tunnels of a gateway by one setup, and disables all four old versions', () => {
    const playing = asked(spec).until(({ record }) => record.rotation?.state === 'rolling');
    playing.enterByHand();
    playing.untilOver();
    expect(playing.done.filter((what) => what.startsWith('setup'))).toEqual([
      'setup hq-z1-1 v2',
      'setup hq-z2-1 v2',
    ]);
    expect(playing.done.filter((what) => what.startsWith('disable'))).toHaveLength(4);
    expect(playing.isAgreed).toBe(true);
  });
});

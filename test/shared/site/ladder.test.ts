/** In which order are rungs tried for each cause, and when is none left? */
import { describe, expect, test } from '@jest/globals';
import {
  canBeMended,
  endTry,
  nextRung,
  openTry,
  touchesMachine,
  type LadderLimits,
} from '../../../shared/site/ladder.js';
import type { Cause, Rung, Try } from '../../../shared/site/remedy.js';
import { atSeconds } from './helpers/builders.js';
import { aRemedy, aTry, iso } from './helpers/mending.js';

/** All rungs until none is left, as if none of them helped. */
function climbed(cause: Cause, limits: Partial<LadderLimits> = {}): readonly Rung[] {
  const tries: Try[] = [];
  for (let rung = next(); rung !== undefined; rung = next()) {
    tries.push(aTry(rung));
    if (tries.length > 20) throw new Error('A ladder without an end.');
  }
  return tries.map(({ rung }) => rung);

  function next() {
    return nextRung(cause, tries, { hasSecondary: false, ...limits });
  }
}

describe('nextRung climbs from what touches least until none is left', () => {
  test.each<{ cause: Cause; limits?: Partial<LadderLimits>; rungs: readonly Rung[] }>([
    {
      cause: 'tunnel-down',
      rungs: ['tunnel-up', 'ipsec-restart', 'configure', 'redeploy', 'replace', 'replace'],
    },
    {
      cause: 'tunnel-down',
      limits: { hasSecondary: true },
      rungs: ['tunnel-up', 'ipsec-restart', 'configure', 'other-edge', 'redeploy', 'replace', 'replace'],
    },
    {
      cause: 'tunnel-down',
      limits: { from: 'ipsec-restart' },
      rungs: ['ipsec-restart', 'configure', 'redeploy', 'replace', 'replace'],
    },
    {
      cause: 'tunnel-down',
      limits: { isFarSide: true },
      rungs: ['tunnel-up', 'ipsec-restart', 'configure'],
    },
    { cause: 'vm-stopped', rungs: ['start', 'replace', 'replace'] },
    { cause: 'vm-missing', rungs: ['replace', 'replace'] },
    { cause: 'vm-unresponsive', rungs: ['redeploy', 'replace', 'replace'] },
    { cause: 'config-drift', rungs: ['configure', 'redeploy', 'replace', 'replace'] },
    { cause: 'secret-newer', rungs: [] },
    { cause: 'service-edge-down', rungs: [] },
    { cause: 'service-edge-down', limits: { hasSecondary: true }, rungs: ['other-edge'] },
    { cause: 'proxy-dead', rungs: ['tunnel-up'] },
    { cause: 'proxy-dead', limits: { hasSecondary: true }, rungs: ['tunnel-up', 'other-edge'] },
    { cause: 'credential-refused', limits: { hasSecondary: true }, rungs: [] },
    { cause: 'healthy', rungs: [] },
    { cause: 'starting', rungs: [] },
    { cause: 'cannot-tell', limits: { hasSecondary: true }, rungs: [] },
  ])('$cause with $limits: $rungs', ({ cause, limits, rungs }) => {
    expect(climbed(cause, limits)).toEqual(rungs);
  });

  test.each<Cause>(['service-edge-down', 'proxy-dead', 'credential-refused'])(
    'and never touches a machine for %s',
    (cause) => {
      expect(climbed(cause, { hasSecondary: true }).filter(touchesMachine)).toEqual([]);
    },
  );

  test('and goes on behind what was tried for another cause', () => {
    // Seen from outside, a dead tunnel is one trouble; what it is found to be may change while it is mended.
    const tries = [aTry('configure'), aTry('redeploy'), aTry('replace')];
    expect(nextRung('config-drift', tries, { hasSecondary: false })).toBe('replace');
    expect(nextRung('vm-unresponsive', [...tries, aTry('replace')], { hasSecondary: false })).toBeUndefined();
  });
});

test.each<{ cause: Cause; is: boolean }>([
  { cause: 'tunnel-down', is: true },
  { cause: 'service-edge-down', is: true },
  { cause: 'credential-refused', is: false },
  { cause: 'cannot-tell', is: false },
])('canBeMended says of $cause: $is', ({ cause, is }) => {
  expect(canBeMended(cause)).toBe(is);
});

describe('openTry and endTry', () => {
  const open: Try = { rung: 'configure', begunAt: iso(-60) };

  test('the newest try may still help until it is ended, the others keep their results', () => {
    const remedy = aRemedy({ tries: [aTry('tunnel-up'), open] });
    expect(openTry(remedy)).toEqual(open);
    const ended = endTry(remedy, 'did-not-help', atSeconds(5));
    expect(openTry(ended)).toBeUndefined();
    expect(ended.tries).toEqual([aTry('tunnel-up'), { ...open, endedAt: iso(5), result: 'did-not-help' }]);
    expect(endTry(ended, 'helped', atSeconds(9))).toEqual(ended);
  });

  test('there is none without a mending, or before its first rung', () => {
    expect(openTry(undefined)).toBeUndefined();
    expect(openTry(aRemedy())).toBeUndefined();
  });
});

/** What when a site is changed while its PSKs rotate? */
import { expect, test } from '@jest/globals';
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

/** What does a rotation do when somebody disables versions of its secret under its hands? */
import { expect, test } from '@jest/globals';
import { problem } from '../../../shared/site/problem.js';
import type { RotationStep } from '../../../shared/site/rotation-step.js';
import { Rotating } from './helpers/rotating.js';

/** A rotation by the API that has just begun. */
function asked(): Rotating {
  const playing = new Rotating({ farSide: 'zia' }).go(60);
  playing.ask();
  return playing.until(({ record }) => record.rotation !== undefined);
}

test('a rotation is taken back before any gateway is touched when its new version is disabled before it is told', () => {
  const playing = asked().until(({ vault }) => vault.isEnabled('psk-hq', 'v2'));
  playing.disable('psk-hq', 'v2');
  playing.untilOver();
  expect(playing.done.filter((what) => what.startsWith('setup') || what.startsWith('drained hq'))).toEqual(
    [],
  );
  expect(playing.versions).toEqual({ 'hq-z1-1': 'v1', 'hq-z2-1': 'v1' });
  expect(playing.isAgreed).toBe(true);
});

test('a rotation goes on to its end when the old version is disabled halfway', () => {
  const playing = asked().until(({ record }) => record.rotation?.proved.length === 1);
  playing.disable('psk-hq', 'v1');
  playing.untilOver();
  expect(playing.sentences('rotation-done')).toHaveLength(1);
  expect(playing.versions).toEqual({ 'hq-z1-1': 'v2', 'hq-z2-1': 'v2' });
  expect(playing.isAgreed).toBe(true);
});

test('a rotation keeps the gateways as they serve while both versions are disabled, and ends once one is enabled', () => {
  const playing = asked().until(({ record }) => record.rotation?.proved.length === 1);
  playing.disable('psk-hq', 'v1');
  playing.disable('psk-hq', 'v2');
  playing.until(({ record }) => record.rotation?.isGoingBack === true).go(600);
  const begun = playing.done.length;
  playing.go(3600);
  expect(playing.done.slice(begun).filter((what) => !what.startsWith('tell-far-side'))).toEqual([]);
  expect(playing.versions).toEqual({ 'hq-z1-1': 'v2', 'hq-z2-1': 'v1' });
  expect(playing.record.phase).toBe('serving');
  playing.vault.enable('psk-hq', 'v1');
  playing.untilOver();
  expect(playing.versions).toEqual({ 'hq-z1-1': 'v1', 'hq-z2-1': 'v1' });
  expect(playing.isAgreed).toBe(true);
});

// Seen: a gateway that had proved the new version was set back while ZIA was away, and refused until it came back.
test('a rotation that goes back sets no gateway back before ZIA has taken the former version', () => {
  const playing = asked().until(({ record }) => record.rotation?.proved.length === 1);
  playing.disable('psk-hq', 'v2');
  const isTold = ({ intent }: RotationStep) => intent.kind === 'tell-far-side';
  const away = problem('far-side-refused', 'ZIA did not answer.', { retryable: true });
  playing.trouble = { step: (step) => (isTold(step) ? away : undefined) };
  playing.until(({ record }) => record.rotation?.isGoingBack === true).go(1800);
  expect(playing.versions).toMatchObject({ 'hq-z1-1': 'v2' });
  expect(playing.record.phase).toBe('serving');
  playing.trouble = {};
  playing.untilOver();
  expect(playing.versions).toEqual({ 'hq-z1-1': 'v1', 'hq-z2-1': 'v1' });
  expect(playing.isAgreed).toBe(true);
});

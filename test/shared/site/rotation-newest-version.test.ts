/** What does a run take for the vault's newest version when it has just disabled one? */
import { expect, test } from '@jest/globals';
import { success } from '../../../shared/site/problem.js';
import type { RotationStep } from '../../../shared/site/rotation-step.js';
import { aRound, noon } from './helpers/builders.js';
import { foldRotated } from '../../../shared/site/fold-begun.js';

const disabled = (version: string): RotationStep => ({
  verb: 'rotate',
  subject: `version ${version} of psk-hq`,
  intent: { kind: 'disable-version', name: 'psk-hq', secret: { name: 'psk-hq', version } },
  reason: 'rotation-step',
  sentence: 'Disables it.',
});

// Seen: a rotation that was taken back began anew, for the version that it had just disabled.
test.each([
  { when: 'it is the one that was seen last', version: 'new', left: 0 },
  { when: 'another one is', version: 'old', left: 1 },
])(
  'foldRotated leaves $left usable versions after a version was disabled when $when',
  ({ version, left }) => {
    const round = aRound({ secrets: [success({ name: 'psk-hq', state: 'usable', version: 'new' })] });
    expect(foldRotated(round, [disabled(version)], [success({})], noon).secrets).toHaveLength(left);
  },
);

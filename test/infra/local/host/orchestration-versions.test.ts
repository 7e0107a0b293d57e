/** Which versions go together? The rules of 'Orchestration versioning' on Microsoft Learn. */
import { expect, test } from '@jest/globals';
import { compareVersions, judgeVersion } from '../../../../infra/local/host/orchestration-versions.js';

test.each([
  { one: '', other: '', sign: 0 },
  { one: '', other: '1.0', sign: -1 },
  { one: '1.9', other: '1.10', sign: -1 },
  { one: '1.0', other: '1.0.0', sign: -1 },
  { one: '2.0.0', other: '1.9.9.9', sign: 1 },
  { one: '9', other: '10', sign: 1 },
  { one: 'V1-a', other: 'v1-A', sign: 0 },
  { one: 'v1', other: 'v2', sign: -1 },
])('compareVersions finds "$one" to "$other" as $sign', ({ one, other, sign }) => {
  expect(Math.sign(compareVersions(one, other))).toBe(sign);
  expect(Math.sign(compareVersions(other, one))).toBe(-sign + 0);
});

test.each([
  { when: 'neither has one', version: '', settings: {}, kind: 'runs' },
  { when: 'the instance is older', version: '1.0', settings: { defaultVersion: '2.0' }, kind: 'runs' },
  { when: 'the instance is newer', version: '3.0', settings: { defaultVersion: '2.0' }, kind: 'rejected' },
  { when: 'the host has none', version: '1.0', settings: {}, kind: 'runs' },
  {
    when: 'it is newer and that is a failure',
    version: '3.0',
    settings: { defaultVersion: '2.0', versionFailureStrategy: 'Fail' },
    kind: 'failed',
  },
  {
    when: 'the match is strict and it is older',
    version: '1.0',
    settings: { defaultVersion: '2.0', versionMatchStrategy: 'Strict' },
    kind: 'rejected',
  },
  {
    when: 'nothing is matched',
    version: '3.0',
    settings: { defaultVersion: '2.0', versionMatchStrategy: 'None' },
    kind: 'runs',
  },
] as const)('judgeVersion answers $kind when $when', ({ version, settings, kind }) => {
  expect(judgeVersion(version, settings).kind).toBe(kind);
});

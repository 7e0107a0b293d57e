/** Is a name that somebody else's resource has ever written to? */
import { describe, expect, test } from '@jest/globals';
import { isNameOf } from '../../../shared/site/name-taken.js';
import { planSite } from '../../../shared/site/plan-site.js';
import { success } from '../../../shared/site/problem.js';
import { aRecord, aRound, aSite, atSeconds, goodSurroundings, noon, policy } from './helpers/builders.js';
import { foldResources } from '../../../shared/site/fold-looks.js';
import { looksOf, observedOf } from '../../../shared/site/round.js';

const { name: site } = aSite();

test.each([
  ['nsg-hq', true],
  ['lb-hq', true],
  ['pip-hq-z1-1', true],
  ['nic-hq-z3-12', true],
  ['vm-hq-z2-1-g4', true],
  ['nsg-hq-z1-1', false],
  ['pip-hq', false],
  ['vm-hq-database', false],
  ['pip-other-z1-1', false],
  ['pip-hq-z4-1', false],
])('%s is a name of site hq: %s', (name, isOurs) => {
  expect(isNameOf(site, name)).toBe(isOurs);
});

describe('a name that a look found taken', () => {
  const looked = (taken: readonly string[], at = noon) =>
    foldResources(
      aRound({ surroundings: { at: noon.toISOString(), value: goodSurroundings() } }),
      success({
        site,
        resourceGroup: 'rg-spoke',
        observedAt: at.toISOString(),
        resources: [],
        taken,
        health: [],
        secrets: [],
      }),
      'hq',
      at,
    );
  const written = (round: ReturnType<typeof looked>, at = noon) =>
    planSite(aRecord({ zones: ['1', '2'] }), observedOf(round, at), policy, at).steps.map(
      ({ subject }) => subject,
    );

  test('is not written, and the rest is', () => {
    expect(written(looked([]))).toEqual(['nsg-hq', 'lb-hq', 'pip-hq-z1-1', 'pip-hq-z2-1']);
    expect(written(looked(['lb-hq', 'pip-hq-z1-1']))).toEqual(['nsg-hq', 'pip-hq-z2-1']);
  });

  test('is told with its resource group and the mend', () => {
    const [attempt] = looked(['lb-hq']).attempts;
    expect(attempt?.problem).toMatchObject({
      type: '/problems/name-taken',
      mend: expect.stringContaining('Rename'),
    });
    expect(attempt?.problem.detail).toContain('lb-hq in rg-spoke');
  });

  test('is looked at again before its pause ends in a write', () => {
    const round = looked(['lb-hq']);
    expect(looksOf(round, atSeconds(59)).resources).toBe(false);
    expect(looksOf(round, atSeconds(60)).resources).toBe(true);
  });

  test('is written once a look finds it free', () => {
    const freed = foldResources(
      looked(['lb-hq']),
      success({
        site,
        resourceGroup: 'rg-spoke',
        observedAt: noon.toISOString(),
        resources: [],
        taken: [],
        health: [],
        secrets: [],
      }),
      'hq',
      atSeconds(60),
    );
    expect(written(freed, atSeconds(60))).toContain('lb-hq');
  });

  test('keeps a machine’s slot from being made under another generation', () => {
    expect(looked(['vm-hq-z1-1-g1']).attempts.map(({ subject }) => subject)).toEqual(['vm-hq-z1-1']);
  });
});

/** Do both sides agree when the host is killed amid a rotation, at each of its steps, on the way there and back? */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { TimelineLine } from '../../infra/local/region/site-api.js';
import { expectAgreement } from './rotation-agreement.js';
import { rotate, sidesOf, startRotatingSite } from './rotation-site.js';
import type { TestRegion } from './start-region.js';

jest.setTimeout(200_000);

let region: TestRegion;

interface Crash {
  readonly activity: string;
  readonly phase: string;
  readonly nth: number;
}

beforeAll(async () => {
  region = await startRotatingSite({ seed: 6 });
}, 100_000);

afterAll(() => region.close());

/** Every step of a rotation of two gateways, as an activity and how often it was passed by then. */
const steps = [
  { step: 'a version is made', activity: 'makeVersion' },
  { step: 'the first credential is told', activity: 'tellFarSide' },
  { step: 'the second credential is told', activity: 'tellFarSide', nth: 2 },
  { step: 'the far side is activated', activity: 'activateFarSide' },
  { step: 'the first gateway is drained', activity: 'putPool' },
  { step: 'the first gateway is set up', activity: 'runSetup' },
  { step: 'the first gateway is taken back', activity: 'putPool', nth: 2 },
  { step: 'the second gateway is drained', activity: 'putPool', nth: 3 },
  { step: 'the second gateway is set up', activity: 'runSetup', nth: 2 },
  { step: 'the old version is disabled', activity: 'disableVersion' },
];

const crashes = steps.flatMap(({ step, activity, nth = 1 }) => [
  { when: `before ${step}`, activity, phase: 'begins', nth },
  { when: `after ${step}`, activity, phase: 'ended', nth },
]);

test.each(crashes)(
  'both sides use the new PSK when the host was killed $when',
  async ({ activity, phase, nth }) => {
    const before = await sidesOf(region);
    const lines = await rotateWithCrash({ activity, phase, nth });
    expect(lines.map(({ reason }) => reason)).toContain('rotation-done');
    const after = await sidesOf(region);
    expect(after.versions).toHaveLength(before.versions.length + 1); // none is made twice
    await expectAgreement(region);
    for (const [slot, { authenticatedAt }] of Object.entries(after.gateways)) {
      expect(authenticatedAt > (before.gateways[slot]?.authenticatedAt ?? '')).toBe(true);
    }
  },
);

/** Every step of the way back: one credential was told, the other one refused. */
const stepsBack = [
  { step: 'the second credential is refused', activity: 'tellFarSide', nth: 2 },
  { step: 'the first credential is told the former PSK', activity: 'tellFarSide', nth: 3 },
  { step: 'the far side is activated', activity: 'activateFarSide', nth: 1 },
  { step: 'the new version is disabled', activity: 'disableVersion', nth: 1 },
];

const crashesBack = stepsBack.flatMap(({ step, activity, nth }) => [
  { when: `before ${step}`, activity, phase: 'begins', nth },
  { when: `after ${step}`, activity, phase: 'ended', nth },
]);

test.each(crashesBack)(
  'both sides use the former PSK when the far side refused, and the host was killed $when',
  async ({ activity, phase, nth }) => {
    const { inUse } = await sidesOf(region);
    await region.call('refuseCredential', 'hq-z2-1');
    const lines = await rotateWithCrash({ activity, phase, nth });
    await region.call('endRefusals');
    expect(lines.map(({ sentence }) => sentence).join()).toContain('was taken back');
    expect((await sidesOf(region)).inUse).toBe(inUse);
    await expectAgreement(region);
  },
);

/** Rotates, and lets the host crash once on the way. */
async function rotateWithCrash({ activity, phase, nth }: Crash): Promise<readonly TimelineLine[]> {
  const crashed = (await region.call<readonly string[]>('crashes')).length;
  await region.call('crashAt', activity, phase, nth);
  const lines = await rotate(region);
  const crashes = await region.call<readonly string[]>('crashes');
  expect(crashes.slice(crashed)).toEqual([`${activity} ${phase}`]);
  return lines;
}

/** What does the plan do when a gateway's setup failed, runs, or could not be begun? */
import { describe, expect, test } from '@jest/globals';
import type { ObservedResource, ObservedSetup } from '../../../shared/site/observed-site.js';
import { planSite } from '../../../shared/site/plan-site.js';
import type { Plan } from '../../../shared/site/plan.js';
import { success } from '../../../shared/site/problem.js';
import { atRest } from './helpers/azure-in-words.js';
import { aRecord, aSlot, anAttempt, atSeconds, goodSurroundings, noon, policy } from './helpers/builders.js';

const rested = atRest(aRecord());
const around = goodSurroundings();
const planOf = (resources: readonly ObservedResource[], more: object = {}, now = noon) =>
  planSite(rested.record, { ...rested.observed, surroundings: around, ...more, resources }, policy, now);
const doing = ({ gateways }: Plan) => gateways.map((gateway) => gateway.doing);

/** The newest setup, after the gateway had served with another. */
function withSetup(change: Partial<ObservedSetup>): readonly ObservedResource[] {
  const endedAt = noon.toISOString();
  return rested.observed.resources.map((resource) =>
    resource.kind === 'setup' && resource.slot === aSlot('1')
      ? { ...resource, endedAt, ...change }
      : resource,
  );
}

describe('planSite judges setups', () => {
  const refused: Partial<ObservedSetup> = {
    execution: 'failed',
    result: {
      ok: false,
      config: 'c',
      changed: [],
      tunnels: { primary: { state: 'down', seconds: 60 } },
      probe: 503,
      reason: 'credential-refused',
      mend: 'Compare the PSK with the one at Zscaler.',
    },
  };
  const attempts = [
    anAttempt('setup of vm-hq-z1-1-g1', 'credential-refused', { failures: 2, pauseSeconds: 60 }),
  ];

  /** A site whose only gateway was never proved, so that no version of its PSK is in use yet. */
  const planBuild = (more: object, now = noon) => {
    const { record, observed } = atRest(aRecord({ zones: ['1'] }));
    const resources = observed.resources.map((resource) =>
      resource.kind === 'setup' ? { ...resource, endedAt: noon.toISOString(), ...refused } : resource,
    );
    return planSite({ ...record, secretsInUse: {} }, { ...observed, ...more, resources }, policy, now);
  };

  test('a wrong PSK is told as such, and waited for', () => {
    const plan = planOf(withSetup(refused), { attempts });
    expect(plan).toMatchObject({
      steps: [],
      phase: 'degraded',
      problem: { type: '/problems/credential-refused' },
    });
    expect(plan.gateways[0]).toMatchObject({
      doing: 'failed',
      problem: { type: '/problems/credential-refused' },
    });
  });

  test('and tried again after its pause, with the newest version and a higher attempt', () => {
    const secrets = [success({ name: 'psk-hq', state: 'usable', version: 'v2' } as const)];
    const plan = planBuild({ attempts, surroundings: goodSurroundings({ secrets }) }, atSeconds(60));
    expect(plan.steps).toEqual([
      expect.objectContaining({
        reason: 'setup-failed',
        intent: expect.objectContaining({
          attempt: 3,
          psk: { primary: { name: 'psk-hq', version: 'v2' } },
        }) as unknown,
      }),
    ]);
    expect(plan.steps[0]?.sentence).toContain('the service edge refuses the credential');
  });

  test.each([
    { when: 'it is disabled', state: { state: 'disabled' } },
    {
      when: 'it would break the secrets file',
      state: { state: 'unusable', version: 'v9', because: 'characters' },
    },
  ] as const)('a secret is waited for when $when', ({ state }) => {
    const secrets = [success({ name: 'psk-hq', ...state })];
    const plan = planBuild({ surroundings: goodSurroundings({ secrets }) });
    expect(plan.steps).toEqual([]);
    expect(plan.waits[0]).toMatchObject({
      reason: 'waits-for-resource',
      sentence: 'Waits for a usable secret psk-hq.',
    });
  });

  test.each([
    { when: 'it is pending', change: { execution: 'pending' } },
    { when: 'it runs', change: { execution: 'running' } },
    {
      when: 'its state is unknown and it is being written',
      change: { execution: 'unknown', state: 'changing' },
    },
  ] as const)('one is not run twice when $when', ({ change }) => {
    const plan = planOf(withSetup(change));
    expect(plan.steps).toEqual([]);
    expect(doing(plan)[0]).toBe('changing');
  });

  test.each([
    { when: 'nobody knows how it ended', change: { execution: 'unknown', state: 'settled' } },
    { when: 'its machine was restarted under it', change: { execution: 'failed', state: 'changing' } },
  ] as const)('one is run again when $when', ({ change }) => {
    expect(planOf(withSetup(change)).steps).toMatchObject([
      { gateway: 'hq-z1-1', intent: { kind: 'setup' }, reason: 'setup-failed' },
    ]);
  });

  test('a failure to begin one is told, though Azure knows of no setup', () => {
    // Seen: a vault that refuses to be read left the site 'building' without any problem.
    const resources = rested.observed.resources.filter(
      (resource) => !(resource.kind === 'setup' && resource.slot === aSlot('1')),
    );
    const tried = [anAttempt('setup of vm-hq-z1-1-g1', 'permission-denied')];
    const plan = planOf(resources, { attempts: tried });
    expect(plan.gateways[0]).toMatchObject({
      doing: 'failed',
      problem: { type: '/problems/permission-denied' },
    });
    expect(plan.phase).toBe('degraded');
  });
});

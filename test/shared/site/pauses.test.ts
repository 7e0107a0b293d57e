/** Is what could not be begun left alone for its pause, instead of being tried in each round? */
import { describe, expect, test } from '@jest/globals';
import type { ObservedResource } from '../../../shared/site/observed-site.js';
import type { Plan } from '../../../shared/site/plan.js';
import type { Attempt, SiteRecord } from '../../../shared/site/site-record.js';
import { allIsWell, atRest, planAsked } from './helpers/azure-in-words.js';
import { aRecord, aSlot, anAttempt, atSeconds, goodSurroundings } from './helpers/builders.js';
import { aRemedy, aRun, iso } from './helpers/mending.js';
import { wordsOf } from './helpers/story-steps.js';

const slot = aSlot('1');
const rested = atRest(aRecord());
const pauseSeconds = 30;

interface Given {
  readonly attempt: Attempt;
  readonly record: Partial<SiteRecord>;
  readonly change: (resource: ObservedResource) => ObservedResource;
  readonly more?: readonly ObservedResource[];
}

/** The plan some seconds after the attempt failed. */
function planAfter(seconds: number, { attempt, record, change, more = [] }: Given): Plan {
  const resources = [...rested.observed.resources.map(change), ...more];
  const observed = {
    ...rested.observed,
    resources,
    attempts: [attempt],
    surroundings: goodSurroundings(),
  };
  return planAsked({ ...rested.record, ...record }, observed, atSeconds(seconds));
}

const down = { primary: { state: 'down', request: false, because: 'unknown' } } as const;

const begunAgain: readonly (Given & { readonly what: string; readonly step: string })[] = [
  {
    what: 'a start',
    step: `${slot} start vm-${slot}-g1`,
    attempt: anAttempt(`vm-${slot}`, 'capacity-lacking', { pauseSeconds }),
    record: {
      remedies: {
        [slot]: aRemedy({ cause: 'vm-stopped', tries: [{ rung: 'start', begunAt: iso(-30) }] }),
      },
    },
    change: (resource) =>
      resource.kind === 'virtual-machine' && resource.slot === slot
        ? { ...resource, power: 'deallocated' }
        : resource,
  },
  {
    what: 'a script',
    step: `${slot} put tunnel-up`,
    attempt: anAttempt(`remedy of vm-${slot}-g1`, 'conflict', { pauseSeconds }),
    record: {
      remedies: { [slot]: aRemedy({ since: iso(-40), tries: [{ rung: 'tunnel-up', begunAt: iso(-10) }] }) },
    },
    change: (resource) => resource,
    more: [
      aRun({
        execution: 'succeeded',
        endedAt: iso(-20),
        diagnosis: { ...allIsWell, tunnels: down, probe: 503 },
      }),
    ],
  },
];

describe('a mend that could not be begun', () => {
  // Seen: a start for which Azure had no capacity was asked for every second, with a line of the timeline each.
  test.each(begunAgain)('waits for its pause: $what', ({ step, ...given }) => {
    const paused = planAfter(pauseSeconds - 1, given);
    expect(paused.steps).toEqual([]);
    expect(paused.waits).toContainEqual(
      expect.objectContaining({ reason: 'waits-after-failure', until: iso(pauseSeconds) }),
    );
    expect(paused.gateways[0]?.doing).toBe('mending');
    expect(planAfter(pauseSeconds, given).steps.map(wordsOf)).toEqual([step]);
  });
});

test('a machine whose removal is refused goes back into the pool for the pause', () => {
  const given: Given = {
    attempt: anAttempt(`removal of vm-${slot}-g1`, 'locked', { pauseSeconds }),
    record: {
      orders: { [slot]: { replace: { by: 'ann@example.com', at: iso(-700), generation: 1 } } },
      outOfService: { [slot]: { because: 'replacement', since: iso(-600), drainedAt: iso(-500) } },
    },
    change: (resource) => (resource.kind === 'load-balancer' ? { ...resource, drained: [slot] } : resource),
  };
  expect(planAfter(pauseSeconds - 1, given).steps.map(wordsOf)).toEqual(['put pool []']);
  expect(planAfter(pauseSeconds, given).steps.map(wordsOf)).toEqual([`${slot} delete vm-${slot}-g1`]);
});

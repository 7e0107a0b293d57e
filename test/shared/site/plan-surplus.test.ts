/** When does a gateway go for which the site has no place any more, and whom does it keep from their clients? */
import { describe, expect, test } from '@jest/globals';
import type { ObservedVirtualMachine } from '../../../shared/site/observed-site.js';
import type { GatewayActivity, SiteRecord } from '../../../shared/site/site-record.js';
import { atRest, planAsked } from './helpers/azure-in-words.js';
import { aRecord, aSite, aSlot, atSeconds, goodSurroundings, noon } from './helpers/builders.js';
import { Story } from './helpers/story.js';
import { wordsOf } from './helpers/story-steps.js';

const [one, two] = [aSlot('1'), aSlot('2')];
const ann = { by: 'ann@example.com', at: atSeconds(0).toISOString() };

interface Given {
  readonly spec?: Readonly<Record<string, unknown>>;
  /** What zone 2, which goes, was told to do. */
  readonly told?: GatewayActivity;
  readonly machine?: Partial<ObservedVirtualMachine>;
  readonly record?: Partial<SiteRecord>;
}

/** The plan of a site of two zones that shall have one. */
function shrunk({ spec = {}, told = 'serving', machine = {}, record: changes = {} }: Given) {
  const { record, observed } = atRest(aRecord({ zones: ['1', '2'] }));
  const { resolved } = record;
  const resources = observed.resources.map((resource) =>
    resource.kind === 'virtual-machine' && resource.slot === two ? { ...resource, ...machine } : resource,
  );
  const site: SiteRecord = {
    ...record,
    spec: aSite({ zones: ['1'], ...spec }),
    ...(resolved === undefined ? {} : { resolved: { ...resolved, zones: ['1'] } }),
    gateways: record.gateways.map((status) => (status.slot === two ? { ...status, doing: told } : status)),
    ...changes,
  };
  const surroundings = goodSurroundings();
  const plan = planAsked(site, { ...observed, resources, surroundings }, noon);
  return { plan, steps: plan.steps.map(wordsOf) };
}

test('one that is suspected goes after another has come, not before', () => {
  // Seen: the only gateway, of which a few probes had been lost, was deleted as soon as its zone was given up.
  const story = new Story({ zones: ['1'] });
  story.passes(300);
  story.breaks(one, { says: { probe: 200 }, curedBy: [] });
  story.until(() => story.doing(one) === 'broken');
  story.wants({ zones: ['2'] });
  const deletion = `${one} delete vm-${one}-g1`;
  story.until(() => story.steps().includes(deletion));
  expect(story.steps().indexOf(deletion)).toBeGreaterThan(story.steps().indexOf(`${two} put setup`));
  expect(story.doing(two)).toBe('serving');
});

describe('one that does not serve', () => {
  test.each<GatewayActivity>(['broken', 'mending', 'suspended'])('goes undrained: told as %s', (told) => {
    const { steps } = shrunk({ told, machine: { power: 'stopped' } });
    expect(steps).toEqual([`${two} delete vm-${two}-g1`]);
  });

  test.each<Given & { what: string }>([
    { what: 'by order', record: { orders: { [two]: { protect: ann } } } },
    { what: 'by the spec', spec: { protected: true } },
    {
      what: 'by the calendar',
      spec: {
        remediation: { freeze: [{ from: '2026-03-02T11:00:00Z', to: '2026-03-02T13:00:00Z' }] },
      },
    },
  ])('stays while it is protected $what', (given) => {
    expect(shrunk({ ...given, machine: { power: 'stopped' } }).steps).toEqual([]);
  });

  test('takes over nobody whose machine is to be replaced', () => {
    const { plan } = shrunk({
      spec: { gateway: { size: 'Standard_D4s_v5' } },
      machine: { power: 'deallocated' },
    });
    expect(plan.kept?.outOfService).toEqual({});
  });
});

test('one whose removal has begun goes on to go', () => {
  expect(shrunk({ told: 'deleting' }).steps).toEqual([`${two} delete vm-${two}-g1`]);
});

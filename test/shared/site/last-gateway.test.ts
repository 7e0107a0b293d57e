/** Is there any state in which the plan takes out the last gateway that serves? */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type {
  ObservedResource,
  ObservedSetup,
  ObservedVirtualMachine,
  ResourceState,
} from '../../../shared/site/observed-site.js';
import type { GatewayOrders } from '../../../shared/site/orders.js';
import type { Observed, Plan } from '../../../shared/site/plan.js';
import type { Cause, Remedy, Rung } from '../../../shared/site/remedy.js';
import type { GatewayActivity, OutOfService, SiteRecord } from '../../../shared/site/site-record.js';
import { planSite } from '../../../shared/site/plan-site.js';
import { allIsWell, atRest, planAsked } from './helpers/azure-in-words.js';
import { aRecord, aSite, goodSurroundings, noon, policy } from './helpers/builders.js';
import { aRun, aTry, iso } from './helpers/mending.js';

const rested = atRest(aRecord());
const slots = rested.record.gateways.map(({ slot }) => slot);
const ago = fc.integer({ min: 0, max: 3600 }).map((seconds) => iso(-seconds));

/** The first in nine of ten cases, else one of the others. */
const mostly = <Value>(usual: Value, ...others: readonly Value[]): fc.Arbitrary<Value> =>
  fc.oneof(
    { weight: 9, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );

const bySlot = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Readonly<Record<string, Value>>> =>
  fc.dictionary(fc.constantFrom(...slots), value, { noNullPrototype: true, maxKeys: 1 });

const spec = fc.constantFrom(
  {},
  { proxy: { ports: [9400, 9443] } },
  { gateway: { size: 'Standard_D4s_v5' } },
  { zones: ['1'] },
  { zones: ['1', '2'], proxy: { ports: [9443] } },
  { remediation: { maxUnavailable: 12, replacementsPerDay: 24 }, gateway: { size: 'Standard_D4s_v5' } },
);

const rungs: readonly Rung[] = ['tunnel-up', 'ipsec-restart', 'configure', 'redeploy', 'replace'];
const causes: readonly Cause[] = ['tunnel-down', 'vm-unresponsive', 'vm-missing', 'config-drift'];
const remedy: fc.Arbitrary<Remedy> = fc
  .tuple(fc.constantFrom(...causes), ago, fc.subarray([...rungs]), fc.boolean())
  .map(([cause, since, some, isOpen]) => ({
    cause,
    since,
    tries: some.map((rung, index) =>
      isOpen && index === some.length - 1 ? { rung, begunAt: since, generation: 1 } : aTry(rung),
    ),
  }));

const out: fc.Arbitrary<OutOfService> = fc.record(
  {
    because: fc.constantFrom(...(['change', 'replacement', 'removal'] as const)),
    since: ago,
    drainedAt: ago,
    returnedAt: ago,
  },
  { requiredKeys: ['because', 'since'] },
);

const orders: fc.Arbitrary<GatewayOrders> = fc.record(
  {
    protect: fc.constant({ by: 'ann', at: iso(-60) }),
    drain: fc.constant({ by: 'ann', at: iso(-60) }),
    replace: fc.constant({ by: 'ann', at: iso(-60), generation: 1 }),
  },
  { requiredKeys: [] },
);

const record: fc.Arbitrary<SiteRecord> = fc
  .record({
    changes: spec,
    remedies: bySlot(remedy),
    outOfService: bySlot(out),
    orders: bySlot(orders),
    doing: fc.array(mostly<GatewayActivity>('serving', 'broken', 'mending', 'draining', 'changing'), {
      minLength: 3,
      maxLength: 3,
    }),
  })
  .map(({ changes, doing, ...kept }) => {
    const site = aSite(changes);
    const { resolved, gateways } = rested.record;
    return {
      ...rested.record,
      ...kept,
      spec: site,
      ...(resolved === undefined ? {} : { resolved: { ...resolved, zones: site.zones ?? resolved.zones } }),
      gateways: gateways.map((status, index) => ({ ...status, doing: doing[index] ?? 'serving' })),
    };
  });

/** What of a gateway may be different from one that is well. */
const disturbed = (resource: ObservedResource): fc.Arbitrary<readonly ObservedResource[]> => {
  switch (resource.kind) {
    case 'virtual-machine':
      return fc
        .record({
          state: mostly<ResourceState>('settled', 'changing', 'failed', 'deleting'),
          power: mostly<ObservedVirtualMachine['power']>('running', 'stopped', 'unknown'),
          createdAt: ago,
          isThere: mostly(true, false),
        })
        .map(({ isThere, ...change }) => (isThere ? [{ ...resource, ...change }] : []));
    case 'setup':
      return fc
        .tuple(mostly<ObservedSetup['execution']>('succeeded', 'failed', 'running'), ago)
        .map(([execution, endedAt]) => [{ ...resource, execution, endedAt }]);
    case 'load-balancer':
      return fc.subarray([...slots], { maxLength: 1 }).map((drained) => [{ ...resource, drained }]);
    default:
      return fc.constant([resource]);
  }
};

const runs = fc.subarray([...slots]).chain((some) =>
  fc.tuple(
    ...some.map((slot) =>
      fc
        .tuple(fc.constantFrom(...(['running', 'succeeded'] as const)), ago, fc.boolean())
        .map(([execution, at, isWell]) =>
          aRun({
            slot,
            virtualMachine: `vm-${slot}-g1`,
            execution,
            requestedAt: at,
            ...(execution === 'running' ? {} : { endedAt: at }),
            ...(isWell ? { diagnosis: allIsWell } : {}),
          }),
        ),
    ),
  ),
);

const health = fc.array(
  fc.record({
    privateIp: fc.constantFrom('10.0.1.11', '10.0.1.21', '10.0.1.31'),
    at: ago,
    percent: mostly(100, 40, 0),
  }),
  { maxLength: 9 },
);

const observed: fc.Arbitrary<Observed> = fc
  .record({ all: fc.tuple(...rested.observed.resources.map(disturbed)), runs, health })
  .map(({ all, runs: asked, health: samples }) => ({
    resources: [...all.flat(), ...asked],
    inFlight: [],
    attempts: [],
    surroundings: goodSurroundings(),
    health: samples,
  }));

/** Gateways that a plan takes from their clients: their machine goes, or they get no new connections. */
function takenBy({ steps }: Plan, { resources }: Observed): readonly string[] {
  const drained = resources.find((resource) => resource.kind === 'load-balancer')?.drained ?? [];
  return steps.flatMap(({ verb, intent }) => {
    if (intent.kind === 'pool') return intent.drained.filter((slot) => !drained.includes(slot));
    return verb === 'delete' && intent.kind === 'virtual-machine' && intent.slot !== undefined
      ? [intent.slot]
      : [];
  });
}

test('planSite never takes the last gateway that serves, but where a person asked for just that', () => {
  let taken = 0;
  fc.assert(
    fc.property(record, observed, (site, seen) => {
      const plan = planAsked(site, seen, noon);
      const serving = plan.gateways.filter(({ doing }) => doing === 'serving').map(({ slot }) => slot);
      for (const slot of takenBy(plan, seen)) {
        const { doing = 'waiting' } = plan.gateways.find((gateway) => gateway.slot === slot) ?? {};
        const isOrdered = site.orders?.[slot]?.drain !== undefined;
        // What doesn't serve, or is being set up, can't be taken from anybody; a drain and what follows it can.
        const mayServe = ['serving', 'draining', 'drained', 'deleting'].includes(doing);
        const machine = seen.resources.find(
          (resource) => resource.kind === 'virtual-machine' && resource.slot === slot,
        );
        const isGone = machine === undefined || machine.state === 'deleting';
        const hadServed = site.gateways.find((gateway) => gateway.slot === slot)?.doing === 'serving';
        if (isOrdered || !mayServe || isGone || !hadServed) continue;
        taken += 1;
        expect(serving.filter((other) => other !== slot)).not.toEqual([]);
      }
    }),
    { numRuns: 2000 },
  );
  expect(taken).toBeGreaterThan(20);
});

test('planSite takes them all when the site is to go', () => {
  const plan = planSite({ ...rested.record, wanted: 'absent' }, rested.observed, policy, noon);
  expect(takenBy(plan, rested.observed)).toEqual(slots);
});

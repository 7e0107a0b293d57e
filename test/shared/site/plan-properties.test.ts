/** What holds for every plan, whatever is observed? */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ObservedResource, ResourceState } from '../../../shared/site/observed-site.js';
import { identityOf, subjectOf, type Observed } from '../../../shared/site/plan.js';
import { planSite } from '../../../shared/site/plan-site.js';
import { problem } from '../../../shared/site/problem.js';
import type { SiteRecord } from '../../../shared/site/site-record.js';
import { atRest, settle } from './helpers/azure-in-words.js';
import {
  aRecord,
  anAttempt,
  anOperation,
  atSeconds,
  goodSurroundings,
  noon,
  policy,
} from './helpers/builders.js';

const rested = atRest(aRecord({ gatewaysPerZone: 2 }));
const states: readonly ResourceState[] = ['settled', 'changing', 'failed', 'deleting'];

/** A resource of the healthy site, in any state it may be found in; a setup with any outcome. */
const disturbed = (resource: ObservedResource): fc.Arbitrary<ObservedResource> => {
  switch (resource.kind) {
    case 'setup':
      return fc
        .record({
          execution: fc.constantFrom(...(['pending', 'running', 'succeeded', 'failed', 'unknown'] as const)),
          hasResult: fc.boolean(),
        })
        .map(({ execution, hasResult }) => {
          const { result, ...rest } = resource;
          return { ...rest, execution, ...(hasResult && result !== undefined ? { result } : {}) };
        });
    case 'virtual-machine':
      return fc
        .record({
          state: fc.constantFrom(...states),
          power: fc.constantFrom(...(['running', 'stopped', 'deallocated', 'starting', 'unknown'] as const)),
        })
        .map((change) => ({ ...resource, ...change }));
    default:
      return fc
        .record({
          state: fc.constantFrom(...states),
          config: fc.constantFrom(resource.config ?? '', 'older'),
        })
        .map((change) => ({ ...resource, ...change }));
  }
};

const resources = fc
  .subarray([...rested.observed.resources])
  .chain((some) => fc.tuple(...some.map(disturbed)))
  .map((some) => [...some]);

const subjects = [...new Set(rested.observed.resources.map(subjectOf))];

const observed: fc.Arbitrary<Observed> = fc.record(
  {
    resources,
    inFlight: fc.subarray(
      rested.observed.resources.map((resource) =>
        anOperation({
          kind: resource.kind,
          name: resource.name,
          ...('slot' in resource ? { slot: resource.slot } : {}),
          ...('virtualMachine' in resource ? { virtualMachine: resource.virtualMachine } : {}),
        }),
      ),
    ),
    attempts: fc
      .subarray(subjects)
      .map((some) => some.map((subject) => anAttempt(subject, 'service-failed', { pauseSeconds: 30 }))),
    surroundings: fc.constant(goodSurroundings()),
  },
  { requiredKeys: ['resources', 'inFlight', 'attempts'] },
);

const present = fc.constantFrom(aRecord({ gatewaysPerZone: 2 }), rested.record);
const record: fc.Arbitrary<SiteRecord> = fc
  .tuple(present, fc.constantFrom('present' as const, 'absent' as const), fc.boolean())
  .map(([base, wanted, paused]) => ({ ...base, wanted, spec: { ...base.spec, paused } }));

test('planSite never throws, answers the same twice, and gives every verdict a reason and a sentence', () => {
  fc.assert(
    fc.property(record, observed, (site, seen) => {
      const plan = planSite(site, seen, policy, noon);
      expect(planSite(site, seen, policy, noon)).toEqual(plan);
      for (const { reason, sentence, subject } of [...plan.steps, ...plan.waits]) {
        expect(reason).toMatch(/^[a-z-]+$/);
        expect(sentence).toMatch(/^[A-Z/a-z].*\.$/s);
        expect(sentence).not.toMatch(/undefined|NaN|\[object/);
        expect(subject).not.toBe('');
      }
      expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    }),
  );
});

test('planSite takes at most one step on a thing, and none on what is in flight or paused', () => {
  fc.assert(
    fc.property(record, observed, (site, seen) => {
      const { steps } = planSite(site, seen, policy, noon);
      const touched = steps.map(({ subject }) => subject);
      expect(new Set(touched).size).toBe(touched.length);
      const busy = seen.inFlight.map(subjectOf);
      const paused = seen.attempts.map(({ subject }) => subject);
      const deletesFailed = steps.filter(({ reason }) => reason === 'machine-never-came-up');
      expect(touched.filter((subject) => busy.includes(subject))).toEqual([]);
      expect(
        touched
          .filter((subject) => paused.includes(subject))
          .filter((subject) => !deletesFailed.some((step) => step.subject === subject)),
      ).toEqual([]);
    }),
  );
});

test('planSite deletes nothing that a wanted site needs, except a machine that never came up', () => {
  fc.assert(
    fc.property(observed, (seen) => {
      const { steps } = planSite(rested.record, seen, policy, noon);
      for (const step of steps.filter(({ verb }) => verb === 'delete')) {
        expect(step.reason).toBe('machine-never-came-up');
        const machine = seen.resources.find((resource) => identityOf(resource) === identityOf(step.intent));
        expect(machine).toMatchObject({ kind: 'virtual-machine', state: 'failed' });
      }
    }),
  );
});

test('planSite deletes only what was observed, and never before what holds it', () => {
  fc.assert(
    fc.property(observed, (seen) => {
      const { steps, isGone } = planSite({ ...rested.record, wanted: 'absent' }, seen, policy, noon);
      const there = seen.resources.map(identityOf);
      for (const { verb, intent } of steps) {
        expect(verb).toBe('delete');
        expect(there).toContain(identityOf(intent));
        const slot = 'slot' in intent ? intent.slot : undefined;
        const holders = seen.resources.filter((other) =>
          intent.kind === 'network-interface'
            ? other.kind === 'virtual-machine' && other.slot === slot
            : intent.kind === 'public-ip'
              ? other.kind === 'network-interface' && other.slot === slot
              : intent.kind !== 'virtual-machine' && other.kind === 'network-interface',
        );
        expect(holders).toEqual([]);
      }
      expect(isGone).toBe(seen.resources.length === 0 && seen.inFlight.length === 0);
    }),
  );
});

test('planSite begins nothing while a wanted site is paused', () => {
  fc.assert(
    fc.property(observed, (seen) => {
      const paused = { ...rested.record, spec: { ...rested.record.spec, paused: true } };
      expect(planSite(paused, seen, policy, noon).steps).toEqual([]);
    }),
  );
});

/** Azure finishes by itself what it is at; a person starts the machines that a person stopped. */
function calmed(resource: ObservedResource): ObservedResource | undefined {
  if (resource.state === 'deleting') return undefined;
  const state = resource.state === 'changing' ? 'settled' : resource.state;
  if (resource.kind === 'virtual-machine') return { ...resource, state, power: 'running' };
  if (resource.kind === 'setup') {
    const isOver = resource.execution === 'succeeded' || resource.execution === 'failed';
    return { ...resource, state, execution: isOver ? resource.execution : 'failed' };
  }
  return { ...resource, state };
}

/** Nothing hangs in the air: what runs on a machine, or holds an address, goes with it. */
function consistent(all: readonly ObservedResource[]): readonly ObservedResource[] {
  const names = new Set(all.map(({ name }) => name));
  return all.filter((resource) => resource.kind !== 'setup' || names.has(resource.virtualMachine));
}

const rest = resources.map((some) => consistent(some.flatMap((resource) => calmed(resource) ?? [])));

test('planSite brings a wanted site to rest from wherever it is, when every step succeeds', () => {
  fc.assert(
    fc.property(rest, (some) => {
      const world = { resources: some, inFlight: [], attempts: [], surroundings: goodSurroundings() };
      const { record: after, observed: seen, plans } = settle({ record: rested.record, observed: world });
      expect(plans.at(-1)).toMatchObject({ phase: 'serving', waits: [] });
      expect(planSite(after, { ...seen, attempts: [] }, policy, atSeconds(9000))).toMatchObject({
        steps: [],
      });
    }),
  );
});

test('planSite brings an unwanted site to nothing from wherever it is, when every step succeeds', () => {
  fc.assert(
    fc.property(rest, (some) => {
      const world = { resources: some, inFlight: [], attempts: [] };
      const { observed: seen, plans } = settle({
        record: { ...rested.record, wanted: 'absent' },
        observed: world,
      });
      expect(seen.resources).toEqual([]);
      expect(plans.at(-1)?.isGone).toBe(true);
    }),
  );
});

test('planSite refuses rather than builds when anything at all speaks against an untouched site', () => {
  const keys = ['subnet', 'offer', 'coreQuotas', 'publicIpQuota', 'image'] as const;
  fc.assert(
    fc.property(fc.subarray([...keys], { minLength: 1 }), fc.boolean(), (broken, retryable) => {
      const why = { ok: false as const, problem: problem('service-failed', 'No answer.', { retryable }) };
      const surroundings = goodSurroundings(Object.fromEntries(broken.map((key) => [key, why])));
      const plan = planSite(
        aRecord(),
        { resources: [], inFlight: [], attempts: [], surroundings },
        policy,
        noon,
      );
      expect(plan).toMatchObject({ steps: [], phase: retryable ? 'accepted' : 'refused' });
      expect(plan.refusal?.failures).toBe(1);
    }),
  );
});

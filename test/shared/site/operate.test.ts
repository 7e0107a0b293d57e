/** What does each verb change, and when is it refused? */
import { describe, expect, test } from '@jest/globals';
import { operateSite } from '../../../shared/site/operate.js';
import { operateGateway, type GatewayVerb } from '../../../shared/site/operate-gateway.js';
import type { Rotation } from '../../../shared/site/rotation.js';
import type { SiteRecord } from '../../../shared/site/site-record.js';
import { atSeconds, noon } from './helpers/builders.js';
import { aServingGateway, aServingRecord } from './helpers/serving.js';

const ann = { by: 'ann', at: noon.toISOString() };
const bob = { by: 'bob', at: atSeconds(60).toISOString() };
const slot = 'hq-z1-1';
const other = 'hq-z2-1';
const aRotation: Rotation = {
  id: 'r1',
  reason: 'due',
  startedAt: noon.toISOString(),
  state: 'rolling',
  isGoingBack: false,
  secrets: [],
  told: [],
  everTold: [],
  trying: [],
  proved: [],
  refusals: 0,
};

/** What a verb leaves; a refusal fails the test. */
function after(record: SiteRecord, verb: GatewayVerb, by = ann) {
  const operated = operateGateway(record, slot, verb, by);
  if (!operated.ok) throw new Error(operated.problem.detail);
  return operated.value;
}

describe('operateSite', () => {
  test.each(['pause', 'resume'] as const)('%s sets the spec once', (verb) => {
    const before = aServingRecord({ paused: verb === 'resume' });
    const operated = operateSite(before, verb, ann);
    expect(operated).toMatchObject({
      ok: true,
      value: { record: { revision: 2, lookAt: ann.at, spec: { paused: verb === 'pause' } } },
    });
    if (operated.ok)
      expect(operateSite(operated.value.record, verb, bob)).toEqual({
        ok: true,
        value: { record: operated.value.record },
      });
  });

  test.each([
    { when: 'none is in progress', changes: {}, wanted: ann },
    { when: 'one is asked for already', changes: { rotationWanted: bob }, wanted: bob },
    { when: 'one is in progress', changes: { rotation: aRotation }, wanted: undefined },
  ])('rotate-psk asks for a rotation when $when', ({ changes, wanted }) => {
    const operated = operateSite(aServingRecord({}, changes), 'rotate-psk', ann);
    expect(operated.ok && operated.value.record.rotationWanted).toEqual(wanted);
  });

  test.each(['pause', 'resume', 'look', 'rotate-psk'] as const)(
    '%s is refused when the site goes',
    (verb) => {
      expect(operateSite(aServingRecord({}, { wanted: 'absent' }), verb, ann)).toMatchObject({
        ok: false,
        problem: { type: '/problems/site-deleting' },
      });
    },
  );
});

describe('operateGateway', () => {
  test.each([
    { verb: 'protect', back: 'unprotect', orders: { protect: ann } },
    { verb: 'drain', back: 'undrain', orders: { drain: ann } },
  ] as const)(
    '$verb gives an order that stays as it was given, and $back takes it back',
    ({ verb, back, orders }) => {
      const first = after(aServingRecord(), verb);
      expect(first.record.orders).toEqual({ [slot]: orders });
      expect(after(first.record, verb, bob)).toEqual({ record: first.record });
      const undone = after(first.record, back);
      expect(undone.record).not.toHaveProperty('orders');
      expect(undone.sentence).toBeDefined();
      expect(after(undone.record, back)).toEqual({ record: undone.record });
    },
  );

  test('keeps the other orders of the gateway and of its siblings', () => {
    const orders = { [slot]: { protect: bob }, [other]: { protect: bob } };
    const { record } = after(aServingRecord({}, { orders }), 'unprotect');
    expect(record.orders).toEqual({ [other]: { protect: bob } });
  });

  test('replace names the generation that goes, and is another replacement once that is gone', () => {
    const { record } = after(aServingRecord(), 'replace');
    expect(record.orders?.[slot]?.replace).toEqual({ ...ann, generation: 1 });
    expect(after(record, 'replace', bob)).toEqual({ record });
    const replaced = { ...record, generations: { ...record.generations, [slot]: 2 } };
    expect(after(replaced, 'replace', bob).record.orders?.[slot]?.replace).toEqual({ ...bob, generation: 2 });
  });

  const sibling = (changes: Parameters<typeof aServingGateway>[2], more: Partial<SiteRecord> = {}) =>
    aServingRecord(
      {},
      {
        gateways: [aServingGateway(aServingRecord(), '1'), aServingGateway(aServingRecord(), '2', changes)],
        ...more,
      },
    );
  const alone = sibling({ doing: 'mending' });

  test.each<{ when: string; verb: GatewayVerb; record: SiteRecord; code: string }>([
    {
      when: 'the site goes',
      verb: 'protect',
      record: aServingRecord({}, { wanted: 'absent' }),
      code: 'site-deleting',
    },
    {
      when: 'the site is paused',
      verb: 'replace',
      record: aServingRecord({ paused: true }),
      code: 'site-paused',
    },
    {
      when: 'the site is paused',
      verb: 'drain',
      record: aServingRecord({ paused: true }),
      code: 'site-paused',
    },
    {
      when: 'the gateway is protected',
      verb: 'replace',
      record: aServingRecord({}, { orders: { [slot]: { protect: bob } } }),
      code: 'gateway-protected',
    },
    {
      when: 'the gateway is protected',
      verb: 'drain',
      record: aServingRecord({}, { orders: { [slot]: { protect: bob } } }),
      code: 'gateway-protected',
    },
    { when: 'no other serves', verb: 'replace', record: alone, code: 'last-healthy-gateway' },
    { when: 'no other serves', verb: 'drain', record: alone, code: 'last-healthy-gateway' },
    {
      when: 'the other is being drained',
      verb: 'drain',
      record: aServingRecord({}, { orders: { [other]: { drain: bob } } }),
      code: 'last-healthy-gateway',
    },
    {
      when: 'the other is being replaced',
      verb: 'replace',
      record: aServingRecord({}, { orders: { [other]: { replace: { ...bob, generation: 1 } } } }),
      code: 'last-healthy-gateway',
    },
    {
      when: 'the other is out of service',
      verb: 'replace',
      record: aServingRecord(
        {},
        { outOfService: { [other]: { because: 'change', since: noon.toISOString() } } },
      ),
      code: 'last-healthy-gateway',
    },
    {
      when: 'there is no machine',
      verb: 'replace',
      record: aServingRecord({}, { generations: {} }),
      code: 'conflict',
    },
  ])('refuses $verb when $when ($code)', ({ verb, record, code }) => {
    const operated = operateGateway(record, slot, verb, ann);
    expect(operated).toMatchObject({ ok: false, problem: { type: `/problems/${code}` } });
    expect(operated.ok || operated.problem.mend).toBeTruthy();
  });

  test('lets a gateway that doesn’t serve be drained, since nobody is served by it', () => {
    const record = sibling({}, {});
    const [mine, its] = record.gateways;
    if (mine === undefined || its === undefined) throw new Error('The site has two.');
    const broken = {
      ...record,
      gateways: [
        { ...mine, doing: 'broken' as const },
        { ...its, doing: 'broken' as const },
      ],
    };
    expect(operateGateway(broken, slot, 'drain', ann)).toMatchObject({ ok: true });
  });

  test.each(['hq-z3-1', 'branch-z1-1', 'HQ-Z1-1', '', 'x'.repeat(500)])('knows no gateway %j', (text) => {
    const operated = operateGateway(aServingRecord(), text, 'drain', ann);
    expect(operated).toMatchObject({
      ok: false,
      problem: { status: 404, type: '/problems/gateway-not-found' },
    });
    expect(JSON.stringify(operated).length).toBeLessThan(600);
  });
});

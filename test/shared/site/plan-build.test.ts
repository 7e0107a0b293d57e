/** In which order is a site built, and what is left to do when it stands? */
import { describe, expect, test } from '@jest/globals';
import { alertRuleIntent } from '../../../shared/site/desired-site.js';
import type { ObservedResource } from '../../../shared/site/observed-site.js';
import { planSite } from '../../../shared/site/plan-site.js';
import type { Plan } from '../../../shared/site/plan.js';
import { problem, success } from '../../../shared/site/problem.js';
import type { Attempt } from '../../../shared/site/site-record.js';
import { atRest, settle } from './helpers/azure-in-words.js';
import {
  aRecord,
  anAttempt,
  anOperation,
  aSlot,
  atSeconds,
  goodOffer,
  goodSurroundings,
  noon,
  nothingYet,
  policy,
} from './helpers/builders.js';
import { publicIpId, subnetId } from './helpers/bodies.js';

const named = ({ steps }: Plan) => steps.map(({ verb, intent }) => `${verb} ${intent.kind} ${intent.name}`);
const kinds = ({ steps }: Plan) => [...new Set(steps.map(({ intent }) => intent.kind))];

describe('planSite builds a site from nothing', () => {
  const { plans, record } = settle({ record: aRecord(), observed: nothingYet() });

  test('in the order in which resources refer to each other', () => {
    expect(plans.map(kinds)).toEqual([
      ['security-group', 'load-balancer', 'public-ip'],
      ['network-interface'],
      ['virtual-machine'],
      ['setup'],
      [],
    ]);
  });

  test('in all zones at once', () => {
    expect(plans.slice(0, 4).map(named)).toEqual([
      [
        'put security-group nsg-hq',
        'put load-balancer lb-hq',
        'put public-ip pip-hq-z1-1',
        'put public-ip pip-hq-z2-1',
        'put public-ip pip-hq-z3-1',
      ],
      [1, 2, 3].map((zone) => `put network-interface nic-hq-z${zone}-1`),
      [1, 2, 3].map((zone) => `put virtual-machine vm-hq-z${zone}-1-g1`),
      ['put setup setup', 'put setup setup', 'put setup setup'],
    ]);
  });

  test('and says so: building, then serving with the balancer’s address', () => {
    expect(plans.map(({ phase }) => phase)).toEqual([
      'building',
      'building',
      'building',
      'building',
      'serving',
    ]);
    expect(plans.at(-1)).toMatchObject({ frontendIp: '10.0.1.4', waits: [], isGone: false });
    expect(record.gateways.map(({ slot, doing, publicIp }) => [slot, doing, publicIp])).toEqual([
      ['hq-z1-1', 'serving', '203.0.113.11'],
      ['hq-z2-1', 'serving', '203.0.113.21'],
      ['hq-z3-1', 'serving', '203.0.113.31'],
    ]);
  });

  test('and gives each step a reason that an operator can read', () => {
    const sentences = plans.flatMap(({ steps }) => steps.map(({ sentence }) => sentence));
    expect(sentences).toContain('Creates vm-hq-z2-1-g1 (Standard_D2s_v5) in zone 2: hq-z2-1 has no machine.');
    expect(new Set(sentences).size).toBe(sentences.length);
  });
});

test('planSite has nothing to do for a site at rest, and needs no surroundings', () => {
  const { record, observed } = atRest(aRecord());
  expect(planSite(record, observed, policy, noon)).toMatchObject({
    steps: [],
    waits: [],
    needsSurroundings: false,
    phase: 'serving',
    gateways: [
      { slot: 'hq-z1-1', virtualMachine: 'vm-hq-z1-1-g1', privateIp: '10.0.1.11' },
      { slot: 'hq-z2-1', virtualMachine: 'vm-hq-z2-1-g1' },
      { slot: 'hq-z3-1', virtualMachine: 'vm-hq-z3-1-g1' },
    ],
  });
});

test('planSite first asks for the surroundings when a site is new', () => {
  const plan = planSite(aRecord(), { resources: [], inFlight: [], attempts: [] }, policy, noon);
  expect(plan).toMatchObject({ needsSurroundings: true, steps: [], waits: [], phase: 'accepted' });
});

test('planSite keeps what it resolved when the region offers fewer zones later', () => {
  const { record, observed } = atRest(aRecord());
  const fewer = goodSurroundings({ offer: success(goodOffer({ zones: ['1'] })) });
  const plan = planSite(record, { ...observed, surroundings: fewer }, policy, noon);
  expect(plan).toMatchObject({ steps: [], phase: 'serving', resolved: { zones: ['1', '2', '3'] } });
});

describe('planSite does not hold a network interface for another slot', () => {
  test('a slow address in zone 2 leaves zones 1 and 3 going', () => {
    const first = planSite(aRecord(), nothingYet(), policy, noon);
    const slow = settle({
      record: aRecord(),
      observed: nothingYet({
        inFlight: [anOperation({ kind: 'public-ip', name: 'pip-hq-z2-1', slot: aSlot('2') })],
      }),
    });
    expect(named(first)).toContain('put public-ip pip-hq-z2-1');
    expect(slow.plans.flatMap(named).filter((step) => step.includes('z2'))).toEqual([]);
    expect(slow.record.gateways.map(({ doing }) => doing)).toEqual(['serving', 'getting-address', 'serving']);
    expect(slow.record.phase).toBe('building');
  });
});

/** A site with its shared resources and addresses, one of whose operations still runs. */
function planWhile(inFlight: ReturnType<typeof anOperation>, attempts: readonly Attempt[] = []) {
  const { record, observed } = atRest(aRecord({ zones: ['1', '2'] }));
  const resources = observed.resources.filter(
    (resource) => !('slot' in resource) || resource.kind === 'public-ip',
  );
  const seen = { ...observed, surroundings: goodSurroundings(), resources, inFlight: [inFlight], attempts };
  return planSite(record, seen, policy, noon);
}

test('planSite makes no network interface while the operation on the security group still runs', () => {
  expect(named(planWhile(anOperation({ kind: 'security-group', name: 'nsg-hq' })))).toEqual([]);
});

/** What Azure answered to a network interface that refers to what is still being written. */
const putOff: Attempt = {
  ...anAttempt('nic-hq-z1-1', 'conflict', { pauseSeconds: -1 }),
  problem: problem('conflict', 'Later.', { code: 'RetryableError', retryable: true }),
};

describe('while the operation on the balancer still runs, planSite', () => {
  // It says Succeeded in its first answer, and takes up to a minute and a half longer (recorded).
  const balancer = anOperation({ kind: 'load-balancer', name: 'lb-hq' });
  const both = ['put network-interface nic-hq-z1-1', 'put network-interface nic-hq-z2-1'];

  test('makes network interfaces', () => {
    expect(named(planWhile(balancer))).toEqual(both);
  });

  test('leaves alone the one that Azure has refused for it', () => {
    const plan = planWhile(balancer, [putOff]);
    expect(named(plan)).toEqual(both.slice(1));
    const because = 'Waits for lb-hq, which the network interface refers to.';
    expect(plan.gateways[0]).toMatchObject({ doing: 'waiting', because });
    expect(plan.gateways[0]).not.toHaveProperty('problem');
  });

  test('tries again the one that it has refused for something else', () => {
    expect(
      named(planWhile(balancer, [anAttempt('nic-hq-z1-1', 'service-failed', { pauseSeconds: -1 })])),
    ).toEqual(both);
  });
});

test('planSite tries a network interface again once nothing is at work on the balancer', () => {
  const others = anOperation({ kind: 'public-ip', name: 'pip-hq-z2-1', slot: aSlot('2') });
  expect(named(planWhile(others, [putOff]))).toContain('put network-interface nic-hq-z1-1');
});

test.each(['lb-hq', 'nsg-hq'])('planSite makes no network interface before %s is settled', (name) => {
  const { record, observed } = atRest(aRecord({ zones: ['1'] }));
  const resources = observed.resources
    .filter((resource) => !('slot' in resource) || resource.kind === 'public-ip')
    .map((resource) => (resource.name === name ? { ...resource, state: 'failed' as const } : resource));
  const plan = planSite(record, { ...observed, surroundings: goodSurroundings(), resources }, policy, noon);
  expect(named(plan).map((step) => step.split(' ').at(-1))).toEqual([name]);
  expect(plan.waits[0]?.sentence).toBe(`Waits for ${name}, which the network interface refers to.`);
});

describe('planSite never makes twice what is in flight', () => {
  // A list of Azure can lack for seconds what was just written; the machine of generation 2 would then be begun
  // on the network interface of generation 1.
  const { record, observed } = atRest(aRecord({ zones: ['1'] }));
  const slot = aSlot('1');
  test.each([
    { kind: 'public-ip' as const, name: 'pip-hq-z1-1', lacks: /^(pip|nic|vm|setup)/ },
    { kind: 'network-interface' as const, name: 'nic-hq-z1-1', lacks: /^(nic|vm|setup)/ },
    { kind: 'virtual-machine' as const, name: 'vm-hq-z1-1-g1', lacks: /^(vm|setup)/ },
    { kind: 'setup' as const, name: 'setup', virtualMachine: 'vm-hq-z1-1-g1', lacks: /^setup/ },
  ])('when a look lacks the $kind', ({ lacks, ...operation }) => {
    const plan = planSite(
      record,
      {
        ...observed,
        surroundings: goodSurroundings(),
        resources: observed.resources.filter(({ name }) => !lacks.test(name)),
        inFlight: [anOperation({ ...operation, slot })],
      },
      policy,
      noon,
    );
    expect(plan.steps).toEqual([]);
    expect(plan.waits).toEqual([expect.objectContaining({ gateway: slot, reason: 'waits-for-operation' })]);
  });
});

describe('planSite takes addresses that the site names', () => {
  const id = publicIpId('mine');
  const spec = { zones: ['1'], network: { subnetId, publicIpIds: { 1: [id] } } };
  const looked = success({
    id,
    region: 'westeurope',
    zones: ['1'],
    isStandardStatic: true,
    address: '198.51.100.7',
  });
  const world = atRest(
    aRecord(spec),
    nothingYet({ surroundings: goodSurroundings({ foreignAddresses: [looked] }) }),
  );

  test('knows them from the first look', () => {
    const seen = nothingYet({ surroundings: goodSurroundings({ foreignAddresses: [looked] }) });
    const [gateway] = planSite(aRecord(spec), seen, policy, noon).gateways;
    expect(gateway).toMatchObject({ doing: 'waiting', publicIp: '198.51.100.7' });
  });

  test('makes none of its own', () => {
    expect(world.observed.resources.some(({ kind }) => kind === 'public-ip')).toBe(false);
  });

  test('goes on serving when the surroundings are not looked at any more', () => {
    // Seen: the address was known from the surroundings alone, so that a site at rest went down after ten minutes.
    const plan = planSite(world.record, world.observed, policy, atSeconds(3600));
    expect(plan).toMatchObject({ steps: [], waits: [], phase: 'serving' });
    expect(plan.gateways[0]?.publicIp).toBe('198.51.100.7');
  });

  test('gives each gateway its own', () => {
    const [first, second] = [publicIpId('first'), publicIpId('second')];
    const two = {
      zones: ['1', '2'],
      network: { subnetId, publicIpIds: { 1: [first], 2: [second.toUpperCase()] } },
    };
    const common = { region: 'westeurope', isStandardStatic: true };
    const foreignAddresses = [
      success({ ...common, id: first, zones: ['1'], address: '198.51.100.1' }),
      success({ ...common, id: second, zones: ['2'], address: '198.51.100.2' }),
    ];
    const { plans } = settle({
      record: aRecord(two),
      observed: nothingYet({ surroundings: goodSurroundings({ foreignAddresses }) }),
    });
    const machines = plans.flatMap(({ steps }) =>
      steps.filter(({ intent }) => intent.kind === 'virtual-machine'),
    );
    expect(machines.map(({ evidence }) => evidence?.['address'])).toEqual(['198.51.100.1', '198.51.100.2']);
  });

  test('waits while the address is not known', () => {
    const unknown = success({ id, region: 'westeurope', zones: ['1'], isStandardStatic: true });
    const plan = planSite(
      aRecord(spec),
      nothingYet({ surroundings: goodSurroundings({ foreignAddresses: [unknown] }) }),
      policy,
      noon,
    );
    expect(named(plan)).toEqual(['put security-group nsg-hq', 'put load-balancer lb-hq']);
    expect(plan.gateways[0]).toMatchObject({ doing: 'getting-address' });
  });
});

test('planSite begins nothing for a paused site and tells what was told last', () => {
  const { record, observed } = atRest(aRecord());
  const paused = { ...record, spec: { ...record.spec, paused: true } };
  const plan = planSite(paused, { ...observed, resources: [] }, policy, noon);
  expect(plan).toMatchObject({
    steps: [],
    phase: 'serving',
    gateways: record.gateways,
    needsSurroundings: false,
    isGone: false,
  });
  expect(plan.waits.map(({ reason }) => reason)).toEqual(['paused']);
});

describe('planSite makes a rule that tells when probes fail', () => {
  test.each([
    { hasActionGroup: true, alertRules: true, isMade: true },
    { hasActionGroup: false, alertRules: true, isMade: false },
    { hasActionGroup: true, alertRules: false, isMade: false },
  ])(
    '$isMade when the site wants one: $alertRules, and there is whom to call: $hasActionGroup',
    ({ hasActionGroup, alertRules, isMade }) => {
      const { record, observed } = atRest(aRecord({ monitoring: { alertRules } }));
      const resources = observed.resources.filter(({ kind }) => kind !== 'alert-rule');
      const { steps } = planSite(record, { ...observed, resources }, { ...policy, hasActionGroup }, noon);
      const rules = steps.filter(({ intent }) => intent.kind === 'alert-rule');
      expect(rules).toMatchObject(isMade ? [{ verb: 'put', intent: { loadBalancer: 'lb-hq' } }] : []);
    },
  );

  test('not before every gateway serves: probes that nobody could answer yet are no news', () => {
    const { steps } = planSite(aRecord(), nothingYet(), { ...policy, hasActionGroup: true }, noon);
    expect(steps.map(({ intent }) => intent.kind)).not.toContain('alert-rule');
  });

  test.each([
    { hasActionGroup: true, alertRules: true, steps: [] },
    { hasActionGroup: true, alertRules: false, steps: ['delete alert-hq'] },
    { hasActionGroup: false, alertRules: true, steps: ['delete alert-hq'] },
  ])(
    'and takes it away again when it is not wanted any more: $steps',
    ({ hasActionGroup, alertRules, steps }) => {
      const { record, observed } = atRest(aRecord({ monitoring: { alertRules } }));
      const rule: ObservedResource = {
        kind: 'alert-rule',
        name: 'alert-hq',
        id: '/alert-hq',
        state: 'settled',
        config: alertRuleIntent(record.spec, policy).config,
      };
      const resources = [...observed.resources.filter(({ kind }) => kind !== 'alert-rule'), rule];
      const plan = planSite(record, { ...observed, resources }, { ...policy, hasActionGroup }, noon);
      expect(plan.steps.map(({ verb, intent }) => `${verb} ${intent.name}`)).toEqual(steps);
    },
  );
});

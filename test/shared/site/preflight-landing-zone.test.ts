/** What do policies and locks say against a site, and which one setting changes it? */
import { describe, expect, test } from '@jest/globals';
import { desiredSlots } from '../../../shared/site/desired-site.js';
import type { Missing } from '../../../shared/site/missing.js';
import type {
  LockLook,
  ObservedLock,
  PolicyDenial,
  PolicyLook,
  Surroundings,
} from '../../../shared/site/observed-site.js';
import { preflight } from '../../../shared/site/preflight.js';
import { planSite } from '../../../shared/site/plan-site.js';
import { failure, problem, success } from '../../../shared/site/problem.js';
import { entriesOf } from '../../../shared/site/tell.js';
import { atRest } from './helpers/azure-in-words.js';
import {
  aRecord,
  aSite,
  aSlot,
  atSeconds,
  goodSurroundings,
  noon,
  nothingYet,
  policy,
} from './helpers/builders.js';

const slots = desiredSlots(aSite(), ['1', '2', '3']);
const untouched: Missing = {
  slots,
  standing: [],
  machines: 3,
  addresses: 3,
  networkInterfaces: 3,
  hasLoadBalancer: false,
};
/** One machine is gone, its address and interface are there. */
const oneLost: Missing = {
  slots,
  standing: [aSlot('1'), aSlot('3')],
  machines: 1,
  addresses: 0,
  networkInterfaces: 0,
  hasLoadBalancer: true,
};

const subscription = '/subscriptions/s';
const group = `${subscription}/resourceGroups/rg-hq`;
const nic = 'Microsoft.Network/networkInterfaces';
const machine = 'Microsoft.Compute/virtualMachines';

const denied = (
  name: string,
  types: readonly string[],
  reasons: PolicyDenial['reasons'] = [],
): PolicyDenial => ({
  assignmentId: `${subscription}/providers/Microsoft.Authorization/policyAssignments/${name}`,
  types,
  reasons,
});
const denying = (...denials: readonly PolicyDenial[]) => success<PolicyLook>({ kind: 'checked', denials });
const locked = (...locks: readonly ObservedLock[]) => success<LockLook>({ kind: 'checked', locks });
const reason = (field: string, operator: string, ...targets: readonly string[]) => ({
  field,
  operator,
  targets,
});

const judgePolicies = (denial: PolicyDenial, spec = {}) =>
  preflight(aSite(spec), goodSurroundings({ policies: denying(denial) }), untouched).map(
    (objection) => objection.problem,
  );

describe('a policy is refused with the assignment, and the setting that changes it', () => {
  test.each([
    {
      when: 'it denies public addresses of interfaces',
      denial: denied(
        'no-public-ips',
        [nic],
        [reason(`${nic}/ipconfigurations[*].publicIpAddress.id`, 'NotLike', '*')],
      ),
      field: 'resourceGroup',
      detail:
        /assignment no-public-ips of \/subscriptions\/s denies network interfaces for .*publicIpAddress\.id\. A gateway’s has a public IP address, by which Zscaler knows it/,
      mend: /^Exempt rg-hq from this assignment \(az policy exemption create .*--resource-group rg-hq --policy-assignment \/subscriptions\/s\/.*\/no-public-ips\), or set resourceGroup/,
    },
    {
      when: 'it denies IP forwarding',
      denial: denied('no-forwarding', [nic], [reason(`${nic}/enableIpForwarding`, 'Equals', 'true')]),
      field: 'resourceGroup',
      detail: /enableIpForwarding.*forwards what clients send/,
      mend: /^Exempt rg-hq/,
    },
    {
      when: 'it denies a type, as one of an initiative',
      denial: { ...denied('no-pips', ['Microsoft.Network/publicIPAddresses']), reference: 'pips' },
      field: 'resourceGroup',
      detail:
        /denies public IP addresses\. Zscaler knows each gateway by one of its own; existing ones can be named in network\.publicIpIds/,
      mend: /--policy-definition-reference-ids pips/,
    },
    {
      when: 'it requires a tag',
      denial: denied('owners', [nic, machine], [reason('tags[owner]', 'Exists', 'false')]),
      field: 'tags',
      detail: /denies network interfaces, virtual machines for tags\[owner\]\.$/,
      mend: /^Give the site this tag: tags: \{"owner":"<value>"\}\.$/,
    },
    {
      when: 'it requires a tag and its value',
      denial: denied('env', [nic], [reason('tags.env', 'Equals', 'prod')]),
      field: 'tags',
      detail: /for tags\.env/,
      mend: /tags: \{"env":"prod"\}\.$/,
    },
    {
      when: 'it requires one of some values',
      denial: denied('env', [nic], [reason("tags['env']", 'NotIn', 'prod', 'test')]),
      field: 'tags',
      detail: /for tags\['env'\]/,
      mend: /tags: \{"env":"prod"\} \(or "test"\)\.$/,
    },
    {
      when: 'it allows other regions',
      denial: denied('places', [machine], [reason('location', 'NotIn', 'northeurope')]),
      field: 'region',
      detail: /for location/,
      mend: /in a region that is allowed: "northeurope"\.$/,
    },
    {
      when: 'it allows other sizes',
      denial: denied(
        'sizes',
        [machine],
        [reason(`${machine}/sku.name`, 'In', 'Standard_D2s_v5', 'Standard_D4s_v5')],
      ),
      field: 'gateway.size',
      detail: /virtual machines for .*sku\.name/,
      mend: /^Set gateway\.size to "Standard_D2s_v5" or "Standard_D4s_v5"\.$/,
    },
    {
      when: 'it allows other images',
      denial: denied('images', [machine], [reason('Microsoft.Compute/imagePublisher', 'In', 'Canonical')]),
      field: 'gateway.image',
      detail: /imagePublisher/,
      mend: /^Set gateway\.image to one that is allowed, with "Canonical"\.$/,
    },
    {
      when: 'it requires encryption at host',
      denial: denied(
        'host',
        [machine],
        [reason(`${machine}/securityProfile.encryptionAtHost`, 'NotEquals', 'true')],
      ),
      field: 'gateway.encryptionAtHost',
      detail: /encryptionAtHost/,
      mend: /to true/,
    },
    {
      when: 'it is about a type that nobody thought of, and says nothing more',
      denial: denied('odd', ['Microsoft.Odd/things']),
      field: 'resourceGroup',
      detail: /denies Microsoft\.Odd\/things\. The site makes one\.$/,
      mend: /^Exempt rg-hq/,
    },
  ])('when $when', ({ denial, field, detail, mend }) => {
    const [found, ...others] = judgePolicies(denial, { resourceGroup: 'rg-hq' });
    expect(others).toEqual([]);
    expect(found).toMatchObject({ type: '/problems/policy-denied', field, retryable: false });
    expect(found?.detail).toMatch(detail);
    expect(found?.mend).toMatch(mend);
  });
});

describe('a lock is refused by its name', () => {
  test.each([
    {
      when: 'it forbids deletions in the group',
      lock: { name: 'keep', level: 'CanNotDelete' as const, scope: group },
      detail:
        /^Lock keep \(CanNotDelete\) of \/subscriptions\/s\/resourceGroups\/rg-hq forbids deletions, so that no gateway could be replaced/,
      mend: /az lock delete --name keep --resource-group rg-hq\), or set resourceGroup/,
    },
    {
      when: 'it forbids changes in the subscription',
      lock: { name: 'still', level: 'ReadOnly' as const, scope: subscription },
      detail: /^Lock still \(ReadOnly\) of \/subscriptions\/s forbids every change/,
      mend: /az lock delete --name still\), or/,
    },
  ])('when $when', ({ lock, detail, mend }) => {
    const [found, ...others] = preflight(aSite(), goodSurroundings({ locks: locked(lock) }), untouched);
    expect(others).toEqual([]);
    expect(found?.problem).toMatchObject({
      type: '/problems/locked',
      field: 'resourceGroup',
      retryable: false,
    });
    expect(found?.problem.detail).toMatch(detail);
    expect(found?.problem.mend).toMatch(mend);
  });
});

describe('at a site that stands and lost a machine', () => {
  const busy = problem('service-failed', 'Azure timed out.', { retryable: true });
  test.each([
    {
      what: 'no lock against deletion',
      around: { locks: locked({ name: 'keep', level: 'CanNotDelete' as const, scope: group }) },
      slots: [['hq-z1-1', 'hq-z3-1']],
    },
    {
      what: 'a lock against every change',
      around: { locks: locked({ name: 'keep', level: 'ReadOnly' as const, scope: group }) },
      slots: [undefined],
    },
    {
      what: 'a policy against machines',
      around: { policies: denying(denied('sizes', [machine])) },
      slots: [undefined],
    },
    {
      what: 'no policy against interfaces that are there',
      around: { policies: denying(denied('nics', [nic])) },
      slots: [],
    },
    {
      what: 'no policy against addresses that are there',
      around: { policies: denying(denied('pips', ['Microsoft.Network/publicIPAddresses'])) },
      slots: [],
    },
    {
      what: 'no policy against the balancer that is there',
      around: { policies: denying(denied('lbs', ['Microsoft.Network/loadBalancers'])) },
      slots: [],
    },
    {
      what: 'no policy against the group that is there',
      around: { policies: denying(denied('nsgs', ['Microsoft.Network/networkSecurityGroups'])) },
      slots: [],
    },
    {
      what: 'nothing that could not be asked',
      around: { policies: failure<PolicyLook>(busy), locks: failure<LockLook>(busy) },
      slots: [],
    },
  ])('$what holds the lost one up', ({ around, slots: held }) => {
    const objections = preflight(aSite(), goodSurroundings(around), oneLost);
    expect(objections.map((objection) => objection.slots)).toStrictEqual(held);
  });

  test('what could not be asked holds up a site of which nothing stands', () => {
    const around = { policies: failure<PolicyLook>(busy), locks: failure<LockLook>(busy) };
    const found = preflight(aSite(), goodSurroundings(around), untouched);
    expect(found).toEqual([{ problem: busy }, { problem: busy }]);
  });
});

describe('a site that stands and wants other machines', () => {
  const { record, observed } = atRest(aRecord());
  const changed = { ...record, spec: aSite({ gateway: { size: 'Standard_D4s_v5' } }) };
  const planned = (around: Partial<Surroundings>) =>
    planSite(changed, { ...observed, surroundings: goodSurroundings(around) }, policy, atSeconds(24 * 3600));
  const keep = { name: 'keep', level: 'CanNotDelete' as const, scope: group };

  test('drains the first that is to be replaced', () => {
    expect(planned({}).steps.map(({ reason: code }) => code)).toEqual(['drains']);
  });

  test.each([
    {
      when: 'a lock forbids the deletion',
      around: { locks: locked(keep) },
      says: /^Lock keep \(CanNotDelete\)/,
    },
    {
      when: 'a policy denies the machine that comes',
      around: { policies: denying(denied('sizes', [machine], [reason(`${machine}/sku.name`, 'In', 'x')])) },
      says: /^Policy assignment sizes/,
    },
  ])('drains none when $when', ({ around, says }) => {
    const { steps, waits, phase } = planned(around);
    expect([steps, phase]).toEqual([[], 'serving']);
    expect(waits.map(({ reason: code, sentence }) => [code, says.test(sentence)])).toContainEqual([
      'waits-for-person',
      true,
    ]);
  });
});

describe('what Azure would not show', () => {
  const notChecked = success({ kind: 'not-checked' as const, because: 'The client lacks an action.' });
  const surroundings = goodSurroundings({ policies: notChecked, locks: notChecked });
  const plan = planSite(aRecord(), nothingYet({ surroundings }), policy, noon);
  const told = (record = aRecord()) =>
    entriesOf(plan, record, noon).filter(({ reason: code }) => code === 'not-checked');

  test('holds nothing up, and is told', () => {
    expect(plan.steps.length).toBeGreaterThan(0);
    expect(plan.problem).toBeUndefined();
    expect(told().map(({ sentence }) => sentence)).toEqual([
      'Policies could not be asked beforehand: what one denies shows as it is written. The client lacks an action.',
      'Locks could not be read beforehand: what one forbids shows as it is done. The client lacks an action.',
    ]);
  });

  test('is told once', () => {
    expect(told({ ...aRecord(), told: { policies: 'not-checked', locks: 'not-checked' } })).toEqual([]);
  });
});

test('what an earlier version looked at says nothing of either', () => {
  const before = goodSurroundings();
  expect(Object.keys(before)).not.toContain('policies');
  expect(preflight(aSite(), before, untouched)).toEqual([]);
});

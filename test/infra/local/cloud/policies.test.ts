/** What do policies deny, add and leave alone as resources are written? */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { assign, type Assigned, type PolicyName } from './helpers/policies.js';
import { codeOf, messageOf, operationOf, TestCloud } from './helpers/test-cloud.js';

let cloud: TestCloud;
let subscription: string;

beforeAll(async () => {
  cloud = await TestCloud.start();
  subscription = `/subscriptions/${cloud.world.subscriptionId}`;
});

afterAll(() => cloud.close());

const address = { location: 'westeurope', sku: { name: 'Standard' }, properties: {} };
const groupOf = (name: string) => `${subscription}/resourceGroups/${name}`;
const addressIn = (group: string, name: string) =>
  `${groupOf(group)}/providers/Microsoft.Network/publicIPAddresses/${name}`;

/** Makes a group, and assigns a policy in it. */
async function governed(group: string, policy: PolicyName, more: Partial<Assigned> = {}, tags = {}) {
  const made = await cloud.arm('PUT', groupOf(group), { location: 'westeurope', tags });
  expect(made.status).toBe(201);
  const put = async (path: string, body: unknown) => {
    const answer = await cloud.arm('PUT', path, body);
    expect([path, answer.status, answer.body['error']]).toEqual([path, 201, undefined]);
  };
  return assign(put, subscription, policy, { scope: groupOf(group), ...more });
}

async function tagsOf(id: string): Promise<unknown> {
  return (await cloud.arm('GET', id)).body['tags'];
}

test('a denied write is refused in Azure’s words, with the assignment and what decided; nothing is made', async () => {
  const assignmentId = await governed('rg-denied', 'no-forwarding');
  const id = `${groupOf('rg-denied')}/providers/Microsoft.Network/networkInterfaces/nic-a`;
  const ipConfigurations = [{ name: 'primary', properties: { subnet: cloud.subnet('gateways') } }];
  const body = { location: 'westeurope', properties: { ipConfigurations, enableIPForwarding: true } };
  const answer = await cloud.arm('PUT', id, body);
  expect([answer.status, codeOf(answer)]).toEqual([403, 'RequestDisallowedByPolicy']);
  expect(messageOf(answer)).toContain("Resource 'nic-a' was disallowed by policy. Policy identifiers: '[{");
  expect(messageOf(answer)).toContain(`"id":"${assignmentId}"`);
  expect(answer.body['error']).toMatchObject({
    target: 'nic-a',
    additionalInfo: [
      {
        type: 'PolicyViolation',
        info: {
          policyAssignmentId: assignmentId,
          evaluationDetails: {
            evaluatedExpressions: [
              { expression: 'type', result: 'True', operator: 'Equals' },
              { path: 'properties.enableIpForwarding', expressionValue: true, targetValue: 'true' },
            ],
          },
        },
      },
    ],
  });
  expect((await cloud.arm('GET', id)).status).toBe(404);
  const without = { location: 'westeurope', properties: { ipConfigurations } };
  expect((await cloud.arm('PUT', id, without)).status).toBe(201);
  await cloud.atRest();
});

test('a message of the assignment’s own is told instead of its policies', async () => {
  const more = { nonComplianceMessages: [{ message: 'No addresses in spokes.' }] };
  const parameters = { types: ['Microsoft.Network/publicIPAddresses'] };
  await governed('rg-told', 'no-type', { parameters, more });
  expect(messageOf(await cloud.arm('PUT', addressIn('rg-told', 'pip'), address))).toBe(
    "Resource 'pip' was disallowed by policy. Reasons: 'No addresses in spokes.'. See error details for policy resource IDs.",
  );
});

describe('public IPs of interfaces', () => {
  const put = async (name: string, ...publicIps: readonly (string | undefined)[]) => {
    const ipConfigurations = publicIps.map((publicIp, index) => ({
      name: `c${index}`,
      properties: {
        subnet: cloud.subnet('gateways'),
        ...(publicIp === undefined ? {} : { publicIPAddress: { id: publicIp } }),
      },
    }));
    const answer = await cloud.arm(
      'PUT',
      `${groupOf('rg-private')}/providers/Microsoft.Network/networkInterfaces/${name}`,
      { location: 'westeurope', properties: { ipConfigurations } },
    );
    await cloud.atRest();
    return answer.status;
  };

  test('are denied by an alias that names each element of a list', async () => {
    await governed('rg-private', 'no-public-ips');
    const id = addressIn('rg-private', 'pip');
    expect((await cloud.arm('PUT', id, address)).status).toBe(201);
    await cloud.atRest();
    expect(await put('nic-public', id)).toBe(403);
    expect(await put('nic-half', undefined, id)).toBe(403);
    expect(await put('nic-private', undefined, undefined)).toBe(201);
  });
});

test.each([
  { policy: 'add-tag' as const, sent: { cost: 'mine', a: 'b' }, kept: { cost: '42', a: 'b' } },
  { policy: 'append-tag' as const, sent: { a: 'b' }, kept: { a: 'b', cost: '42' } },
  { policy: 'append-tag' as const, sent: { Cost: 'mine' }, kept: { Cost: 'mine' } },
])('$policy makes $kept of $sent', async ({ policy, sent, kept }) => {
  const group = `rg-${policy}-${Object.keys(sent)[0] ?? ''}`;
  await governed(group, policy, { parameters: { tagName: 'cost', tagValue: '42' } });
  const id = addressIn(group, 'pip');
  const made = await cloud.arm('PUT', id, { ...address, tags: sent });
  expect(made.body).toMatchObject({ tags: kept });
  await cloud.atRest();
  expect(await tagsOf(id)).toEqual(kept);
});

test('a tag is inherited from the group, also when it is taken away by a change of tags', async () => {
  await governed('rg-heir', 'inherit-tag', { parameters: { tagName: 'cost' } }, { cost: '7' });
  const id = addressIn('rg-heir', 'pip');
  await cloud.made(id, address);
  expect(await tagsOf(id)).toEqual({ cost: '7' });
  await cloud.arm('PATCH', id, { tags: { a: 'b' } });
  expect(await tagsOf(id)).toEqual({ a: 'b', cost: '7' });
});

test('a machine’s disk gets the policy’s tag too, and one that is denied fails the machine’s operation', async () => {
  const cost = { tagName: 'cost', tagValue: '42' };
  const assignmentId = await governed('rg-spare', 'add-tag', {
    scope: groupOf('rg-spoke'),
    name: 'add-cost',
    parameters: cost,
  });
  const id = await cloud.makeMachine('tagged');
  const disk = id.replace(/virtualMachines\/.*/, 'disks/disk-nic-tagged');
  expect(await tagsOf(disk)).toEqual({ cost: '42' });
  const parameters = { types: ['Microsoft.Compute/disks'] };
  const noDisks = await governed('rg-spare-too', 'no-type', {
    scope: groupOf('rg-spoke'),
    name: 'no-disks',
    parameters,
  });
  await cloud.makeInterface('nic-diskless');
  const made = await cloud.arm('PUT', cloud.machine('diskless'), cloud.machineBody('nic-diskless'));
  expect(made.status).toBe(201);
  await cloud.atRest();
  const poll = await cloud.arm('GET', operationOf(made));
  expect(poll.body).toMatchObject({ status: 'Failed', error: { code: 'RequestDisallowedByPolicy' } });
  for (const assigned of [assignmentId, noDisks])
    expect((await cloud.arm('DELETE', assigned)).status).toBe(200);
});

test('an indexed policy lets be what has no tags, one for all does not', async () => {
  await governed('rg-indexed', 'require-tag', { parameters: { tagName: 'cost' } });
  const network = `${groupOf('rg-indexed')}/providers/Microsoft.Network/virtualNetworks/v`;
  const properties = { addressSpace: { addressPrefixes: ['10.3.0.0/16'] }, subnets: [] };
  expect((await cloud.arm('PUT', network, { location: 'westeurope', properties })).status).toBe(403);
  await cloud.made(network, { location: 'westeurope', tags: { cost: '42' }, properties });
  const subnet = { properties: { addressPrefix: '10.3.1.0/24' } };
  expect((await cloud.arm('PUT', `${network}/subnets/one`, subnet)).status).toBe(201);
  await cloud.atRest();
  const types = ['Microsoft.Network/virtualNetworks/subnets'];
  await assign((path, body) => cloud.arm('PUT', path, body), subscription, 'no-type', {
    scope: groupOf('rg-indexed'),
    parameters: { types },
  });
  expect((await cloud.arm('PUT', `${network}/subnets/two`, subnet)).status).toBe(403);
});

describe('a policy does nothing', () => {
  const parameters = { types: ['Microsoft.Network/publicIPAddresses'] };
  const putIn = async (group: string) => {
    const answer = await cloud.arm('PUT', addressIn(group, 'pip'), address);
    await cloud.atRest();
    return answer.status;
  };

  test('when its assignment is not enforced', async () => {
    await governed('rg-lax', 'no-type', { parameters, more: { enforcementMode: 'DoNotEnforce' } });
    expect(await putIn('rg-lax')).toBe(201);
  });

  test('when the scope is left out of it', async () => {
    const more = { notScopes: [groupOf('rg-left-out')] };
    await governed('rg-left-out', 'no-type', { parameters, more });
    expect(await putIn('rg-left-out')).toBe(201);
  });

  test('when it stands at another group', async () => {
    await governed('rg-other', 'no-type', { parameters });
    expect(await putIn('rg-left-out')).toBe(200);
  });

  test('while an exemption lasts', async () => {
    const policyAssignmentId = await governed('rg-exempt', 'no-type', { parameters });
    const exemption = `${groupOf('rg-exempt')}/providers/Microsoft.Authorization/policyExemptions/pips`;
    expect(await putIn('rg-exempt')).toBe(403);
    const properties = { policyAssignmentId, exemptionCategory: 'Waiver' };
    expect((await cloud.arm('PUT', exemption, { properties })).status).toBe(201);
    expect(await putIn('rg-exempt')).toBe(201);
    const over = { ...properties, expiresOn: '2020-01-01T00:00:00Z' };
    expect((await cloud.arm('PUT', exemption, { properties: over })).status).toBe(200);
    expect(await putIn('rg-exempt')).toBe(403);
  });

  test('when its effect is disabled by the assignment', async () => {
    await governed('rg-disabled', 'allowed-sizes', { parameters: { sizes: [], effect: 'Disabled' } });
    const id = `${groupOf('rg-disabled')}/providers/Microsoft.Compute/virtualMachines/vm`;
    const answer = await cloud.arm('PUT', id, cloud.machineBody('nic-none'));
    expect(codeOf(answer)).toBe('NotFound'); // its interface isn't there: the provider was asked
  });
});

describe('what isn’t served is refused by name', () => {
  const ifType = { field: 'type', equals: 'x' };
  test.each([
    {
      what: 'an effect',
      rule: { if: ifType, then: { effect: 'deployIfNotExists' } },
      says: 'deployIfNotExists',
    },
    {
      what: 'an operator',
      rule: { if: { field: 'type', match: 'x' }, then: { effect: 'deny' } },
      says: 'match',
    },
    {
      what: 'a count',
      rule: { if: { anyOf: [{ count: { field: 'a[*]' }, greater: 1 }] }, then: { effect: 'deny' } },
      says: 'count',
    },
    {
      what: 'a function',
      rule: { if: { value: "[utcNow('d')]", equals: 'x' }, then: { effect: 'deny' } },
      says: 'utcNow',
    },
  ])('$what', async ({ rule, says }) => {
    const id = `${subscription}/providers/Microsoft.Authorization/policyDefinitions/odd`;
    const answer = await cloud.arm('PUT', id, { properties: { mode: 'All', policyRule: rule } });
    expect([answer.status, codeOf(answer)]).toEqual([400, 'InvalidPolicyRule']);
    expect(messageOf(answer)).toContain(says);
  });

  test('an assignment without a parameter, and one of no definition', async () => {
    await governed('rg-params', 'require-tag', {
      parameters: { tagName: 'a' },
      more: { enforcementMode: 'DoNotEnforce' },
    });
    const definition = `${subscription}/providers/Microsoft.Authorization/policyDefinitions/require-tag`;
    const id = `${groupOf('rg-params')}/providers/Microsoft.Authorization/policyAssignments/half`;
    const half = await cloud.arm('PUT', id, { properties: { policyDefinitionId: definition } });
    expect([half.status, codeOf(half)]).toEqual([400, 'MissingPolicyParameter']);
    const none = await cloud.arm('PUT', id, { properties: { policyDefinitionId: `${definition}-none` } });
    expect([none.status, codeOf(none)]).toEqual([404, 'PolicyDefinitionNotFound']);
    expect((await cloud.arm('GET', id)).status).toBe(404);
    const list = await cloud.arm(
      'GET',
      `${groupOf('rg-params')}/providers/Microsoft.Authorization/policyAssignments`,
    );
    expect(list.body['value']).toHaveLength(1);
  });
});

describe('an initiative', () => {
  const authorization = (scope: string, path: string) => `${scope}/providers/Microsoft.Authorization/${path}`;
  const initiative = () => authorization(subscription, 'policySetDefinitions/zone');
  const put = async (path: string, properties: object) =>
    (await cloud.arm('PUT', path, { properties })).status;

  beforeAll(async () => {
    // Both definitions are there afterwards.
    await governed('rg-initiative', 'require-tag', {
      parameters: { tagName: 'a' },
      more: { enforcementMode: 'DoNotEnforce' },
    });
    await assign((path, body) => cloud.arm('PUT', path, body), subscription, 'no-type', {
      scope: groupOf('rg-initiative'),
      parameters: { types: [] },
    });
    const member = (name: string, parameters: object) => ({
      policyDefinitionId: authorization(subscription, `policyDefinitions/${name}`),
      policyDefinitionReferenceId: `ref-${name}`,
      parameters,
    });
    const status = await put(initiative(), {
      parameters: { tag: { type: 'String' } },
      policyDefinitions: [
        member('require-tag', { tagName: { value: "[parameters('tag')]" } }),
        member('no-type', { types: { value: ['Microsoft.Network/publicIPAddresses'] } }),
      ],
    });
    expect(status).toBe(201);
  });

  test('brings all its policies into force, with its parameters; single ones can be exempted', async () => {
    const scope = groupOf('rg-initiative');
    const policyAssignmentId = authorization(scope, 'policyAssignments/zone');
    const parameters = { tag: { value: 'cost' } };
    expect(await put(policyAssignmentId, { policyDefinitionId: initiative(), parameters })).toBe(201);
    const id = addressIn('rg-initiative', 'pip');
    const denied = async (tags: object) => {
      const answer = await cloud.arm('PUT', id, { ...address, tags });
      await cloud.atRest();
      const { additionalInfo = [] } = (answer.body['error'] ?? {}) as {
        readonly additionalInfo?: Violation[];
      }; // ARM's envelope
      return additionalInfo.map(({ info }) => [info.policySetDefinitionId, info.policyDefinitionReferenceId]);
    };
    expect(await denied({})).toEqual([
      [initiative(), 'ref-require-tag'],
      [initiative(), 'ref-no-type'],
    ]);
    const policyDefinitionReferenceIds = ['ref-no-type'];
    await put(authorization(scope, 'policyExemptions/pips'), {
      policyAssignmentId,
      policyDefinitionReferenceIds,
    });
    expect(await denied({})).toEqual([[initiative(), 'ref-require-tag']]);
    expect(await denied({ cost: '42' })).toEqual([]);
  });

  test('is refused with a policy that isn’t there, and its assignment without a parameter', async () => {
    const none = { policyDefinitions: [{ policyDefinitionId: '/none' }] };
    expect(await put(authorization(subscription, 'policySetDefinitions/half'), none)).toBe(404);
    const id = authorization(groupOf('rg-initiative'), 'policyAssignments/half');
    expect(await put(id, { policyDefinitionId: initiative() })).toBe(400);
  });
});

interface Violation {
  readonly info: { readonly policySetDefinitionId?: string; readonly policyDefinitionReferenceId?: string };
}

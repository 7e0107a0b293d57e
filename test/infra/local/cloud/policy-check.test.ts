/** What does a check of policy restrictions tell of a resource that isn't there yet? */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { assign, type Assigned, type PolicyName } from './helpers/policies.js';
import { codeOf, TestCloud, type Answer } from './helpers/test-cloud.js';

let cloud: TestCloud;
let subscription: string;

beforeAll(async () => {
  cloud = await TestCloud.start();
  subscription = `/subscriptions/${cloud.world.subscriptionId}`;
});

afterAll(() => cloud.close());

const group = (name: string) => `${subscription}/resourceGroups/${name}`;

async function governed(name: string, policy: PolicyName, more: Partial<Assigned> = {}): Promise<string> {
  await cloud.arm('PUT', group(name), { location: 'westeurope' });
  const put = (path: string, body: unknown) => cloud.arm('PUT', path, body);
  return assign(put, subscription, policy, { scope: group(name), ...more });
}

function check(scope: string, resourceContent: object, more: object = {}): Promise<Answer> {
  const path = `${scope}/providers/Microsoft.PolicyInsights/checkPolicyRestrictions?api-version=2024-10-01`;
  return cloud.arm('POST', path, { resourceDetails: { resourceContent }, ...more });
}

const networkInterface = {
  type: 'Microsoft.Network/networkInterfaces',
  name: 'nic',
  location: 'westeurope',
  properties: { enableIPForwarding: true },
};

describe('the content as it is', () => {
  test('is denied with the policy, the effect and what was evaluated', async () => {
    const policyAssignmentId = await governed('rg-a', 'no-forwarding');
    const { status, body } = await check(group('rg-a'), networkInterface);
    expect(status).toBe(200);
    expect(body).toEqual({
      fieldRestrictions: [],
      contentEvaluationResult: {
        policyEvaluations: [
          {
            policyInfo: {
              policyDefinitionId: `${subscription}/providers/Microsoft.Authorization/policyDefinitions/no-forwarding`,
              policyAssignmentId,
            },
            evaluationResult: 'NonCompliant',
            evaluationDetails: {
              evaluatedExpressions: [
                {
                  result: 'True',
                  expressionKind: 'Field',
                  expression: 'type',
                  path: 'type',
                  expressionValue: networkInterface.type,
                  targetValue: networkInterface.type,
                  operator: 'Equals',
                },
                {
                  result: 'True',
                  expressionKind: 'Field',
                  expression: 'Microsoft.Network/networkInterfaces/enableIpForwarding',
                  path: 'properties.enableIpForwarding',
                  expressionValue: true,
                  targetValue: 'true',
                  operator: 'Equals',
                },
              ],
            },
            effectDetails: { policyEffect: 'Deny' },
          },
        ],
      },
    });
  });

  test('is judged after the policies that change it, and by those of the group alone', async () => {
    await governed('rg-b', 'require-tag', { parameters: { tagName: 'cost' } });
    const denials = async (name: string) => {
      const { body } = await check(group(name), networkInterface);
      return body['contentEvaluationResult'];
    };
    expect(await denials('rg-b')).toMatchObject({
      policyEvaluations: [{ evaluationResult: 'NonCompliant' }],
    });
    await governed('rg-b', 'add-tag', { parameters: { tagName: 'cost', tagValue: '42' } });
    expect(await denials('rg-b')).toEqual({ policyEvaluations: [] });
    await cloud.arm('PUT', group('rg-free'), { location: 'westeurope' });
    expect(await denials('rg-free')).toEqual({ policyEvaluations: [] });
  });

  test('shows audits when they are asked for', async () => {
    await governed('rg-c', 'allowed-sizes', { parameters: { sizes: ['Standard_D2s_v5'], effect: 'Audit' } });
    const machine = (vmSize: string) => ({
      type: 'Microsoft.Compute/virtualMachines',
      location: 'westeurope',
      properties: { hardwareProfile: { vmSize } },
    });
    const found = async (size: string, more: object) => {
      const { body } = await check(group('rg-c'), machine(size), more);
      return (body['contentEvaluationResult'] as { readonly policyEvaluations: unknown[] }).policyEvaluations; // as documented
    };
    expect(await found('Standard_D4s_v5', {})).toEqual([]);
    expect(await found('Standard_D4s_v5', { includeAuditEffect: true })).toMatchObject([
      { effectDetails: { policyEffect: 'Audit' } },
    ]);
    expect(await found('standard_d2S_v5', { includeAuditEffect: true })).toEqual([]);
  });

  test('is judged at a subscription by what stands there', async () => {
    const id = await governed('rg-d', 'no-type', {
      scope: subscription,
      parameters: { types: ['Microsoft.Sql/servers'] },
    });
    const content = { type: 'Microsoft.Sql/servers', location: 'westeurope' };
    expect((await check(subscription, content)).body['contentEvaluationResult']).toMatchObject({
      policyEvaluations: [{ policyInfo: { policyAssignmentId: id } }],
    });
  });

  test('needs a type', async () => {
    const answer = await check(group('rg-a'), {});
    expect([answer.status, codeOf(answer)]).toEqual([400, 'InvalidCheckRestrictionsRequest']);
  });
});

describe('fields that are not known yet', () => {
  const restrictions = async (name: string, pendingFields: readonly object[]) => {
    const { body } = await check(group(name), { ...networkInterface, name: undefined }, { pendingFields });
    expect(body['contentEvaluationResult']).toEqual({ policyEvaluations: [] });
    return body['fieldRestrictions'];
  };

  test('a tag is required, with the values that are allowed', async () => {
    await governed('rg-e', 'require-tag', { parameters: { tagName: 'cost' } });
    await governed('rg-e', 'require-tag-value', { parameters: { tagName: 'env', tagValue: 'prod' } });
    expect(await restrictions('rg-e', [{ field: 'tags' }])).toMatchObject([
      {
        field: 'tags.cost',
        restrictions: [{ result: 'Required', policyEffect: 'Deny', reason: 'tags.cost is required' }],
      },
      { field: 'tags.env', restrictions: [{ result: 'Required', values: ['prod'] }] },
    ]);
  });

  test('a tag has a default that a policy sets', async () => {
    await governed('rg-f', 'append-tag', { parameters: { tagName: 'cost', tagValue: '42' } });
    expect(await restrictions('rg-f', [{ field: 'tags' }])).toMatchObject([
      {
        field: 'tags.cost',
        restrictions: [{ result: 'Required', defaultValue: '42', policyEffect: 'Append' }],
      },
    ]);
  });

  test('values are denied, with those that are allowed', async () => {
    await governed('rg-g', 'allowed-locations', { parameters: { locations: ['westus2'] } });
    const values = ['westus2', 'westeurope', 'global'];
    expect(await restrictions('rg-g', [{ field: 'location', values }])).toMatchObject([
      {
        field: 'location',
        restrictions: [
          {
            result: 'Deny',
            values: ['westeurope'],
            reason: 'location must be one of the following: westus2',
          },
        ],
      },
    ]);
  });
});

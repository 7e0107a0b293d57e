/** What is read of Azure's answers on policies and locks, and what when it doesn't answer? */
import { describe, expect, test } from '@jest/globals';
import { observeLocks } from '../../../shared/azure/locks.js';
import { observePolicies } from '../../../shared/azure/policies.js';
import type { SurroundingsQuestion } from '../../../shared/site/surroundings-question.js';
import { subnetId } from '../site/helpers/bodies.js';
import { policy } from '../site/helpers/builders.js';
import { aGroupIntent, anAddressIntent } from './helpers/intents.js';
import { wire } from './helpers/started-wire.js';

const { subscriptionId } = policy;
const subscription = `/subscriptions/${subscriptionId}`;
const group = `${subscription}/resourceGroups/rg-gateways`;
const checkPath = `POST ${group}/providers/Microsoft.PolicyInsights/checkPolicyRestrictions`;
const locksPath = `GET ${subscription}/providers/Microsoft.Authorization/locks`;

const question: SurroundingsQuestion = {
  subscriptionId,
  resourceGroup: 'rg-gateways',
  region: 'westeurope',
  subnetId,
  size: 'Standard_D2s_v5',
  image: 'Debian:debian-12:12-gen2:latest',
  secretNames: [],
  publicIpIds: [],
  samples: [aGroupIntent(), anAddressIntent()],
};

const forbidden = {
  status: 403,
  body: { error: { code: 'AuthorizationFailed', message: 'The client lacks an action.' } },
};
const failing = {
  status: 503,
  body: { error: { code: 'ServerTimeout', message: 'The request timed out.' } },
};

describe('policies', () => {
  const assignmentId = `${subscription}/providers/Microsoft.Authorization/policyAssignments/owners`;
  const evaluation = (more: object = {}) => ({
    policyInfo: {
      policyAssignmentId: assignmentId,
      policyDefinitionId: '/d',
      policyDefinitionReferenceId: 'tag',
    },
    evaluationResult: 'NonCompliant',
    effectDetails: { policyEffect: 'Deny' },
    ...more,
  });
  const evaluated = {
    evaluationDetails: {
      evaluatedExpressions: [
        { result: 'True', expression: 'type', path: 'type', operator: 'Equals', targetValue: 'x' },
        {
          result: 'False',
          expression: 'tags[owner]',
          path: 'tags[owner]',
          operator: 'In',
          targetValue: ['a', 'b'],
        },
        { result: 'True', path: 'tags[cost]', operator: 'Exists', targetValue: 'false' },
      ],
    },
  };
  const answering = (...policyEvaluations: readonly object[]) => ({
    [checkPath]: { body: { fieldRestrictions: [], contentEvaluationResult: { policyEvaluations } } },
  });

  test('are asked of each sample, and a denial is told once with all the types that it is about', async () => {
    wire.answers = answering(evaluation(evaluated));
    await expect(observePolicies(question)).resolves.toEqual({
      ok: true,
      value: {
        kind: 'checked',
        denials: [
          {
            assignmentId,
            reference: 'tag',
            types: ['Microsoft.Network/networkSecurityGroups', 'Microsoft.Network/publicIPAddresses'],
            reasons: [
              { field: 'tags[owner]', operator: 'In', targets: ['a', 'b'] },
              { field: 'tags[cost]', operator: 'Exists', targets: ['false'] },
            ],
          },
        ],
      },
    });
    expect(wire.asked()).toEqual([checkPath, checkPath]);
    expect(wire.bodies()[1]).toMatchObject({
      resourceDetails: {
        resourceContent: {
          type: 'Microsoft.Network/publicIPAddresses',
          name: 'pip-hq-z2-1',
          sku: { name: 'Standard' },
          properties: { publicIPAllocationMethod: 'Static' },
        },
      },
    });
  });

  test.each([
    { when: 'nothing is denied', answers: answering() },
    {
      when: 'all that is found is an audit',
      answers: answering(evaluation({ effectDetails: { policyEffect: 'Audit' } })),
    },
    { when: 'the effect isn’t told', answers: answering(evaluation({ effectDetails: undefined })) },
    { when: 'the answer is empty', answers: { [checkPath]: { body: {} } } },
  ])('deny nothing when $when', async ({ answers }) => {
    wire.answers = answers;
    await expect(observePolicies(question)).resolves.toEqual({
      ok: true,
      value: { kind: 'checked', denials: [] },
    });
  });

  test('count as not checked when the role lacks the action', async () => {
    wire.answers = { [checkPath]: forbidden };
    await expect(observePolicies(question)).resolves.toEqual({
      ok: true,
      value: { kind: 'not-checked', because: expect.stringContaining('The client lacks an action.') },
    });
  });

  test('are a problem that time may cure when Azure times out', async () => {
    wire.answers = { [checkPath]: failing };
    await expect(observePolicies(question)).resolves.toMatchObject({
      ok: false,
      problem: { type: '/problems/service-failed', retryable: true },
    });
  });
});

describe('locks', () => {
  const lock = (scope: string, name: string, level: string) => ({
    id: `${scope}/providers/Microsoft.Authorization/locks/${name}`,
    name,
    type: 'Microsoft.Authorization/locks',
    properties: { level },
  });

  test('are those of the group and of the subscription, over all pages, whatever the case', async () => {
    const others = `${subscription}/resourceGroups/rg-others`;
    const all = [
      lock(subscription, 'all', 'ReadOnly'),
      lock(group.replace('resourceGroups', 'resourcegroups'), 'keep', 'CanNotDelete'),
      lock(others, 'theirs', 'ReadOnly'),
      lock(`${group}/providers/Microsoft.Network/virtualNetworks/v`, 'network', 'ReadOnly'),
      lock(group, 'odd', 'NotSpecified'),
    ];
    const next = `${subscription}/providers/Microsoft.Authorization/more`;
    wire.answers = {
      [locksPath]: { body: { value: all.slice(0, 1), nextLink: `https://management.azure.com${next}?p=2` } },
      [`GET ${next}`]: { body: { value: all.slice(1) } },
    };
    await expect(observeLocks(question)).resolves.toEqual({
      ok: true,
      value: {
        kind: 'checked',
        locks: [
          { name: 'all', level: 'ReadOnly', scope: subscription },
          { name: 'keep', level: 'CanNotDelete', scope: group.replace('resourceGroups', 'resourcegroups') },
        ],
      },
    });
  });

  test('count as not checked when the role lacks the action', async () => {
    wire.answers = { [locksPath]: forbidden };
    await expect(observeLocks(question)).resolves.toEqual({
      ok: true,
      value: { kind: 'not-checked', because: expect.stringContaining('The client lacks an action.') },
    });
  });

  test('are a problem that time may cure when Azure times out', async () => {
    wire.answers = { [locksPath]: failing };
    await expect(observeLocks(question)).resolves.toMatchObject({ ok: false, problem: { retryable: true } });
  });
});

/** Does the review pass the template as it is, and find every fault that is planted in a copy? */
import { expect, test } from '@jest/globals';
import { rules } from '../../../infra/azure/review.js';
import { plantedFaults } from './planted-faults.js';
import { reviewAgainst, reviewCopy, reviewWithFile, textOfFile, type Fault } from './review-copy.js';

test('the review finds nothing in the template as it is', () => {
  expect(reviewCopy()).toEqual([]);
});

const shown = ({ of, instead }: Fault) => `${JSON.stringify(of)} becomes ${JSON.stringify(instead)}`;

test.each(plantedFaults.map((one) => ({ ...one, change: shown(one) })))(
  'the review finds $rule when in $file $change',
  ({ rule, ...fault }) => {
    expect(reviewCopy(fault).map((one) => one.rule)).toContain(rule);
  },
);

test('every rule has a fault that it finds', () => {
  const planted = new Set(plantedFaults.map(({ rule }) => rule));

  expect(rules.map(({ name }) => name).filter((name) => !planted.has(name))).toEqual([]);
});

test('no two rules have one name, and each has a reason', () => {
  expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
  expect(rules.filter(({ reason }) => !/^[A-Z].*\.$/.test(reason))).toEqual([]);
});

test('a finding names file and line', () => {
  const of = 'allowSharedKeyAccess: false';
  const line =
    textOfFile('storage.bicep')
      .split('\n')
      .findIndex((one) => one.startsWith('resource account')) + 1;

  expect(reviewCopy({ file: 'storage.bicep', of, instead: 'allowSharedKeyAccess: true' })).toEqual([
    {
      rule: 'storage-no-keys',
      file: 'storage.bicep',
      line,
      detail: 'account: properties.allowSharedKeyAccess is true, and must be false',
    },
  ]);
});

test('the review finds a setting that the product has come to need', () => {
  const source = 'const schema = z.object({\n  TUNNELKEEPER_NEW_THING: z.string(),\n});\n';

  expect(reviewAgainst(source).map(({ rule }) => rule)).toEqual(['settings-needed', 'settings-offered']);
});

test('the review finds an assignment that nobody planned', () => {
  const text = `${textOfFile('network-access.bicep')}
resource more 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(resourceGroup().id, appPrincipalId, 'owner')
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '8e3af657-a8ff-443c-a75c-2fe8c4bcb635')
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}
`;

  expect(reviewWithFile('network-access.bicep', text).map(({ rule }) => rule)).toEqual([
    'assignments-planned',
  ]);
});

test('the review finds a module whose file is gone', () => {
  expect(reviewWithFile('vault.bicep', undefined).map(({ rule }) => rule)).toEqual(
    expect.arrayContaining(['module-parameters', 'complete', 'assignments-planned']),
  );
});

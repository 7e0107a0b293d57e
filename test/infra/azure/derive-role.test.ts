/** Is the role what was used, each part where it is needed? */
import { expect, test } from '@jest/globals';
import { deriveRole, roleDifferences } from '../../../infra/azure/derive-role.js';
import { readUsedActions } from '../../../infra/azure/read-used-actions.js';
import { textOfFile } from './review-copy.js';

const used = readUsedActions(textOfFile('used-actions.json'));

test('the role is what is derived from the used actions', () => {
  expect(`${JSON.stringify(deriveRole(used), undefined, 2)}\n`).toBe(textOfFile('app-role.json'));
});

test('the role has every used action, and nothing else', () => {
  const allowed = Object.values(deriveRole(used)).flatMap((part) => [
    ...(part.actions ?? []),
    ...(part.dataActions ?? []),
  ]);

  expect([...new Set(allowed)].sort()).toEqual([...used].sort());
});

test('an action that was used twice, in two spellings, is allowed once', () => {
  const role = deriveRole(['Microsoft.Compute/disks/read', 'microsoft.compute/disks/read']);

  expect(role.sites.actions).toHaveLength(1);
});

test.each([
  ['Microsoft.Network/loadBalancers/write', ['sites']],
  ['Microsoft.Network/virtualNetworks/subnets/join/action', ['networks']],
  ['Microsoft.Network/publicIPAddresses/read', ['sites', 'networks']],
  ['Microsoft.Network/publicIPAddresses/write', ['sites']],
  ['Microsoft.Compute/skus/read', ['surroundings']],
  ['Microsoft.Compute/virtualMachines/read', ['sites', 'surroundings']],
  ['Microsoft.Compute/virtualMachines/write', ['sites']],
  ['Microsoft.Network/locations/operations/read', ['surroundings']],
  ['Microsoft.ManagedIdentity/userAssignedIdentities/assign/action', ['attach']],
  ['Microsoft.KeyVault/vaults/secrets/getSecret/action', ['secrets']],
])('%s is allowed in %j', (action, parts) => {
  const role = Object.entries(deriveRole([action]));
  const having = role.filter(([, { actions = [], dataActions = [] }]) =>
    [...actions, ...dataActions].includes(action),
  );

  expect(having.map(([name]) => name)).toEqual(parts);
});

test('an action without a place is refused', () => {
  expect(() => deriveRole(['Microsoft.Sql/servers/read'])).toThrow('Microsoft.Sql/servers/read has no place');
});

test('the comparison says what is missing, what is too much and what has no place', () => {
  const role = deriveRole(['Microsoft.Compute/disks/read', 'Microsoft.Compute/disks/delete']);

  expect(
    roleDifferences(role, [
      'microsoft.compute/disks/READ',
      'Microsoft.Compute/skus/read',
      'Microsoft.Sql/servers/read',
    ]),
  ).toEqual([
    'Microsoft.Sql/servers/read is used and has no place in the role yet',
    'sites allows Microsoft.Compute/disks/delete, which the app doesn’t use',
    'surroundings lacks Microsoft.Compute/skus/read, which the app uses',
  ]);
});

test.each([
  ['{}', 'must be a JSON list'],
  ['["Microsoft.Compute/*/read"]', 'No operations of Azure: "Microsoft.Compute/*/read"'],
  ['["Microsoft.Compute/disks/read", 7]', 'No operations of Azure: 7'],
  ['["GET /subscriptions"]', 'No operations of Azure'],
])('a list that says %s is refused', (text, message) => {
  expect(() => readUsedActions(text)).toThrow(message);
});

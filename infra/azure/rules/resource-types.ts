/** Does every resource name a type and an API version that exist? */
import { textOf, valueAt } from '../bicep/evaluate.js';
import { propertyOf, type ResourceDeclaration } from '../bicep/syntax-tree.js';
import { placeOf } from '../template.js';
import type { Rule } from './rule.js';

/** Types that our files use, with the version that was looked up (Microsoft Learn, template reference). */
const versions: Readonly<Record<string, string>> = {
  'Microsoft.Authorization/roleAssignments': '2022-04-01',
  'Microsoft.Authorization/roleDefinitions': '2022-04-01',
  'Microsoft.EventGrid/systemTopics': '2022-06-15',
  'Microsoft.EventGrid/systemTopics/eventSubscriptions': '2022-06-15',
  'Microsoft.Insights/actionGroups': '2023-01-01',
  'Microsoft.Insights/components': '2020-02-02',
  'Microsoft.Insights/diagnosticSettings': '2021-05-01-preview',
  'Microsoft.Insights/metricAlerts': '2018-03-01',
  'Microsoft.KeyVault/vaults': '2023-07-01',
  'Microsoft.ManagedIdentity/userAssignedIdentities': '2023-01-31',
  'Microsoft.Network/virtualNetworks': '2024-05-01',
  'Microsoft.Network/virtualNetworks/subnets': '2024-05-01',
  'Microsoft.OperationalInsights/workspaces': '2023-09-01',
  'Microsoft.Resources/resourceGroups': '2024-03-01',
  'Microsoft.Storage/storageAccounts': '2023-05-01',
  'Microsoft.Storage/storageAccounts/blobServices': '2023-05-01',
  'Microsoft.Storage/storageAccounts/blobServices/containers': '2023-05-01',
  'Microsoft.Storage/storageAccounts/queueServices': '2023-05-01',
  'Microsoft.Storage/storageAccounts/queueServices/queues': '2023-05-01',
  'Microsoft.Web/serverfarms': '2024-04-01',
  'Microsoft.Web/sites': '2024-04-01',
  'Microsoft.Web/sites/basicPublishingCredentialsPolicies': '2024-04-01',
  'Microsoft.Web/sites/config': '2024-04-01',
};

const plain = ({ type }: ResourceDeclaration) => type.split('@');

export const typeRules: readonly Rule[] = [
  {
    name: 'resource-types',
    reason: 'A type or version that doesn’t exist stops the deployment.',
    find: ({ template }) => [
      ...template.resources
        .filter(({ type, apiVersion }) => versions[type] !== apiVersion)
        .map((one) =>
          placeOf(one, `${one.type}@${one.apiVersion} is not among the types that were looked up`),
        ),
      ...[...template.files.values()].flatMap((file) =>
        file.declarations
          .filter((one) => one.kind === 'resource' && one.isExisting)
          .filter((one) => one.kind === 'resource' && versions[plain(one)[0] ?? ''] !== plain(one)[1])
          .map(({ name, line }) => ({
            file: file.path,
            line,
            detail: `${name}: its type was not looked up`,
          })),
      ),
    ],
  },
  {
    name: 'resource-names',
    reason: 'A resource without a name stops the deployment.',
    find: ({ template }) =>
      template.resources
        .filter(({ body }) => valueAt(body, 'name') === undefined)
        .map((one) => placeOf(one, 'it has no name')),
  },
  {
    name: 'resource-names-early',
    reason: 'A name has to be known before the deployment starts (BCP120), so before any resource answers.',
    find: ({ template }) =>
      template.resources
        .filter(({ declaration }) => {
          const name = propertyOf(declaration.body, 'name');
          return name !== undefined && /\.(properties|outputs)\./.test(textOf(name));
        })
        .map((one) => placeOf(one, 'its name depends on what a resource answers')),
  },
];

/** Which properties must have which value? A reviewer's list, a row each, and the kinds that must be there at all. */
import { isList, OneOf, Unknown, valueAt, type Value } from '../bicep/evaluate.js';
import type { Place } from '../finding.js';
import { placeOf, type Template } from '../template.js';
import type { Rule } from './rule.js';

/** A property of every resource of a type. */
interface RequiredValue {
  readonly name: string;
  readonly type: string;
  readonly path: string;
  readonly is: string | number | boolean | readonly string[];
  readonly reason: string;
}

const storage = 'Microsoft.Storage/storageAccounts';
const vault = 'Microsoft.KeyVault/vaults';
const site = 'Microsoft.Web/sites';
const subscription = 'Microsoft.EventGrid/systemTopics/eventSubscriptions';

const row = (
  name: string,
  type: string,
  path: string,
  is: RequiredValue['is'],
  reason: string,
): RequiredValue => ({ name, type, path: `properties.${path}`, is, reason });

/** From Microsoft Learn: identity-based connections, Flex Consumption, Event Grid, Key Vault, security baselines. */
const requiredValues: readonly RequiredValue[] = [
  row(
    'storage-no-keys',
    storage,
    'allowSharedKeyAccess',
    false,
    'A key is a password for everything in the account.',
  ),
  row(
    'storage-no-public-blobs',
    storage,
    'allowBlobPublicAccess',
    false,
    'The package and events are nobody else’s.',
  ),
  row('storage-tls', storage, 'minimumTlsVersion', 'TLS1_2', 'Older TLS is broken.'),
  row('storage-https', storage, 'supportsHttpsTrafficOnly', true, 'Tokens go over it.'),
  row('storage-entra-first', storage, 'defaultToOAuthAuthentication', true, 'The portal shall not try keys.'),
  row(
    'container-private',
    `${storage}/blobServices/containers`,
    'publicAccess',
    'None',
    'Nobody reads it anonymously.',
  ),
  row(
    'vault-rbac',
    vault,
    'enableRbacAuthorization',
    true,
    'Access policies let contributors admit themselves.',
  ),
  row('vault-soft-delete', vault, 'enableSoftDelete', true, 'A deleted PSK is an outage.'),
  row('vault-purge-protection', vault, 'enablePurgeProtection', true, 'Nobody shall purge PSKs for good.'),
  row(
    'vault-firewall',
    vault,
    'networkAcls.defaultAction',
    'Deny',
    'Only the app and the operators reach PSKs.',
  ),
  row('site-https', site, 'httpsOnly', true, 'Keys and tokens go over it.'),
  row('site-no-affinity', site, 'clientAffinityEnabled', false, 'Nothing is kept in an instance.'),
  row('site-no-ftp', site, 'siteConfig.ftpsState', 'Disabled', 'Code comes by one way alone.'),
  row('site-tls', site, 'siteConfig.minTlsVersion', '1.2', 'Older TLS is broken.'),
  row('site-no-cors', site, 'siteConfig.cors.allowedOrigins', [], 'No page of another origin calls the API.'),
  row('flex-node', site, 'functionAppConfig.runtime.name', 'node', 'What the package is built for.'),
  row(
    'flex-node-22',
    site,
    'functionAppConfig.runtime.version',
    '22',
    'The oldest that Azure offers for long.',
  ),
  row(
    'flex-storage-by-identity',
    site,
    'functionAppConfig.deployment.storage.authentication.type',
    'UserAssignedIdentity',
    'The account knows no keys.',
  ),
  row(
    'no-basic-publishing',
    `${site}/basicPublishingCredentialsPolicies`,
    'allow',
    false,
    'No password deploys code.',
  ),
  row(
    'platform-authentication',
    `${site}/config`,
    'globalValidation.requireAuthentication',
    true,
    'Requests without a token end in front of the app.',
  ),
  row(
    'platform-authentication-exceptions',
    `${site}/config`,
    'globalValidation.excludedPaths',
    ['/api/health'],
    'Health alone is for everybody.',
  ),
  row(
    'insights-no-key',
    'Microsoft.Insights/components',
    'DisableLocalAuth',
    true,
    'Anybody could write telemetry.',
  ),
  row(
    'workspace-no-key',
    'Microsoft.OperationalInsights/workspaces',
    'features.disableLocalAuth',
    true,
    'Anybody could write logs.',
  ),
  row(
    'events-to-queue',
    subscription,
    'deliveryWithResourceIdentity.destination.endpointType',
    'StorageQueue',
    'A queue keeps events while the app is away.',
  ),
  row(
    'events-by-identity',
    subscription,
    'deliveryWithResourceIdentity.identity.type',
    'UserAssigned',
    'The account knows no keys.',
  ),
  row(
    'events-dead-letter',
    subscription,
    'deadLetterWithResourceIdentity.deadLetterDestination.endpointType',
    'StorageBlob',
    'An event that can’t be delivered is kept.',
  ),
  row(
    'principals',
    'Microsoft.Authorization/roleAssignments',
    'principalType',
    'ServicePrincipal',
    'A new identity is found late without it.',
  ),
  row(
    'custom-roles',
    'Microsoft.Authorization/roleDefinitions',
    'type',
    'CustomRole',
    'Built-in roles can’t be written.',
  ),
];

/** Kinds that must be there, by type and a name where it matters. */
const requiredResources: readonly { readonly type: string; readonly name?: string }[] = [
  { type: storage },
  { type: vault },
  { type: site },
  { type: `${site}/basicPublishingCredentialsPolicies`, name: 'ftp' },
  { type: `${site}/basicPublishingCredentialsPolicies`, name: 'scm' },
  { type: `${site}/config`, name: 'authsettingsV2' },
  { type: `${storage}/queueServices/queues`, name: 'resource-events' },
  { type: 'Microsoft.Insights/components' },
  { type: 'Microsoft.Insights/diagnosticSettings', name: 'audit' },
  { type: 'Microsoft.Insights/actionGroups', name: 'ag-tunnelkeeper' },
  { type: 'Microsoft.EventGrid/systemTopics', name: 'evgt-tunnelkeeper-sites' },
  { type: 'Microsoft.EventGrid/systemTopics', name: 'evgt-tunnelkeeper-health' },
  { type: 'Microsoft.EventGrid/systemTopics', name: 'evgt-tunnelkeeper-vault' },
];

/** Says whether every value that is possible is the wanted one. */
function isSurely(value: Value | undefined, wanted: RequiredValue['is']): boolean {
  if (value instanceof OneOf) return value.options.every((option) => isSurely(option, wanted));
  if (isList(value)) return JSON.stringify(value) === JSON.stringify(wanted);
  return value === wanted;
}

function shown(value: Value | undefined): string {
  if (value === undefined) return 'missing';
  return value instanceof Unknown
    ? value.text
    : value instanceof OneOf
      ? 'not always so'
      : JSON.stringify(value);
}

function missingResources(template: Template): readonly Place[] {
  return requiredResources
    .filter(
      ({ type, name }) =>
        !template.resources.some(
          (one) => one.type === type && (name === undefined || valueAt(one.body, 'name') === name),
        ),
    )
    .map(({ type, name }) => ({
      file: 'main.bicep',
      line: 0,
      detail: `there is no ${type}${name === undefined ? '' : ` ${name}`}`,
    }));
}

export const valueRules: readonly Rule[] = [
  ...requiredValues.map(({ name, type, path, is, reason }): Rule => ({
    name,
    reason,
    find: ({ template }) =>
      template.resources
        .filter((one) => one.type === type)
        .filter(({ body }) => !isSurely(valueAt(body, path), is))
        .map((one) =>
          placeOf(one, `${path} is ${shown(valueAt(one.body, path))}, and must be ${JSON.stringify(is)}`),
        ),
  })),
  {
    name: 'complete',
    reason: 'What isn’t there has no wrong property.',
    find: ({ template }) => missingResources(template),
  },
];

/** Which faults are planted? At least one for each rule, as somebody might make it. */
import type { Fault } from './review-copy.js';

/** A fault, with the rule that has to find it. */
export interface PlantedFault extends Fault {
  readonly rule: string;
}

const fault = (rule: string, file: string, of: string, instead: string): PlantedFault => ({
  rule,
  file,
  of,
  instead,
});

/** Names, modules and types: what would stop a deployment. */
const structure = [
  fault('syntax', 'app.bicep', 'httpsOnly: true', 'httpsOnly: true,,'),
  fault('syntax', 'vault.bicep', "name: 'kv-tk-${token}'", "name: 'kv-tk-${token'"),
  fault('syntax', 'vault.bicep', '    enableSoftDelete: true', '    enableRbacAuthorization: true'),
  fault('declared', 'vault.bicep', 'value: address }', 'value: adress }'),
  fault('declared', 'storage.bicep', 'account::queues::resourceEvents.id', 'account::queues::events.id'),
  fault('declared', 'main.bicep', 'toLower(', 'lower('),
  fault('declared-once', 'network.bicep', 'param tags object', 'param tags object\nparam tags object'),
  fault('used', 'monitoring.bicep', 'var metrics', 'var forgotten = 1\nvar metrics'),
  fault('described', 'vault.bicep', "@description('Name of the vault.')\n", ''),
  fault('module-parameters', 'main.bicep', '    vaultUrl: vault.outputs.url\n', ''),
  fault('module-parameters', 'main.bicep', 'sku: storageSku', 'sku: storageSku\n    tier: storageSku'),
  fault('module-parameters', 'main.bicepparam', 'param ziaCloud', 'param zscaler'),
  fault('module-types', 'main.bicep', 'tags: tags\n    token: token', "tags: 'prod'\n    token: token"),
  fault('module-outputs', 'main.bicep', 'vault.outputs.url', 'vault.outputs.uri'),
  fault(
    'module-scopes',
    'main.bicep',
    "'vault.bicep' = {\n  name: 'tunnelkeeper-vault'\n  scope: controlGroup",
    "'vault.bicep' = {\n  name: 'tunnelkeeper-vault'",
  ),
  fault('modules-called', 'main.bicep', "'storage.bicep'", "'store.bicep'"),
  fault('resource-types', 'vault.bicep', 'vaults@2023-07-01', 'vaults@2032-07-01'),
  fault('resource-types', 'app.bicep', 'Microsoft.Web/serverfarms', 'Microsoft.Web/serverFarm'),
  fault('resource-names', 'network.bicep', "  name: 'vnet-tunnelkeeper'\n", ''),
  fault(
    'resource-names-early',
    'identities.bicep',
    'guid(gateways.id, app.id,',
    'guid(gateways.id, app.properties.principalId,',
  ),
];

/** The reviewer's list. */
const values = [
  fault('storage-no-keys', 'storage.bicep', 'allowSharedKeyAccess: false', 'allowSharedKeyAccess: true'),
  fault('storage-no-keys', 'storage.bicep', '    allowSharedKeyAccess: false\n', ''),
  fault(
    'storage-no-public-blobs',
    'storage.bicep',
    'allowBlobPublicAccess: false',
    'allowBlobPublicAccess: true',
  ),
  fault('storage-tls', 'storage.bicep', 'TLS1_2', 'TLS1_0'),
  fault(
    'storage-https',
    'storage.bicep',
    'supportsHttpsTrafficOnly: true',
    'supportsHttpsTrafficOnly: false',
  ),
  fault('storage-entra-first', 'storage.bicep', '    defaultToOAuthAuthentication: true\n', ''),
  fault('container-private', 'storage.bicep', "publicAccess: 'None'", "publicAccess: 'Blob'"),
  fault('vault-rbac', 'vault.bicep', 'enableRbacAuthorization: true', 'enableRbacAuthorization: false'),
  fault('vault-soft-delete', 'vault.bicep', 'enableSoftDelete: true', 'enableSoftDelete: false'),
  fault('vault-purge-protection', 'vault.bicep', '    enablePurgeProtection: true\n', ''),
  fault(
    'vault-firewall',
    'vault.bicep',
    "defaultAction: 'Deny'",
    "defaultAction: empty(operatorAddresses) ? 'Allow' : 'Deny'",
  ),
  fault('site-https', 'app.bicep', 'httpsOnly: true', 'httpsOnly: false'),
  fault('site-no-affinity', 'app.bicep', 'clientAffinityEnabled: false', 'clientAffinityEnabled: true'),
  fault('site-no-ftp', 'app.bicep', "ftpsState: 'Disabled'", "ftpsState: 'FtpsOnly'"),
  fault('site-tls', 'app.bicep', "minTlsVersion: '1.2'", "minTlsVersion: '1.0'"),
  fault('site-no-cors', 'app.bicep', 'allowedOrigins: []', "allowedOrigins: ['*']"),
  fault('flex-node', 'app.bicep', "name: 'node', version", "name: 'python', version"),
  fault('flex-node-22', 'app.bicep', "version: '22'", "version: '20'"),
  fault(
    'flex-storage-by-identity',
    'app.bicep',
    "type: 'UserAssignedIdentity'",
    "type: 'StorageAccountConnectionString'",
  ),
  fault('no-basic-publishing', 'app.bicep', 'allow: false', 'allow: true'),
  fault(
    'platform-authentication',
    'app.bicep',
    'requireAuthentication: true',
    'requireAuthentication: false',
  ),
  fault(
    'platform-authentication-exceptions',
    'app.bicep',
    "['/api/health']",
    "['/api/health', '/api/sites']",
  ),
  fault('insights-no-key', 'monitoring.bicep', 'DisableLocalAuth: true', 'DisableLocalAuth: false'),
  fault('workspace-no-key', 'monitoring.bicep', 'disableLocalAuth: true', 'disableLocalAuth: false'),
  fault('events-to-queue', 'events.bicep', "'StorageQueue'", "'WebHook'"),
  fault(
    'events-by-identity',
    'events.bicep',
    "identity: { type: 'UserAssigned',",
    "identity: { type: 'SystemAssigned',",
  ),
  fault('events-dead-letter', 'events.bicep', '      deadLetterWithResourceIdentity: deadLetter\n', ''),
  fault('principals', 'vault.bicep', "    principalType: 'ServicePrincipal'\n", ''),
  fault('custom-roles', 'roles.bicep', "    type: 'CustomRole'\n", ''),
  fault('complete', 'storage.bicep', "name: 'resource-events'\n", "name: 'events'\n"),
  fault('complete', 'alerts.bicep', "'ag-tunnelkeeper'", "'ag-sites'"),
];

/** Who may do what. */
const access = [
  fault(
    'assignments-planned',
    'vault.bicep',
    'scope: vault\n  properties: {\n    roleDefinitionId',
    'properties: {\n    roleDefinitionId',
  ),
  fault(
    'assignments-planned',
    'monitoring.bicep',
    '3913510d-42f4-4e42-8a64-420c390055eb',
    'b24988ac-6180-42a0-ab88-20f7382dd24c',
  ),
  fault('assignments-planned', 'storage.bicep', ', roleIds.tableDataContributor]', ']'),
  fault(
    'assignment-names',
    'sites-access.bicep',
    'guid(resourceGroup().id, appPrincipalId, sitesRoleId)',
    "'f2a3c1de-0000-4000-8000-000000000001'",
  ),
  fault(
    'role-no-wildcard',
    'app-role.json',
    'Microsoft.Compute/virtualMachines/write',
    'Microsoft.Compute/*/write',
  ),
  fault(
    'role-no-authorization',
    'app-role.json',
    'Microsoft.Compute/disks/write',
    'Microsoft.Authorization/roleAssignments/write',
  ),
  fault('role-no-authorization', 'app-role.json', 'secrets/update/action', 'secrets/purge/action'),
  fault(
    'role-scopes',
    'roles.bicep',
    'concat([sitesGroupId], otherSitesGroupIds)',
    'concat([subscription().id], otherSitesGroupIds)',
  ),
  fault(
    'role-is-what-is-used',
    'app-role.json',
    'virtualMachines/redeploy/action',
    'virtualMachines/deallocate/action',
  ),
  fault(
    'role-is-what-is-used',
    'used-actions.json',
    'Microsoft.Compute/skus/read',
    'Microsoft.Sql/servers/read',
  ),
];

/** Settings, secrets, signals. */
const conduct = [
  fault('settings-needed', 'app.bicep', "  { name: 'TUNNELKEEPER_VAULT_URL', value: vaultUrl }\n", ''),
  fault(
    'settings-needed',
    'app.bicep',
    "  { name: 'AzureWebJobsStorage__clientId', value: identityClientId }\n",
    '',
  ),
  fault(
    'settings-offered',
    'app.bicep',
    "  { name: 'TUNNELKEEPER_ACTION_GROUP_ID', value: actionGroupId }\n",
    '',
  ),
  fault('settings-known', 'app.bicep', 'TUNNELKEEPER_FLEET_FREEZE_SHARE', 'TUNNELKEEPER_FREEZE_SHARE'),
  fault('settings-not-local', 'app.bicep', 'TUNNELKEEPER_ZIA_VANITY', 'TUNNELKEEPER_LOCAL_ZIA'),
  fault(
    'settings-of-flex',
    'app.bicep',
    "'AZURE_CLIENT_ID', value: identityClientId",
    "'FUNCTIONS_WORKER_RUNTIME', value: 'node'",
  ),
  fault('settings-once', 'app.bicep', 'TUNNELKEEPER_ZIA_CLIENT_ID', 'TUNNELKEEPER_ZIA_VANITY'),
  fault(
    'settings-no-secret',
    'app.bicep',
    "'AZURE_CLIENT_ID', value: identityClientId",
    "'AZURE_CLIENT_ID', value: storage.listKeys().keys[0].value",
  ),
  fault('settings-storage-by-identity', 'app.bicep', "value: 'managedidentity'", "value: 'key'"),
  fault('secret-parameters-secure', 'main.bicep', '@secure()\n', ''),
  fault('secret-parameters-secure', 'alerts.bicep', '@secure()\n', ''),
  fault(
    'secret-parameters-without-default',
    'main.bicep',
    "param alertsUrl string = ''",
    "param alertsUrl string = 'https://example.com/api/alerts'",
  ),
  fault(
    'outputs-without-secret',
    'monitoring.bicep',
    '= insights.name',
    '= insights.properties.ConnectionString',
  ),
  fault('outputs-without-secret', 'alerts.bicep', 'string = sites.id', 'string = alertsUrl'),
  fault(
    'texts-without-secret',
    'main.bicepparam',
    "('ALERTS_URL', '')",
    "('ALERTS_URL', 'https://example.com/api/alerts?code=abc')",
  ),
  fault('event-types', 'events.bicep', "          'Microsoft.Resources.ResourceDeleteSuccess'\n", ''),
  fault(
    'event-types',
    'events.bicep',
    'Microsoft.KeyVault.SecretNewVersionCreated',
    'Microsoft.KeyVault.SecretNearExpiry',
  ),
  fault('event-filters', 'events.bicep', "              'Microsoft.Network/loadBalancers/'\n", ''),
  fault('event-filters', 'events.bicep', "['/runCommands/']", "['/extensions/']"),
  fault('event-filters', 'events.bicep', '        subjectBeginsWith: ', '        subjectEndsWith: '),
  fault(
    'alerts-common-schema',
    'alerts.bicep',
    '    useCommonAlertSchema: true\n    useAadAuth',
    '    useCommonAlertSchema: false\n    useAadAuth',
  ),
  fault('alerts-with-token', 'alerts.bicep', '    objectId: apiObjectId\n', ''),
  fault('alerts-with-token', 'alerts.bicep', '/api/alerts', '/api/alert'),
];

export const plantedFaults: readonly PlantedFault[] = [...structure, ...values, ...access, ...conduct];

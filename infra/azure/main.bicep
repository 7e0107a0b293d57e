// What deploys the control plane? Two groups, what stands in them, and what the app may do: nothing that it doesn't use.
targetScope = 'subscription'

@description('Name of the deployment, such as prod; part of every name.')
@minLength(2)
@maxLength(16)
param environmentName string

@description('Region of the control plane. Sites may lie in any region.')
param location string

@description('Key that opens the account tunnelkeeper on gateways. The private half is the operators\' to keep.')
param sshPublicKey string

@description('Zscaler cloud of the tenant, such as zscaler or zscalerthree.')
param zscalerCloud string = 'zscaler'

@description('Ids of the groups that hold the networks of sites, with their route tables and existing public IPs.')
param networkGroupIds array = []

@description('Ids of further groups that sites may be built in; no events come from them, so the sweep alone sees them.')
param otherSitesGroupIds array = []

@description('Addresses or prefixes from which operators reach the vault; all else but the app is shut out.')
param operatorAddresses array = []

@description('Redundancy of the storage account. Zone-redundant storage is not in every region.')
@allowed(['Standard_ZRS', 'Standard_LRS', 'Standard_GZRS'])
param storageSku string = 'Standard_ZRS'

@description('Client id of the API\'s app registration; empty: callers have function keys.')
param apiClientId string = ''

@description('Object id of the API\'s app registration, which the alerts\' web hook names.')
param apiObjectId string = ''

@description('Audience of callers\' tokens: of version 2 the client id.')
param apiAudience string = apiClientId

@description('URL of POST /api/alerts with its function key, where no app registration is given; empty: no web hook, the sweep alone sees.')
@secure()
param alertsUrl string = ''

@description('Who is told when the app itself fails; empty: nobody.')
param operatorEmail string = ''

@description('First label of <vanity>.zslogin.net, for rotation by OneAPI.')
param ziaVanity string = ''

@description('Client id at OneAPI; its secret lies in the vault.')
param ziaClientId string = ''

@description('Cloud of the older ZIA API, such as zscalerthree.')
param ziaCloud string = ''

@description('Administrator of the older ZIA API; password and API key lie in the vault.')
param ziaUserName string = ''

@description('Whether the app may activate at ZIA, which publishes other administrators\' pending changes too.')
param ziaActivates bool = true

@description('Whether to make the topic of health events: a subscription has one at most. Without it the sweep sees the same, later.')
param healthEvents bool = true

@description('Most remedies at once in the whole fleet; 0: the app\'s default.')
@minValue(0)
param fleetMaxInFlight int = 0

@description('Share of the fleet whose failing freezes remedies, such as 0.3; empty: the app\'s default.')
param fleetFreezeShare string = ''

var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }
// Known before the app is there, since the action group calls it and the app names the action group.
var appName = 'func-tunnelkeeper-${token}'

resource controlGroup 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-tunnelkeeper-${environmentName}'
  location: location
  tags: tags
}

// Sites stand apart from what steers them: the app's role to write ends at this group.
resource sitesGroup 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-tunnelkeeper-${environmentName}-sites'
  location: location
  tags: tags
}

module roles 'roles.bicep' = {
  name: 'tunnelkeeper-roles'
  params: {
    environmentName: environmentName
    controlGroupId: controlGroup.id
    sitesGroupId: sitesGroup.id
    otherSitesGroupIds: otherSitesGroupIds
    networkGroupIds: networkGroupIds
  }
}

module identities 'identities.bicep' = {
  name: 'tunnelkeeper-identities'
  scope: controlGroup
  params: {
    location: location
    tags: tags
    attachRoleId: roles.outputs.attachRoleId
  }
}

module monitoring 'monitoring.bicep' = {
  name: 'tunnelkeeper-monitoring'
  scope: controlGroup
  params: {
    location: location
    tags: tags
    token: token
    appPrincipalId: identities.outputs.appPrincipalId
  }
}

module network 'network.bicep' = {
  name: 'tunnelkeeper-network'
  scope: controlGroup
  params: {
    location: location
    tags: tags
  }
}

module storage 'storage.bicep' = {
  name: 'tunnelkeeper-storage'
  scope: controlGroup
  params: {
    location: location
    tags: tags
    token: token
    sku: storageSku
    appPrincipalId: identities.outputs.appPrincipalId
    eventsPrincipalId: identities.outputs.eventsPrincipalId
  }
}

module vault 'vault.bicep' = {
  name: 'tunnelkeeper-vault'
  scope: controlGroup
  params: {
    location: location
    tags: tags
    token: token
    appSubnetId: network.outputs.appSubnetId
    operatorAddresses: operatorAddresses
    workspaceId: monitoring.outputs.workspaceId
    appPrincipalId: identities.outputs.appPrincipalId
    secretsRoleId: roles.outputs.secretsRoleId
  }
}

module alerts 'alerts.bicep' = {
  name: 'tunnelkeeper-alerts'
  scope: controlGroup
  params: {
    tags: tags
    appName: appName
    apiClientId: apiClientId
    apiObjectId: apiObjectId
    alertsUrl: alertsUrl
    operatorEmail: operatorEmail
    insightsId: monitoring.outputs.insightsId
    appPrincipalId: identities.outputs.appPrincipalId
    attachRoleId: roles.outputs.attachRoleId
  }
}

module app 'app.bicep' = {
  name: 'tunnelkeeper-app'
  scope: controlGroup
  params: {
    location: location
    tags: tags
    name: appName
    identityId: identities.outputs.appIdentityId
    identityClientId: identities.outputs.appClientId
    gatewayIdentityId: identities.outputs.gatewayIdentityId
    subnetId: network.outputs.appSubnetId
    storageName: storage.outputs.name
    packageContainer: storage.outputs.packageContainer
    insightsName: monitoring.outputs.insightsName
    sitesGroupName: sitesGroup.name
    vaultUrl: vault.outputs.url
    actionGroupId: alerts.outputs.actionGroupId
    sshPublicKey: sshPublicKey
    zscalerCloud: zscalerCloud
    apiClientId: apiClientId
    apiAudience: apiAudience
    ziaVanity: ziaVanity
    ziaClientId: ziaClientId
    ziaCloud: ziaCloud
    ziaUserName: ziaUserName
    ziaActivates: ziaActivates
    fleetMaxInFlight: fleetMaxInFlight
    fleetFreezeShare: fleetFreezeShare
  }
}

module events 'events.bicep' = {
  name: 'tunnelkeeper-events'
  scope: controlGroup
  params: {
    location: location
    tags: tags
    sitesGroupId: sitesGroup.id
    healthEvents: healthEvents
    vaultName: vault.outputs.name
    storageId: storage.outputs.id
    queueName: storage.outputs.queueName
    deadLetterContainer: storage.outputs.deadLetterContainer
    identityId: identities.outputs.eventsIdentityId
  }
}

module access 'access.bicep' = {
  name: 'tunnelkeeper-access'
  params: {
    appPrincipalId: identities.outputs.appPrincipalId
    gatewayPrincipalId: identities.outputs.gatewayPrincipalId
    sitesGroupName: sitesGroup.name
    otherSitesGroupIds: otherSitesGroupIds
    networkGroupIds: networkGroupIds
    sitesRoleId: roles.outputs.sitesRoleId
    networksRoleId: roles.outputs.networksRoleId
    surroundingsRoleId: roles.outputs.surroundingsRoleId
  }
}

@description('Where callers reach the API.')
output TUNNELKEEPER_API_URL string = 'https://${app.outputs.hostName}/api'

@description('Vault that the PSKs go into.')
output TUNNELKEEPER_VAULT_NAME string = vault.outputs.name

@description('Group of the control plane, where azd finds the app.')
output AZURE_RESOURCE_GROUP string = controlGroup.name

@description('Group that sites are built in.')
output TUNNELKEEPER_SITES_GROUP string = sitesGroup.name

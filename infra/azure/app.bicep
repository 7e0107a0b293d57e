// What runs the app? A function app on Flex Consumption with Node 22, as its own identity, with no key anywhere.

@description('Region of the control plane.')
param location string

@description('Tags of everything.')
param tags object

@description('Name of the function app.')
param name string

@description('Id of the app\'s identity.')
param identityId string

@description('Client id of the app\'s identity.')
param identityClientId string

@description('Id of the identity that all gateways share.')
param gatewayIdentityId string

@description('Subnet that the app leaves by.')
param subnetId string

@description('Account of tables, queues and the package.')
param storageName string

@description('Container of the package.')
param packageContainer string

@description('Component that the app writes to.')
param insightsName string

@description('Group that sites are built in.')
param sitesGroupName string

@description('URL of the vault.')
param vaultUrl string

@description('Action group that sites\' alert rules name.')
param actionGroupId string

@description('Key that opens the account tunnelkeeper on gateways.')
param sshPublicKey string

@description('Zscaler cloud of the tenant.')
param zscalerCloud string

@description('Client id of the API\'s app registration; empty: callers have keys.')
param apiClientId string

@description('Audience of callers\' tokens.')
param apiAudience string

@description('First label of <vanity>.zslogin.net.')
param ziaVanity string

@description('Client id at OneAPI.')
param ziaClientId string

@description('Cloud of the older ZIA API.')
param ziaCloud string

@description('Administrator of the older ZIA API.')
param ziaUserName string

@description('Whether the app may activate at ZIA.')
param ziaActivates bool

@description('Most remedies at once; 0: the app\'s default.')
param fleetMaxInFlight int

@description('Share of the fleet whose failing freezes remedies; empty: the app\'s default.')
param fleetFreezeShare string

var tenantId = subscription().tenantId

var neededSettings = [
  { name: 'AzureWebJobsStorage__accountName', value: storageName }
  { name: 'AzureWebJobsStorage__credential', value: 'managedidentity' }
  { name: 'AzureWebJobsStorage__clientId', value: identityClientId }
  { name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: insights.properties.ConnectionString }
  { name: 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING', value: 'ClientId=${identityClientId};Authorization=AAD' }
  { name: 'AZURE_CLIENT_ID', value: identityClientId }
  { name: 'AZURE_SUBSCRIPTION_ID', value: subscription().subscriptionId }
  { name: 'TUNNELKEEPER_RESOURCE_GROUP', value: sitesGroupName }
  { name: 'TUNNELKEEPER_VAULT_URL', value: vaultUrl }
  { name: 'TUNNELKEEPER_STORAGE', value: 'https://${storageName}.table.${environment().suffixes.storage}' }
  { name: 'TUNNELKEEPER_GATEWAY_IDENTITY_ID', value: gatewayIdentityId }
  { name: 'TUNNELKEEPER_ACTION_GROUP_ID', value: actionGroupId }
  { name: 'TUNNELKEEPER_SSH_PUBLIC_KEY', value: sshPublicKey }
  { name: 'TUNNELKEEPER_ZSCALER_CLOUD', value: zscalerCloud }
  { name: 'TUNNELKEEPER_ZIA_ACTIVATE', value: ziaActivates ? 'true' : 'false' }
]

// A setting that is there but empty is not the same as none: each of these is there with its value or not at all.
var callerSettings = empty(apiAudience) ? [] : [
  { name: 'TUNNELKEEPER_TENANT_ID', value: tenantId }
  { name: 'TUNNELKEEPER_API_AUDIENCE', value: apiAudience }
  // Gateways are told it, and report by their identity's token: where callers have keys, they hold none.
  { name: 'TUNNELKEEPER_REPORTS_URL', value: 'https://${name}.azurewebsites.net/api/gateway-reports' }
]
var oneApiSettings = empty(ziaVanity) ? [] : [
  { name: 'TUNNELKEEPER_ZIA_VANITY', value: ziaVanity }
  { name: 'TUNNELKEEPER_ZIA_CLIENT_ID', value: ziaClientId }
]
var legacyZiaSettings = empty(ziaCloud) ? [] : [
  { name: 'TUNNELKEEPER_ZIA_CLOUD', value: ziaCloud }
  { name: 'TUNNELKEEPER_ZIA_USER_NAME', value: ziaUserName }
]
var inFlightSettings = fleetMaxInFlight == 0 ? [] : [
  { name: 'TUNNELKEEPER_FLEET_MAX_IN_FLIGHT', value: string(fleetMaxInFlight) }
]
var freezeSettings = empty(fleetFreezeShare) ? [] : [
  { name: 'TUNNELKEEPER_FLEET_FREEZE_SHARE', value: fleetFreezeShare }
]

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: storageName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: 'plan-tunnelkeeper'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'app' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    publicNetworkAccess: 'Enabled'
    virtualNetworkSubnetId: subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${packageContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: { name: 'node', version: '22' }
      scaleAndConcurrency: { instanceMemoryMB: 2048, maximumInstanceCount: 40 }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
      cors: { allowedOrigins: [] }
      appSettings: concat(neededSettings, callerSettings, oneApiSettings, legacyZiaSettings, inFlightSettings, freezeSettings)
    }
  }

  resource ftpCredentials 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scmCredentials 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }

  // In front of the app's own check, so that a request without a token doesn't even wake it.
  resource authentication 'config' = if (!empty(apiClientId)) {
    name: 'authsettingsV2'
    properties: {
      platform: { enabled: true }
      globalValidation: {
        requireAuthentication: true
        unauthenticatedClientAction: 'Return401'
        excludedPaths: ['/api/health']
      }
      httpSettings: { requireHttps: true }
      identityProviders: {
        azureActiveDirectory: {
          enabled: true
          registration: {
            clientId: apiClientId
            openIdIssuer: '${environment().authentication.loginEndpoint}${tenantId}/v2.0'
          }
          validation: { allowedAudiences: [apiAudience] }
        }
      }
      login: { tokenStore: { enabled: false } }
    }
  }
}

@description('Host that callers reach.')
output hostName string = app.properties.defaultHostName

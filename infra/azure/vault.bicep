// Where do the PSKs lie? In a vault that admits the app's subnet and the operators, forgets nothing and tells who read.

@description('Region of the control plane.')
param location string

@description('Tags of everything.')
param tags object

@description('Part of names that must be unique.')
param token string

@description('Subnet that the app leaves by.')
param appSubnetId string

@description('Addresses or prefixes of the operators.')
param operatorAddresses array

@description('Workspace of the audit.')
param workspaceId string

@description('Principal of the app.')
param appPrincipalId string

@description('What the app does with secrets.')
param secretsRoleId string

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: 'kv-tk-${token}'
  location: location
  tags: tags
  properties: {
    tenantId: subscription().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    publicNetworkAccess: 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: 'Deny'
      virtualNetworkRules: [{ id: appSubnetId }]
      ipRules: [for address in operatorAddresses: { value: address }]
    }
  }
}

resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'audit'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'audit', enabled: true }]
  }
}

resource appUsesSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, appPrincipalId, secretsRoleId)
  scope: vault
  properties: {
    roleDefinitionId: secretsRoleId
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

@description('Name of the vault.')
output name string = vault.name

@description('URL that the app asks.')
output url string = vault.properties.vaultUri

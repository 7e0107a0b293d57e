// Where may the app act outside its own group? Among the sites, where their networks lie, and in what it asks of the subscription.
targetScope = 'subscription'

@description('Principal of the app.')
param appPrincipalId string

@description('Principal of the gateways.')
param gatewayPrincipalId string

@description('Group that sites are built in.')
param sitesGroupName string

@description('Further groups that sites may be built in.')
param otherSitesGroupIds array

@description('Groups of the virtual networks that sites use.')
param networkGroupIds array

@description('What the app does with sites.')
param sitesRoleId string

@description('What the app does with the networks of sites.')
param networksRoleId string

@description('What the app reads of the subscription.')
param surroundingsRoleId string

// Sizes, quotas, images and metrics can't be asked of a group.
resource appReadsSurroundings 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, appPrincipalId, surroundingsRoleId)
  properties: {
    roleDefinitionId: surroundingsRoleId
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

module sites 'sites-access.bicep' = {
  name: 'tunnelkeeper-sites-access'
  scope: resourceGroup(sitesGroupName)
  params: {
    appPrincipalId: appPrincipalId
    gatewayPrincipalId: gatewayPrincipalId
    sitesRoleId: sitesRoleId
  }
}

module otherSites 'sites-access.bicep' = [for (id, index) in otherSitesGroupIds: {
  name: 'tunnelkeeper-other-sites-access-${index}'
  scope: resourceGroup(split(id, '/')[2], split(id, '/')[4])
  params: {
    appPrincipalId: appPrincipalId
    gatewayPrincipalId: gatewayPrincipalId
    sitesRoleId: sitesRoleId
  }
}]

module networks 'network-access.bicep' = [for (id, index) in networkGroupIds: {
  name: 'tunnelkeeper-network-access-${index}'
  scope: resourceGroup(split(id, '/')[2], split(id, '/')[4])
  params: {
    appPrincipalId: appPrincipalId
    networksRoleId: networksRoleId
  }
}]

// What may be done in the sites' group? What the app does with sites, and the gateways' metrics.

@description('Principal of the app.')
param appPrincipalId string

@description('Principal of the gateways.')
param gatewayPrincipalId string

@description('What the app does with sites.')
param sitesRoleId string

// Monitoring Metrics Publisher: a gateway tells its own numbers, and can do nothing else.
var metricsPublisherRoleId = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '3913510d-42f4-4e42-8a64-420c390055eb')

resource appKeepsSites 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(resourceGroup().id, appPrincipalId, sitesRoleId)
  properties: {
    roleDefinitionId: sitesRoleId
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource gatewaysPublish 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(resourceGroup().id, gatewayPrincipalId, metricsPublisherRoleId)
  properties: {
    roleDefinitionId: metricsPublisherRoleId
    principalId: gatewayPrincipalId
    principalType: 'ServicePrincipal'
  }
}

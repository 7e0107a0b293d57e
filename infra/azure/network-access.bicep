// What may the app do where the networks of sites lie? Read them, and join their subnets and existing addresses.

@description('Principal of the app.')
param appPrincipalId string

@description('What the app does with the networks of sites.')
param networksRoleId string

resource appJoinsNetworks 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  // The group, not the network: route tables and public IPs stand beside it.
  name: guid(resourceGroup().id, appPrincipalId, networksRoleId)
  properties: {
    roleDefinitionId: networksRoleId
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

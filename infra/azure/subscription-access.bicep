// What may the app read of the subscription? Sizes, quotas, images and metrics, which can't be asked of a group.
targetScope = 'subscription'

@description('Principal of the app.')
param appPrincipalId string

@description('What the app reads of the subscription.')
param surroundingsRoleId string

resource appReadsSurroundings 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, appPrincipalId, surroundingsRoleId)
  properties: {
    roleDefinitionId: surroundingsRoleId
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

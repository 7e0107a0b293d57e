// Who acts? The app, the gateways and the events, each as itself.

@description('Region of the control plane.')
param location string

@description('Tags of everything.')
param tags object

@description('Role by which the app gives gateways their identity.')
param attachRoleId string

resource app 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-tunnelkeeper-app'
  location: location
  tags: tags
}

resource gateways 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-tunnelkeeper-gateways'
  location: location
  tags: tags
}

resource events 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-tunnelkeeper-events'
  location: location
  tags: tags
}

resource appAttachesGateways 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(gateways.id, app.id, attachRoleId)
  scope: gateways
  properties: {
    roleDefinitionId: attachRoleId
    principalId: app.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

@description('Id of the app\'s identity.')
output appIdentityId string = app.id

@description('Client id by which the app asks for its tokens.')
output appClientId string = app.properties.clientId

@description('Principal that the app\'s roles are assigned to.')
output appPrincipalId string = app.properties.principalId

@description('Id of the identity that all gateways share.')
output gatewayIdentityId string = gateways.id

@description('Principal of the gateways: their one Azure role is assigned to it, and by hand the app role GatewayReporter.')
output gatewayPrincipalId string = gateways.properties.principalId

@description('Id of the identity that events are delivered as.')
output eventsIdentityId string = events.id

@description('Principal that the roles of the events are assigned to.')
output eventsPrincipalId string = events.properties.principalId

// What may the app do? Exactly what app-role.json lists, each part where it is needed and assignable nowhere else.
targetScope = 'subscription'

@description('Name of the deployment: a role\'s name is the tenant\'s.')
param environmentName string

@description('Group of the control plane.')
param controlGroupId string

@description('Group that sites are built in.')
param sitesGroupId string

@description('Further groups that sites may be built in.')
param otherSitesGroupIds array

@description('Groups of the virtual networks that sites use.')
param networkGroupIds array

var appRole = loadJsonContent('app-role.json')

resource sitesRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, environmentName, 'tunnelkeeper-sites')
  properties: {
    roleName: 'Tunnelkeeper sites (${environmentName})'
    description: appRole.sites.description
    type: 'CustomRole'
    permissions: [{ actions: appRole.sites.actions, dataActions: [], notActions: [], notDataActions: [] }]
    assignableScopes: concat([sitesGroupId], otherSitesGroupIds)
  }
}

resource networksRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, environmentName, 'tunnelkeeper-networks')
  properties: {
    roleName: 'Tunnelkeeper networks (${environmentName})'
    description: appRole.networks.description
    type: 'CustomRole'
    permissions: [{ actions: appRole.networks.actions, dataActions: [], notActions: [], notDataActions: [] }]
    // A role needs a scope; without a network yet it is the control plane's group, where nothing of it applies.
    assignableScopes: empty(networkGroupIds) ? [controlGroupId] : networkGroupIds
  }
}

resource surroundingsRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, environmentName, 'tunnelkeeper-surroundings')
  properties: {
    roleName: 'Tunnelkeeper surroundings (${environmentName})'
    description: appRole.surroundings.description
    type: 'CustomRole'
    permissions: [{ actions: appRole.surroundings.actions, dataActions: [], notActions: [], notDataActions: [] }]
    // Sizes, quotas and images are asked of the subscription; all of them are reads.
    assignableScopes: [subscription().id]
  }
}

resource attachRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, environmentName, 'tunnelkeeper-attach')
  properties: {
    roleName: 'Tunnelkeeper attach (${environmentName})'
    description: appRole.attach.description
    type: 'CustomRole'
    permissions: [{ actions: appRole.attach.actions, dataActions: [], notActions: [], notDataActions: [] }]
    assignableScopes: [controlGroupId]
  }
}

resource secretsRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, environmentName, 'tunnelkeeper-secrets')
  properties: {
    roleName: 'Tunnelkeeper secrets (${environmentName})'
    description: appRole.secrets.description
    type: 'CustomRole'
    permissions: [{ actions: [], dataActions: appRole.secrets.dataActions, notActions: [], notDataActions: [] }]
    assignableScopes: [controlGroupId]
  }
}

@description('What the app does with sites.')
output sitesRoleId string = sitesRole.id

@description('What the app does with the networks of sites.')
output networksRoleId string = networksRole.id

@description('What the app reads of the subscription.')
output surroundingsRoleId string = surroundingsRole.id

@description('What the app attaches to sites: the gateways\' identity, the action group.')
output attachRoleId string = attachRole.id

@description('What the app does with secrets.')
output secretsRoleId string = secretsRole.id

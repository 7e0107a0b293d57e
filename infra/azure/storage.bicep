// Where do tables, queues, leases and the app's package lie? In one account that knows no keys.

@description('Region of the control plane.')
param location string

@description('Tags of everything.')
param tags object

@description('Part of names that must be unique.')
param token string

@description('Redundancy.')
param sku string

@description('Principal of the app.')
param appPrincipalId string

@description('Principal that events are delivered as.')
param eventsPrincipalId string

var roleIds = {
  blobDataOwner: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b')
  blobDataContributor: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'ba92f5b4-2d11-453d-a403-e96b0029c9fe')
  queueDataContributor: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '974c5e8b-45b9-4653-ba55-5f855dd0fb88')
  queueDataMessageSender: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a')
  tableDataContributor: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3')
}

// What Durable Functions and the tables ask for: Microsoft Learn, Functions identity-based connections.
var appRoleIds = [roleIds.blobDataOwner, roleIds.queueDataContributor, roleIds.tableDataContributor]

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: 'sttk${token}'
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: {
    accessTier: 'Hot'
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    // Open to the network, shut to whoever has no role: Event Grid can't deliver through a firewall as a
    // user-assigned identity (Microsoft Learn, Storage queue as an event handler).
    publicNetworkAccess: 'Enabled'
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      deleteRetentionPolicy: { enabled: true, days: 7 }
      containerDeleteRetentionPolicy: { enabled: true, days: 7 }
    }

    resource packages 'containers' = {
      name: 'app-package'
      properties: { publicAccess: 'None' }
    }

    resource deadLetters 'containers' = {
      name: 'resource-events-dead-letters'
      properties: { publicAccess: 'None' }
    }
  }

  resource queues 'queueServices' = {
    name: 'default'

    resource resourceEvents 'queues' = {
      name: 'resource-events'
    }
  }
}

resource appUsesStorage 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for roleId in appRoleIds: {
  name: guid(account.id, appPrincipalId, roleId)
  scope: account
  properties: {
    roleDefinitionId: roleId
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}]

resource eventsAreSent 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account::queues::resourceEvents.id, eventsPrincipalId, roleIds.queueDataMessageSender)
  scope: account::queues::resourceEvents
  properties: {
    roleDefinitionId: roleIds.queueDataMessageSender
    principalId: eventsPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource eventsAreKept 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account::blobs::deadLetters.id, eventsPrincipalId, roleIds.blobDataContributor)
  scope: account::blobs::deadLetters
  properties: {
    roleDefinitionId: roleIds.blobDataContributor
    principalId: eventsPrincipalId
    principalType: 'ServicePrincipal'
  }
}

@description('Id of the account.')
output id string = account.id

@description('Name of the account.')
output name string = account.name

@description('Container of the app\'s package.')
output packageContainer string = account::blobs::packages.name

@description('Container of events that could not be delivered.')
output deadLetterContainer string = account::blobs::deadLetters.name

@description('Queue of the events.')
output queueName string = account::queues::resourceEvents.name

// What happens to sites by others' hands? Event Grid tells the queue, as an identity of its own, and keeps what it can't deliver.

@description('Region of the control plane.')
param location string

@description('Tags of everything.')
param tags object

@description('Group that sites are built in.')
param sitesGroupId string

@description('Whether to make the topic of health events: a subscription has one at most.')
param healthEvents bool

@description('Vault of the PSKs.')
param vaultName string

@description('Account of the queue and of the dead letters.')
param storageId string

@description('Queue of the events.')
param queueName string

@description('Container of what could not be delivered.')
param deadLetterContainer string

@description('Id of the identity that events are delivered as.')
param identityId string

var identity = {
  type: 'UserAssigned'
  userAssignedIdentities: { '${identityId}': {} }
}

var deliver = {
  identity: { type: 'UserAssigned', userAssignedIdentity: identityId }
  destination: {
    endpointType: 'StorageQueue'
    properties: {
      resourceId: storageId
      queueName: queueName
      // The sweep has looked long before: an older event tells nothing new.
      queueMessageTimeToLiveInSeconds: 3600
    }
  }
}

var deadLetter = {
  identity: { type: 'UserAssigned', userAssignedIdentity: identityId }
  deadLetterDestination: {
    endpointType: 'StorageBlob'
    properties: { resourceId: storageId, blobContainerName: deadLetterContainer }
  }
}

var retryPolicy = { maxDeliveryAttempts: 10, eventTimeToLiveInMinutes: 60 }

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: vaultName
}

resource sitesTopic 'Microsoft.EventGrid/systemTopics@2022-06-15' = {
  name: 'evgt-tunnelkeeper-sites'
  location: 'global'
  tags: tags
  identity: identity
  properties: {
    source: sitesGroupId
    topicType: 'Microsoft.Resources.ResourceGroups'
  }

  resource gatewayParts 'eventSubscriptions' = {
    name: 'gateway-parts'
    properties: {
      eventDeliverySchema: 'EventGridSchema'
      deliveryWithResourceIdentity: deliver
      deadLetterWithResourceIdentity: deadLetter
      retryPolicy: retryPolicy
      filter: {
        includedEventTypes: [
          'Microsoft.Resources.ResourceWriteSuccess'
          'Microsoft.Resources.ResourceDeleteSuccess'
          'Microsoft.Resources.ResourceActionSuccess'
        ]
        advancedFilters: [
          {
            operatorType: 'StringBeginsWith'
            key: 'data.operationName'
            values: [
              'Microsoft.Compute/virtualMachines/'
              'Microsoft.Network/loadBalancers/'
              'Microsoft.Network/networkInterfaces/'
              'Microsoft.Network/networkSecurityGroups/'
              'Microsoft.Network/publicIPAddresses/'
            ]
          }
          {
            // The app's own run commands would be most of what comes.
            operatorType: 'StringNotContains'
            key: 'data.operationName'
            values: ['/runCommands/']
          }
        ]
      }
    }
  }
}

resource healthTopic 'Microsoft.EventGrid/systemTopics@2022-06-15' = if (healthEvents) {
  name: 'evgt-tunnelkeeper-health'
  location: 'global'
  tags: tags
  identity: identity
  properties: {
    // Health is told by subscription alone.
    source: subscription().id
    topicType: 'Microsoft.ResourceNotifications.HealthResources'
  }

  resource machines 'eventSubscriptions' = {
    name: 'machines'
    properties: {
      eventDeliverySchema: 'EventGridSchema'
      deliveryWithResourceIdentity: deliver
      deadLetterWithResourceIdentity: deadLetter
      retryPolicy: retryPolicy
      filter: {
        includedEventTypes: [
          'Microsoft.ResourceNotifications.HealthResources.AvailabilityStatusChanged'
          'Microsoft.ResourceNotifications.HealthResources.ResourceAnnotated'
        ]
        subjectBeginsWith: '${sitesGroupId}/providers/Microsoft.Compute/virtualMachines/'
      }
    }
  }
}

resource vaultTopic 'Microsoft.EventGrid/systemTopics@2022-06-15' = {
  name: 'evgt-tunnelkeeper-vault'
  location: location
  tags: tags
  identity: identity
  properties: {
    source: vault.id
    topicType: 'Microsoft.KeyVault.vaults'
  }

  resource secrets 'eventSubscriptions' = {
    name: 'secrets'
    properties: {
      eventDeliverySchema: 'EventGridSchema'
      deliveryWithResourceIdentity: deliver
      deadLetterWithResourceIdentity: deadLetter
      retryPolicy: retryPolicy
      filter: {
        includedEventTypes: ['Microsoft.KeyVault.SecretNewVersionCreated']
      }
    }
  }
}

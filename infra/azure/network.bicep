// From where does the app reach the vault? From a subnet of its own, which the vault's firewall admits.

@description('Region of the control plane.')
param location string

@description('Tags of everything.')
param tags object

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: 'vnet-tunnelkeeper'
  location: location
  tags: tags
  properties: {
    // Peered with nothing, so it may overlap with any network.
    addressSpace: { addressPrefixes: ['10.255.255.0/26'] }
  }

  resource app 'subnets' = {
    name: 'app'
    properties: {
      addressPrefix: '10.255.255.0/26'
      defaultOutboundAccess: true
      delegations: [
        {
          name: 'flex-consumption'
          properties: { serviceName: 'Microsoft.App/environments' }
        }
      ]
      serviceEndpoints: [{ service: 'Microsoft.KeyVault' }]
    }
  }
}

@description('Subnet that the app leaves by.')
output appSubnetId string = network::app.id

/** Which types of resources does the simulated region know? */

export const resourceType = {
  publicIp: 'Microsoft.Network/publicIPAddresses',
  securityGroup: 'Microsoft.Network/networkSecurityGroups',
  loadBalancer: 'Microsoft.Network/loadBalancers',
  networkInterface: 'Microsoft.Network/networkInterfaces',
  virtualNetwork: 'Microsoft.Network/virtualNetworks',
  routeTable: 'Microsoft.Network/routeTables',
  virtualMachine: 'Microsoft.Compute/virtualMachines',
  runCommand: 'Microsoft.Compute/virtualMachines/runCommands',
  disk: 'Microsoft.Compute/disks',
  /** As actions name it; a group says `Microsoft.Resources/resourceGroups` of itself. */
  resourceGroup: 'Microsoft.Resources/subscriptions/resourceGroups',
} as const;

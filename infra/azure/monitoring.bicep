// Where does the app's telemetry go? Application Insights over a workspace, written by identity alone.

@description('Region of the control plane.')
param location string

@description('Tags of everything.')
param tags object

@description('Part of names that must be unique.')
param token string

@description('Principal of the app.')
param appPrincipalId string

// Monitoring Metrics Publisher, which Application Insights asks of who sends telemetry.
var metricsPublisherRoleId = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '3913510d-42f4-4e42-8a64-420c390055eb')

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: 'log-tunnelkeeper-${token}'
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: 30
    features: { disableLocalAuth: true }
    // A telemetry storm costs a day's limit and no more.
    workspaceCapping: { dailyQuotaGb: 1 }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-tunnelkeeper-${token}'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
  }
}

resource appPublishes 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, appPrincipalId, metricsPublisherRoleId)
  scope: insights
  properties: {
    roleDefinitionId: metricsPublisherRoleId
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

@description('Workspace for the vault\'s audit.')
output workspaceId string = workspace.id

@description('Component whose failures are alerted.')
output insightsId string = insights.id

@description('Component that the app writes to.')
output insightsName string = insights.name

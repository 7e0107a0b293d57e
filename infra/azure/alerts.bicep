// Who is told? The app of its sites, by the action group that each site's alert rule names; the operators of the app.

@description('Tags of everything.')
param tags object

@description('Name of the function app.')
param appName string

@description('Client id of the API\'s app registration; empty where callers have keys.')
param apiClientId string

@description('Object id of the API\'s app registration; empty where callers have keys.')
param apiObjectId string

@description('URL of the web hook with its key, where there is no app registration.')
@secure()
param alertsUrl string

@description('Who is told when the app itself fails.')
param operatorEmail string

@description('Component whose failures are alerted.')
param insightsId string

@description('Principal of the app.')
param appPrincipalId string

@description('Role by which the app names the action group in its alert rules.')
param attachRoleId string

var receiverName = 'tunnelkeeper'

var tokenReceivers = [
  {
    name: receiverName
    serviceUri: 'https://${appName}.azurewebsites.net/api/alerts'
    useCommonAlertSchema: true
    useAadAuth: true
    objectId: apiObjectId
    identifierUri: 'api://${apiClientId}'
    tenantId: subscription().tenantId
  }
]

var keyReceivers = [
  {
    name: receiverName
    serviceUri: alertsUrl
    useCommonAlertSchema: true
  }
]

resource sites 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-tunnelkeeper'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'tunnelkeep'
    enabled: true
    webhookReceivers: !empty(apiObjectId) ? tokenReceivers : (empty(alertsUrl) ? [] : keyReceivers)
  }
}

resource appAttachesActionGroup 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(sites.id, appPrincipalId, attachRoleId)
  scope: sites
  properties: {
    roleDefinitionId: attachRoleId
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource operators 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(operatorEmail)) {
  name: 'ag-tunnelkeeper-operators'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'tkoperators'
    enabled: true
    emailReceivers: [
      {
        name: 'operators'
        emailAddress: operatorEmail
        useCommonAlertSchema: true
      }
    ]
  }
}

resource appFails 'Microsoft.Insights/metricAlerts@2018-03-01' = if (!empty(operatorEmail)) {
  name: 'alert-tunnelkeeper-fails'
  location: 'global'
  tags: tags
  properties: {
    description: 'Functions of Tunnelkeeper throw: sites may go unwatched. See the exceptions in Application Insights.'
    severity: 1
    enabled: true
    scopes: [insightsId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'exceptions'
          metricNamespace: 'microsoft.insights/components'
          metricName: 'exceptions/count'
          operator: 'GreaterThan'
          threshold: 5
          timeAggregation: 'Count'
        }
      ]
    }
    actions: [{ actionGroupId: operators.id }]
  }
}

@description('Action group that sites\' alert rules name.')
output actionGroupId string = sites.id

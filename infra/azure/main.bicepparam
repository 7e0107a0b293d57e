// Which deployment is wanted? By environment variables, which azd keeps for each environment (azd env set).
using './main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param location = readEnvironmentVariable('AZURE_LOCATION')
param sshPublicKey = readEnvironmentVariable('SSH_PUBLIC_KEY')
param zscalerCloud = readEnvironmentVariable('ZSCALER_CLOUD', 'zscaler')
param networkGroupIds = empty(readEnvironmentVariable('NETWORK_GROUP_IDS', '')) ? [] : split(readEnvironmentVariable('NETWORK_GROUP_IDS', ''), ',')
param otherSitesGroupIds = empty(readEnvironmentVariable('OTHER_SITES_GROUP_IDS', '')) ? [] : split(readEnvironmentVariable('OTHER_SITES_GROUP_IDS', ''), ',')
param operatorAddresses = empty(readEnvironmentVariable('OPERATOR_ADDRESSES', '')) ? [] : split(readEnvironmentVariable('OPERATOR_ADDRESSES', ''), ',')
param storageSku = readEnvironmentVariable('STORAGE_SKU', 'Standard_ZRS')
param apiClientId = readEnvironmentVariable('API_CLIENT_ID', '')
param apiObjectId = readEnvironmentVariable('API_OBJECT_ID', '')
param alertsUrl = readEnvironmentVariable('ALERTS_URL', '')
param operatorEmail = readEnvironmentVariable('OPERATOR_EMAIL', '')
param ziaVanity = readEnvironmentVariable('ZIA_VANITY', '')
param ziaClientId = readEnvironmentVariable('ZIA_CLIENT_ID', '')
param ziaCloud = readEnvironmentVariable('ZIA_CLOUD', '')
param ziaUserName = readEnvironmentVariable('ZIA_USER_NAME', '')
param ziaActivates = readEnvironmentVariable('ZIA_ACTIVATES', 'true') == 'true'
param healthEvents = readEnvironmentVariable('HEALTH_EVENTS', 'true') == 'true'
param fleetMaxInFlight = int(readEnvironmentVariable('FLEET_MAX_IN_FLIGHT', '0'))
param fleetFreezeShare = readEnvironmentVariable('FLEET_FREEZE_SHARE', '')

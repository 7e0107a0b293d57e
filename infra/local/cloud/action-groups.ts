/** How do action groups behave on the wire? Whom they call is alert-notifications.ts. */
import { asList, asRecord, asText, propertiesOf, type Json } from './json.js';
import { monitorRefusal, type MonitorKind } from './monitor-resources.js';

/** Longest short name (description of the API). */
const maxShortName = 12;

/** Receivers that a group lists even when it has none of them. */
const receiverLists = [
  'emailReceivers',
  'smsReceivers',
  'webhookReceivers',
  'itsmReceivers',
  'azureAppPushReceivers',
  'automationRunbookReceivers',
  'voiceReceivers',
  'logicAppReceivers',
  'azureFunctionReceivers',
  'armRoleReceivers',
  'eventHubReceivers',
];

/** Action groups: 201 when made, 200 when changed; their ids have the provider in lower case (recorded). */
export const actionGroups: MonitorKind = {
  type: 'Microsoft.Insights/actionGroups',
  shownType: 'Microsoft.Insights/ActionGroups',
  idProvider: 'microsoft.insights',
  createdStatus: 201,
  complete(body) {
    const sent = propertiesOf(body);
    const shortName = asText(sent['groupShortName']);
    if (shortName === '' || shortName.length > maxShortName)
      throw monitorRefusal(`The groupShortName must have 1 to ${maxShortName} characters.`);
    for (const receiver of asList(sent['webhookReceivers']).map(asRecord)) {
      if (asText(receiver['name']) === '' || !URL.canParse(asText(receiver['serviceUri'])))
        throw monitorRefusal(`The webhook receiver '${asText(receiver['name'])}' has no valid serviceUri.`);
    }
    const lists = Object.fromEntries(receiverLists.map((list) => [list, asList(sent[list])]));
    return {
      location: 'Global',
      tags: body['tags'] ?? {},
      properties: { enabled: true, ...sent, ...lists, webhookReceivers: webhooks(sent) },
    };
  },
};

function webhooks(sent: Json): readonly Json[] {
  return asList(sent['webhookReceivers']).map((receiver) => ({
    useCommonAlertSchema: false,
    useAadAuth: false,
    ...asRecord(receiver),
  }));
}

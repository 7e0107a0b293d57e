/** Do alerts and events reach the app, and only those that tell it something? */
import { isList, OneOf, Unknown, valueAt, type Value } from '../bicep/evaluate.js';
import type { Place } from '../finding.js';
import { placeOf, type Template, type TemplateResource } from '../template.js';
import type { Rule } from './rule.js';

/** What each topic's subscription lets through; others wake the app for nothing. */
const eventTypes: Readonly<Record<string, readonly string[]>> = {
  'evgt-tunnelkeeper-sites': ['Write', 'Delete', 'Action'].map(
    (verb) => `Microsoft.Resources.Resource${verb}Success`,
  ),
  'evgt-tunnelkeeper-health': ['AvailabilityStatusChanged', 'ResourceAnnotated'].map(
    (name) => `Microsoft.ResourceNotifications.HealthResources.${name}`,
  ),
  'evgt-tunnelkeeper-vault': ['Microsoft.KeyVault.SecretNewVersionCreated'],
};

const subscriptionsOf = ({ resources }: Template) =>
  resources.filter(({ type }) => type === 'Microsoft.EventGrid/systemTopics/eventSubscriptions');

function wrongTypes(template: Template): readonly Place[] {
  return subscriptionsOf(template).flatMap((one) => {
    const topic = topicOf(one);
    const wanted = (typeof topic === 'string' ? eventTypes[topic] : undefined) ?? [];
    const given = valueAt(one.body, 'properties.filter.includedEventTypes');
    const isRight = isList(given) && JSON.stringify([...given].sort()) === JSON.stringify([...wanted].sort());
    return isRight ? [] : [placeOf(one, `its events must be ${wanted.join(', ')}`)];
  });
}

/** Types of resources that a site has (shared/site/signal-target.ts); of others the app can make nothing. */
const siteTypes = [
  'Microsoft.Compute/virtualMachines/',
  'Microsoft.Network/loadBalancers/',
  'Microsoft.Network/networkInterfaces/',
  'Microsoft.Network/networkSecurityGroups/',
  'Microsoft.Network/publicIPAddresses/',
];

const topicOf = ({ parent }: TemplateResource) => valueAt(parent?.body, 'name');

/** Whatever the group holds would come, our own run commands most of all, and all machines of the subscription. */
function unfiltered(template: Template): readonly Place[] {
  return subscriptionsOf(template).flatMap((one) => {
    const subject = valueAt(one.body, 'properties.filter.subjectBeginsWith');
    const ofGroup = '${sitesGroupId}/providers/Microsoft.Compute/';
    const missing =
      topicOf(one) === 'evgt-tunnelkeeper-sites'
        ? [
            ...siteTypes.filter((type) => !hasFilter(one, 'StringBeginsWith', type)),
            ...['/runCommands/'].filter((part) => !hasFilter(one, 'StringNotContains', part)),
          ]
        : topicOf(one) === 'evgt-tunnelkeeper-health' &&
            !(subject instanceof Unknown && subject.text.startsWith(ofGroup))
          ? [ofGroup]
          : [];
    return missing.map((what) => placeOf(one, `it is not filtered by ${what}`));
  });
}

function hasFilter({ body }: TemplateResource, operator: string, value: string): boolean {
  const filters = valueAt(body, 'properties.filter.advancedFilters');
  return (
    isList(filters) &&
    filters.some((filter) => {
      const values = valueAt(filter, 'values');
      return (
        valueAt(filter, 'operatorType') === operator &&
        valueAt(filter, 'key') === 'data.operationName' &&
        isList(values) &&
        values.includes(value)
      );
    })
  );
}

/** Every receiver that is possible. */
function receivers({ body }: TemplateResource): readonly Value[] {
  const flat = (value: Value | undefined): readonly Value[] => {
    if (value instanceof OneOf) return value.options.flatMap(flat);
    return isList(value) ? value.flatMap(flat) : value === undefined ? [] : [value];
  };
  return ['webhookReceivers', 'emailReceivers'].flatMap((key) => flat(valueAt(body, `properties.${key}`)));
}

const groupsOf = ({ resources }: Template) =>
  resources.filter(({ type }) => type === 'Microsoft.Insights/actionGroups');

function otherSchema(template: Template): readonly Place[] {
  return groupsOf(template)
    .filter((one) => receivers(one).some((receiver) => valueAt(receiver, 'useCommonAlertSchema') !== true))
    .map((one) => placeOf(one, 'a receiver gets another schema than the common one'));
}

function halfTokens(template: Template): readonly Place[] {
  return groupsOf(template)
    .filter((one) =>
      receivers(one)
        .filter((receiver) => valueAt(receiver, 'useAadAuth') === true)
        .some((receiver) =>
          ['objectId', 'identifierUri', 'tenantId'].some((key) => valueAt(receiver, key) === undefined),
        ),
    )
    .map((one) => placeOf(one, 'a receiver with tokens lacks objectId, identifierUri or tenantId'));
}

function deaf(template: Template): readonly Place[] {
  return groupsOf(template)
    .filter(({ body }) => valueAt(body, 'name') === 'ag-tunnelkeeper')
    .filter(
      (one) =>
        !receivers(one).some((receiver) => {
          const uri = valueAt(receiver, 'serviceUri');
          return (
            valueAt(receiver, 'useAadAuth') === true &&
            uri instanceof Unknown &&
            uri.text.startsWith('https://') &&
            uri.text.endsWith('/api/alerts')
          );
        }),
    )
    .map((one) => placeOf(one, 'no receiver calls https://…/api/alerts with a token'));
}

export const signalRules: readonly Rule[] = [
  { name: 'event-types', reason: 'Each event wakes the app.', find: ({ template }) => wrongTypes(template) },
  {
    name: 'event-filters',
    reason:
      'Events of what no site has, and of what the app itself runs on machines, would drown the rest; one that is left out is seen by the sweep alone.',
    find: ({ template }) => unfiltered(template),
  },
  {
    name: 'alerts-common-schema',
    reason: 'The app reads no other.',
    find: ({ template }) => otherSchema(template),
  },
  {
    name: 'alerts-with-token',
    reason: 'Without all three the web hook is called without a token.',
    find: ({ template }) => [...halfTokens(template), ...deaf(template)],
  },
];

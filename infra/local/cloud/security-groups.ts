/** How do network security groups behave, and what do they let through? */
import type { ResourceKind } from './arm-provider.js';
import { contains } from './addresses.js';
import { asList, asRecord, asText, propertiesOf, referenceOf, type Json } from './json.js';
import { networkBody, networkView } from './network-view.js';
import { guid, type Random } from './random.js';
import type { Resource, Resources } from './resources.js';
import { networkRefusal } from './wire.js';
import { resourceType } from './resource-types.js';

/** Security groups: rules are checked for double priorities, a group in use can't be deleted. */
export function securityGroups(resources: Resources, random: Random): ResourceKind {
  return {
    type: resourceType.securityGroup,
    provider: 'Microsoft.Network',
    duration: 'security-group',
    complete({ body, existing }) {
      const sent = asRecord(body['properties']);
      checkPriorities(asList(sent['securityRules']));
      return networkBody(body, {
        resourceGuid: propertiesOf(existing?.body)['resourceGuid'] ?? guid(random),
        securityRules: asList(sent['securityRules']).map((rule) => completeRule(asRecord(rule))),
        defaultSecurityRules: defaultRules,
      });
    },
    checkDeletion({ id }) {
      const user = resources
        .ofType(resourceType.networkInterface)
        .find(
          ({ body }) =>
            referenceOf(propertiesOf(body)['networkSecurityGroup']).toLowerCase() === id.toLowerCase(),
        );
      if (user === undefined) return;
      throw networkRefusal(
        400,
        'InUseNetworkSecurityGroupCannotBeDeleted',
        `Network security group ${id} cannot be deleted because it is in use by the following resources: ${user.id}. ` +
          'In order to delete the Network security group, remove the association with the resources.',
      );
    },
    view: networkView,
    etag: ({ etag }) => etag,
  };
}

function completeRule(rule: Json): Json {
  const lists = {
    sourceAddressPrefixes: [],
    destinationAddressPrefixes: [],
    sourcePortRanges: [],
    destinationPortRanges: [],
  };
  return { name: rule['name'], properties: { ...lists, ...propertiesOf(rule) } };
}

function checkPriorities(rules: readonly unknown[]): void {
  const seen = new Set<string>();
  for (const rule of rules) {
    const { priority, direction } = propertiesOf(rule);
    const key = `${String(direction)} ${String(priority)}`;
    if (seen.has(key)) {
      throw networkRefusal(
        400,
        'SecurityRuleConflict',
        `Security rule ${String(asRecord(rule)['name'])} conflicts with another rule: rules cannot have the same Priority and Direction.`,
      );
    }
    seen.add(key);
  }
}

const fallback = (name: string, priority: number, access: string, source: string): Json => ({
  name,
  properties: {
    description: name,
    protocol: '*',
    sourcePortRange: '*',
    destinationPortRange: '*',
    sourceAddressPrefix: source,
    destinationAddressPrefix: '*',
    access,
    priority,
    direction: 'Inbound',
  },
});

const defaultRules: readonly Json[] = [
  fallback('AllowVnetInBound', 65000, 'Allow', 'VirtualNetwork'),
  fallback('AllowAzureLoadBalancerInBound', 65001, 'Allow', 'AzureLoadBalancer'),
  fallback('DenyAllInBound', 65500, 'Deny', '*'),
];

/** Where the balancer's probes come from (Azure documentation: virtual IP of the platform). */
export const probeAddress = '168.63.129.16';

/** Says whether a group lets a TCP packet in; a group decides by its first rule that fits. */
export function letsIn(group: Resource, sourceIp: string, port: number): boolean {
  const properties = propertiesOf(group.body);
  const rules = [...asList(properties['securityRules']), ...asList(properties['defaultSecurityRules'])]
    .map(propertiesOf)
    .filter(({ direction }) => direction === 'Inbound')
    .sort((one, other) => Number(one['priority']) - Number(other['priority']));
  const first = rules.find((rule) => isTcp(rule) && isFrom(rule, sourceIp) && isTo(rule, port));
  return first?.['access'] === 'Allow';
}

function isTcp({ protocol }: Json): boolean {
  return protocol === '*' || asText(protocol).toLowerCase() === 'tcp';
}

function isFrom(rule: Json, sourceIp: string): boolean {
  return oneOrMany(rule, 'sourceAddressPrefix', 'sourceAddressPrefixes').some((prefix) => {
    if (prefix === '*') return true;
    if (prefix === 'AzureLoadBalancer') return sourceIp === probeAddress;
    // A virtual WAN spoke learns 0.0.0.0/0, which the tag then holds (docs/azure.md).
    if (prefix === 'VirtualNetwork') return sourceIp !== probeAddress;
    return contains(prefix, sourceIp);
  });
}

function isTo(rule: Json, port: number): boolean {
  return oneOrMany(rule, 'destinationPortRange', 'destinationPortRanges').some((range) => {
    if (range === '*') return true;
    const [from = 0, to = from] = range.split('-').map(Number);
    return from <= port && port <= to;
  });
}

function oneOrMany(rule: Json, one: string, many: string): readonly string[] {
  const single = asText(rule[one]);
  return [...(single === '' ? [] : [single]), ...asList(rule[many]).map(String)];
}

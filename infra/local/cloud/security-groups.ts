/** How do network security groups behave on the wire? What they let through is security-rules.ts. */
import { idKey } from './arm-id.js';
import type { ResourceKind } from './arm-provider.js';
import { defaultRules } from './default-security-rules.js';
import { asList, asRecord, asText, propertiesOf, referenceOf, type Json } from './json.js';
import { networkBody, networkView } from './network-view.js';
import { guid, type Random } from './random.js';
import type { Resources } from './resources.js';
import { oneOrMany } from './security-rules.js';
import { isKnownPrefix } from './service-tags.js';
import { networkRefusal } from './wire.js';
import { resourceType } from './resource-types.js';

/** Security groups: rules are checked for double priorities and unknown prefixes, a group in use can't be deleted. */
export function securityGroups(resources: Resources, random: Random): ResourceKind {
  return {
    type: resourceType.securityGroup,
    provider: 'Microsoft.Network',
    duration: 'security-group',
    complete({ body, existing }) {
      const sent = asRecord(body['properties']);
      const rules = asList(sent['securityRules']).map(asRecord);
      checkPriorities(rules);
      for (const rule of rules) checkPrefixes(rule);
      return networkBody(body, {
        resourceGuid: propertiesOf(existing?.body)['resourceGuid'] ?? guid(random),
        securityRules: rules.map(completeRule),
        defaultSecurityRules: defaultRules,
      });
    },
    checkDeletion({ id }) {
      const users = usersOf(resources, id);
      if (users.length === 0) return;
      throw networkRefusal(
        400,
        'InUseNetworkSecurityGroupCannotBeDeleted',
        `Network security group ${id} cannot be deleted because it is in use by the following resources: ${users.join(', ')}. ` +
          'In order to delete the Network security group, remove the association with the resources.',
      );
    },
    view: networkView,
    etag: ({ etag }) => etag,
  };
}

/** Ids of the interfaces and subnets that a group is in force at. */
function usersOf(resources: Resources, groupId: string): readonly string[] {
  const isUsedBy = (user: unknown) =>
    idKey(referenceOf(propertiesOf(user)['networkSecurityGroup'])) === idKey(groupId);
  const interfaces = resources.ofType(resourceType.networkInterface).filter(({ body }) => isUsedBy(body));
  const subnets = resources.ofType(resourceType.virtualNetwork).flatMap(({ id, body }) =>
    asList(propertiesOf(body)['subnets'])
      .filter(isUsedBy)
      .map((subnet) => `${id}/subnets/${asText(asRecord(subnet)['name'])}`),
  );
  return [...interfaces.map(({ id }) => id), ...subnets];
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

function checkPriorities(rules: readonly Json[]): void {
  const seen = new Set<string>();
  for (const rule of rules) {
    const { priority, direction } = propertiesOf(rule);
    const key = `${String(direction)} ${String(priority)}`;
    if (seen.has(key)) {
      throw networkRefusal(
        400,
        'SecurityRuleConflict',
        `Security rule ${String(rule['name'])} conflicts with another rule: rules cannot have the same Priority and Direction.`,
      );
    }
    seen.add(key);
  }
}

/** Code and text as quoted in public issues. Application security groups are none of the local region's. */
function checkPrefixes(rule: Json): void {
  const properties = propertiesOf(rule);
  const groups = ['sourceApplicationSecurityGroups', 'destinationApplicationSecurityGroups'];
  const asked = groups.find((list) => asList(properties[list]).length > 0);
  if (asked !== undefined) {
    throw networkRefusal(
      400,
      'ApplicationSecurityGroupsNotServed',
      `Security rule ${String(rule['name'])} names ${asked}; the local region has no application security groups.`,
    );
  }
  const all = ['source', 'destination'].flatMap((side) =>
    oneOrMany(properties, `${side}AddressPrefix`, `${side}AddressPrefixes`),
  );
  const unknown = all.find((prefix) => !isKnownPrefix(prefix));
  if (unknown === undefined) return;
  throw networkRefusal(
    400,
    'SecurityRuleInvalidAddressPrefix',
    `Security rule has invalid Address prefix. Value provided: ${unknown}`,
  );
}

/** Which packets may reach a gateway? The site's security group. */
import type { NetworkSecurityGroup, SecurityRule } from '@azure/arm-network';
import type { Begun, SecurityGroupIntent } from '../site/intent.js';
import { isMarkedNetdata, netdataPort } from '../site/netdata.js';
import type { ObservedSecurityGroup } from '../site/observed-site.js';
import type { Outcome } from '../site/problem.js';
import { networkClient } from './clients.js';
import { mergeByName } from './merge-by-name.js';
import { commonOf } from './tags.js';
import { writeNetworkResource } from './write-network-resource.js';

const inbound = {
  direction: 'Inbound',
  protocol: 'Tcp',
  sourcePortRange: '*',
  destinationAddressPrefix: '*',
} as const;

/**
 * Lets in the balancer's probe, and clients by their prefixes on the proxy ports. The last rule stands above Azure's
 * defaults, whose tag VirtualNetwork can hold 0.0.0.0/0. Netdata is seen by those who were named, if any were. Nothing is let in from the internet: IKE and NAT-T are
 * begun by the gateway, and their answers belong to flows that the group knows already.
 */
export function securityGroupBody(intent: SecurityGroupIntent): NetworkSecurityGroup {
  const rules: SecurityRule[] = [
    {
      ...inbound,
      name: 'probe',
      priority: 100,
      access: 'Allow',
      sourceAddressPrefix: 'AzureLoadBalancer',
      destinationPortRange: String(intent.probePort),
    },
    {
      ...inbound,
      name: 'clients',
      priority: 200,
      access: 'Allow',
      sourceAddressPrefixes: [...intent.clients],
      destinationPortRanges: intent.proxyPorts.map(String),
    },
    ...netdataRules(intent),
    {
      ...inbound,
      name: 'nothing-else',
      priority: 4096,
      access: 'Deny',
      protocol: '*',
      sourceAddressPrefix: '*',
      destinationPortRange: '*',
    },
  ];
  return { location: intent.placement.region, securityRules: rules };
}

/** Just above the last rule, where rules of others, which may stand already, leave a number free and go first. */
const netdataPriority = 4095;

function netdataRules({ netdataFrom }: SecurityGroupIntent): readonly SecurityRule[] {
  if (netdataFrom === undefined) return [];
  return [
    {
      ...inbound,
      name: 'netdata',
      priority: netdataPriority,
      access: 'Allow',
      sourceAddressPrefixes: [...netdataFrom],
      destinationPortRange: String(netdataPort),
    },
  ];
}

const ruleNames: readonly string[] = ['probe', 'clients', 'netdata', 'nothing-else'];

/** Our rules over a group that stands; rules of others stay. */
export function mergeSecurityGroup(
  existing: NetworkSecurityGroup,
  wanted: NetworkSecurityGroup,
): NetworkSecurityGroup {
  const isOurs = (name: string) => ruleNames.includes(name);
  const securityRules = mergeByName(existing.securityRules, wanted.securityRules, isOurs);
  return { ...existing, ...wanted, securityRules };
}

/** Reads a security group. One whose rules somebody edited has not the configuration that its tag still names. */
export function observedSecurityGroup(found: NetworkSecurityGroup): ObservedSecurityGroup {
  const { config, ...common } = commonOf(found);
  const isTrue = config !== undefined && hasOurRules(found, config);
  return { kind: 'security-group', ...common, ...(isTrue ? { config } : {}) };
}

/** What of our rules is the same for every site. Prefixes and ports are the site's: edits of these alone aren't seen. */
const fixedRules: readonly SecurityRule[] = [
  { name: 'probe', priority: 100, direction: 'Inbound', access: 'Allow', protocol: 'Tcp' },
  { name: 'clients', priority: 200, direction: 'Inbound', access: 'Allow', protocol: 'Tcp' },
  { name: 'nothing-else', priority: 4096, direction: 'Inbound', access: 'Deny', protocol: '*' },
];

/** The same of a site whose Netdata is seen. */
const netdataRule: SecurityRule = {
  name: 'netdata',
  priority: netdataPriority,
  direction: 'Inbound',
  access: 'Allow',
  protocol: 'Tcp',
};

function hasOurRules({ securityRules = [] }: NetworkSecurityGroup, config: string): boolean {
  return [...fixedRules, ...(isMarkedNetdata(config) ? [netdataRule] : [])].every((wanted) =>
    securityRules.some(
      (rule) =>
        rule.name === wanted.name &&
        rule.priority === wanted.priority &&
        rule.direction === wanted.direction &&
        rule.access === wanted.access &&
        rule.protocol?.toLowerCase() === wanted.protocol?.toLowerCase(),
    ),
  );
}

/** Begins to write the site's security group. */
export async function beginPutSecurityGroup(intent: SecurityGroupIntent): Promise<Outcome<Begun>> {
  const { networkSecurityGroups } = await networkClient(intent.placement.subscriptionId);
  const { resourceGroup } = intent.placement;
  return writeNetworkResource(intent, {
    body: securityGroupBody(intent),
    merge: mergeSecurityGroup,
    get: () => networkSecurityGroups.get(resourceGroup, intent.name),
    put: (body, options) =>
      networkSecurityGroups.beginCreateOrUpdate(resourceGroup, intent.name, body, options),
    observe: ({ body }) => ({
      kind: 'security-group',
      name: intent.name,
      id: String(body['id']),
      state: 'changing',
      config: intent.config,
    }),
  });
}

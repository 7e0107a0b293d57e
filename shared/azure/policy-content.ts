/** What will ARM see of a resource that is to be written? Its type and body, as policies judge them. */
import type { ResourceIntent } from '../site/intent.js';
import { alertRuleBody } from './alert-rules.js';
import { loadBalancerBody } from './load-balancers.js';
import { networkInterfaceBody } from './network-interfaces.js';
import { publicIpBody } from './public-ips.js';
import { securityGroupBody } from './security-groups.js';
import { setupBody } from './setups.js';
import type { Deployment } from './settings.js';
import { tagsOf } from './tags.js';
import { virtualMachineBody } from './virtual-machines.js';

/** Content of a resource that isn't there yet. */
export interface PolicyContent {
  /** As on the wire, with its type and name. */
  readonly content: Readonly<Record<string, unknown>>;
  /** Id of the parent of a child. */
  readonly scope?: string;
}

type Body = Readonly<Record<string, unknown>>;

/** What of a resource stands beside its properties. */
const outside = ['location', 'tags', 'sku', 'zones', 'identity', 'id', 'name'];

/** Lists whose elements have properties of their own. */
const childLists = [
  'ipConfigurations',
  'frontendIPConfigurations',
  'backendAddressPools',
  'loadBalancingRules',
  'probes',
  'securityRules',
  'networkInterfaces',
];

/**
 * The contents of an intent: one, but for a machine, whose disk Azure makes by itself and policies judge too
 * (inferred). No script, no custom data and no secret is in it.
 */
export function contentsOf(
  intent: ResourceIntent,
  deployment: Pick<Deployment, 'gatewayIdentityId' | 'sshPublicKey' | 'actionGroupId'>,
): readonly PolicyContent[] {
  const { placement, name } = intent;
  const content = (type: string, body: object): PolicyContent => ({
    content: { type, name, ...onTheWire({ tags: tagsOf(intent), ...body }) },
  });
  switch (intent.kind) {
    case 'security-group':
      return [content('Microsoft.Network/networkSecurityGroups', securityGroupBody(intent))];
    case 'load-balancer':
      return [content('Microsoft.Network/loadBalancers', loadBalancerBody(intent))];
    case 'public-ip':
      return [content('Microsoft.Network/publicIPAddresses', publicIpBody(intent))];
    case 'network-interface':
      return [content('Microsoft.Network/networkInterfaces', networkInterfaceBody(intent))];
    case 'alert-rule':
      return [
        content('Microsoft.Insights/metricAlerts', alertRuleBody(intent, deployment.actionGroupId ?? '')),
      ];
    case 'setup': {
      const { subscriptionId, resourceGroup } = placement;
      const scope = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/virtualMachines/${intent.virtualMachine}`;
      const body = { ...setupBody(intent, '', []), source: undefined, protectedParameters: undefined };
      return [{ ...content('Microsoft.Compute/virtualMachines/runCommands', body), scope }];
    }
    case 'virtual-machine': {
      const body = virtualMachineBody(intent, '', deployment);
      const { location, zones } = body;
      const machine = { ...body, osProfile: { ...body.osProfile, customData: undefined } };
      const disk = { location, zones, sku: { name: 'StandardSSD_LRS' }, osType: 'Linux' };
      return [
        content('Microsoft.Compute/virtualMachines', machine),
        content('Microsoft.Compute/disks', { ...disk, creationData: { createOption: 'FromImage' } }),
      ];
    }
    // A change of a balancer, and a script like the setup.
    case 'pool':
    case 'run':
      return [];
  }
}

/** The SDKs have a resource's properties beside its name; on the wire they stand in `properties`. */
function onTheWire(body: Body): Body {
  const entries = Object.entries(body).filter(([, value]) => value !== undefined);
  const inner = entries
    .filter(([name]) => !outside.includes(name))
    .map(([name, value]) => [name, nested(name, value)] as const);
  return {
    ...Object.fromEntries(entries.filter(([name]) => outside.includes(name))),
    ...(inner.length === 0 ? {} : { properties: Object.fromEntries(inner) }),
  };
}

function nested(name: string, value: unknown): unknown {
  if (Array.isArray(value)) {
    const all: readonly unknown[] = value;
    return childLists.includes(name) ? all.map((one) => onTheWire(asBody(one))) : all;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, nested(key, one)]));
}

function asBody(value: unknown): Body {
  return typeof value === 'object' && value !== null ? (value as Body) : {}; // any object may be read so
}

/** What must one be allowed to do to the things that a written body refers to? By the type that is written. */
import { asList, asRecord, referenceOf, type Json } from './json.js';

/** A reference, and what it needs. */
export interface LinkedReference {
  readonly action: string;
  /** The id that is referred to. */
  readonly scope: string;
}

/** Where a type refers to others: the property, wherever it stands in the body, and what it needs. */
type References = Readonly<Record<string, string>>;

const join = {
  subnet: 'Microsoft.Network/virtualNetworks/subnets/join/action',
  publicIPAddress: 'Microsoft.Network/publicIPAddresses/join/action',
  networkSecurityGroup: 'Microsoft.Network/networkSecurityGroups/join/action',
  backendAddressPool: 'Microsoft.Network/loadBalancers/backendAddressPools/join/action',
  networkInterface: 'Microsoft.Network/networkInterfaces/join/action',
  routeTable: 'Microsoft.Network/routeTables/join/action',
} as const;

/** Members that are addresses of a network, not interfaces. */
const members: References = {
  subnet: join.subnet,
  virtualNetwork: 'Microsoft.Network/virtualNetworks/joinLoadBalancer/action',
};

/**
 * What Azure fills in of the other side, such as a group's interfaces, asks for nothing: it isn't read from a body
 * (inferred). An alert rule needs to read what it watches and whom it tells (documented).
 */
const references: Readonly<Record<string, References>> = {
  'microsoft.network/networkinterfaces': {
    subnet: join.subnet,
    publicIPAddress: join.publicIPAddress,
    networkSecurityGroup: join.networkSecurityGroup,
    loadBalancerBackendAddressPools: join.backendAddressPool,
  },
  'microsoft.network/loadbalancers': { publicIPAddress: join.publicIPAddress, ...members },
  'microsoft.network/loadbalancers/backendaddresspools': members,
  'microsoft.network/virtualnetworks/subnets': {
    networkSecurityGroup: join.networkSecurityGroup,
    routeTable: join.routeTable,
  },
  'microsoft.compute/virtualmachines': { networkInterfaces: join.networkInterface },
};

/** Finds what a body refers to, each thing once. */
export function linkedReferences(type: string, ownId: string, body: Json): readonly LinkedReference[] {
  const key = type.toLowerCase();
  if (key === 'microsoft.insights/metricalerts') return ruleReferences(body);
  const found = Object.entries(references[key] ?? {}).flatMap(([property, action]) =>
    idsUnder(body, property).map((scope) => ({ action, scope })),
  );
  const others = found.filter(({ scope }) => !scope.toLowerCase().startsWith(ownId.toLowerCase()));
  return [...new Map(others.map((one) => [`${one.action} ${one.scope}`.toLowerCase(), one])).values()];
}

/** Ids at every property of a name, be it one reference or a list of them. */
function idsUnder(value: unknown, property: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((one) => idsUnder(one, property));
  return Object.entries(asRecord(value)).flatMap(([name, inner]) => {
    const here = name === property ? [inner, ...asList(inner)].map(referenceOf) : [];
    return [...here.filter((id) => id !== ''), ...idsUnder(inner, property)];
  });
}

function ruleReferences(body: Json): readonly LinkedReference[] {
  const { scopes, actions } = asRecord(body['properties']);
  const watched = asList(scopes).filter((scope) => typeof scope === 'string');
  const told = asList(actions).map((one) => asRecord(one)['actionGroupId']);
  return [
    ...watched.map((scope) => ({ action: `${resourceTypeOf(scope)}/read`, scope })),
    ...told
      .filter((id) => typeof id === 'string')
      .map((scope) => ({ action: 'Microsoft.Insights/actionGroups/read', scope })),
  ];
}

function resourceTypeOf(id: string): string {
  const [, provider = '', ...segments] = /\/providers\/([^/]+)\/(.+)$/i
    .exec(id)
    ?.flatMap((one, index) => (index === 2 ? one.split('/') : [one])) ?? [''];
  return [provider, ...segments.filter((_, index) => index % 2 === 0)].join('/');
}

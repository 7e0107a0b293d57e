/** How does the network provider show a resource? Its ETag and state stand in it and in each of its children. */
import { asList, asRecord, propertiesOf, type Json } from './json.js';
import type { Resource } from './resources.js';

/** Children that stand inside a resource's properties. */
const childLists = [
  'ipConfigurations',
  'frontendIPConfigurations',
  'backendAddressPools',
  'loadBalancingRules',
  'probes',
  'securityRules',
  'defaultSecurityRules',
  'subnets',
  'routes',
] as const;

/** The resource as a read shows it. */
export function networkView(resource: Resource): Json {
  const { id, name, type, etag, state, body } = resource;
  const properties = asRecord(body['properties']);
  const children = childLists.flatMap((list) =>
    properties[list] === undefined
      ? []
      : [
          [
            list,
            asList(properties[list]).map((child) => childView(resource, list, asRecord(child))),
          ] as const,
        ],
  );
  return {
    name,
    id,
    etag,
    type,
    ...body,
    // Last, since clients send back what they read.
    properties: { ...properties, ...Object.fromEntries(children), provisioningState: state },
  };
}

function childView({ id, type, etag, state }: Resource, list: string, child: Json): Json {
  const childId = `${id}/${list}/${String(child['name'])}`;
  return {
    name: child['name'],
    id: childId,
    etag,
    type: `${type}/${list}`,
    ...(child['zones'] === undefined ? {} : { zones: child['zones'] }),
    properties: { ...propertiesOf(child), provisioningState: state },
  };
}

/** What every network resource keeps of a write. */
export function networkBody(sent: Json, properties: Json): Json {
  return {
    location: sent['location'],
    ...(sent['tags'] === undefined ? {} : { tags: sent['tags'] }),
    ...(sent['zones'] === undefined ? {} : { zones: sent['zones'] }),
    // Of an address and of a balancer, which say their tier too (recorded).
    ...(sent['sku'] === undefined ? {} : { sku: { tier: 'Regional', ...asRecord(sent['sku']) } }),
    properties,
  };
}

/** How do route tables behave? */
import type { ResourceKind } from './arm-provider.js';
import { asList, asRecord, asText, propertiesOf, referenceOf, type Json } from './json.js';
import { networkBody, networkView } from './network-view.js';
import { guid, type Random } from './random.js';
import { resourceType } from './resource-types.js';
import type { Resources } from './resources.js';
import { networkRefusal } from './wire.js';

/** Where a route may lead (description of the API). */
const nextHopTypes = ['VirtualNetworkGateway', 'VnetLocal', 'Internet', 'VirtualAppliance', 'None'];

/** Route tables: one that a subnet uses can't be deleted. Routes are written with their table alone. */
export function routeTables(resources: Resources, random: Random): ResourceKind {
  return {
    type: resourceType.routeTable,
    provider: 'Microsoft.Network',
    duration: 'route-table',
    complete({ body, existing }) {
      const sent = asRecord(body['properties']);
      return networkBody(body, {
        disableBgpRoutePropagation: sent['disableBgpRoutePropagation'] ?? false,
        resourceGuid: propertiesOf(existing?.body)['resourceGuid'] ?? guid(random),
        routes: asList(sent['routes']).map((route) => completeRoute(asRecord(route))),
      });
    },
    checkDeletion({ id }) {
      const user = resources.ofType(resourceType.virtualNetwork).flatMap((network) =>
        asList(propertiesOf(network.body)['subnets'])
          .filter((one) => referenceOf(propertiesOf(one)['routeTable']).toLowerCase() === id.toLowerCase())
          .map((one) => `${network.id}/subnets/${asText(asRecord(one)['name'])}`),
      )[0];
      if (user === undefined) return;
      // Its code was seen in client code only; the text is inferred from that of security groups.
      throw networkRefusal(
        400,
        'InUseRouteTableCannotBeDeleted',
        `Route table ${id} is in use and cannot be deleted. It is used by the following resources: ${user}.`,
      );
    },
    view: networkView,
    etag: ({ etag }) => etag,
  };
}

function completeRoute(route: Json): Json {
  const { addressPrefix, nextHopType, nextHopIpAddress } = propertiesOf(route);
  const name = asText(route['name']);
  const wrong = (why: string) => networkRefusal(400, 'InvalidRequestFormat', `Route ${name} ${why}.`);
  if (!nextHopTypes.some((type) => type === nextHopType)) throw wrong('has an invalid next hop type');
  if (nextHopType === 'VirtualAppliance' && asText(nextHopIpAddress) === '') {
    throw wrong('must have a next hop IP address');
  }
  const hop = nextHopIpAddress === undefined ? {} : { nextHopIpAddress };
  return { name, properties: { addressPrefix, nextHopType, ...hop, hasBgpOverride: false } };
}

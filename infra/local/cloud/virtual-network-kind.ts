/** How do virtual networks behave on the wire? Which addresses are taken in them is virtual-networks.ts. */
import type { ResourceKind } from './arm-provider.js';
import { asList, asRecord, asText, propertiesOf, type Json } from './json.js';
import { completeSubnet, inUse, isNamed, peerings, subnetsOfNetwork, userOf } from './network-children.js';
import { networkBody } from './network-view.js';
import { guid, type Random } from './random.js';
import { resourceType } from './resource-types.js';
import type { Resource, Resources } from './resources.js';
import type { Subnets } from './virtual-networks.js';

/** Networks: their subnets are written with them, or one by one; peerings are there from the start. */
export function virtualNetworks(resources: Resources, subnets: Subnets, random: Random): ResourceKind {
  const shownIn = (network: Resource) => asList(propertiesOf(subnets.view(network))['subnets']).map(asRecord);
  return {
    type: resourceType.virtualNetwork,
    provider: 'Microsoft.Network',
    duration: 'virtual-network',
    complete({ id, body, existing }) {
      const sent = asRecord(body['properties']);
      const before = propertiesOf(existing?.body);
      const shown = existing === undefined ? [] : shownIn(existing);
      const wanted = asList(sent['subnets'] ?? before['subnets']).map(asRecord);
      // A write that leaves a subnet out deletes it.
      checkUnused(shown.filter((one) => !wanted.some((kept) => isNamed(kept, asText(one['name'])))));
      return networkBody(body, {
        ...sent,
        resourceGuid: before['resourceGuid'] ?? guid(random),
        subnets: wanted.map((one) => {
          const name = asText(one['name']);
          const found = shown.find((known) => isNamed(known, name));
          return completeSubnet(resources, id, name, found, one);
        }),
        virtualNetworkPeerings: before['virtualNetworkPeerings'] ?? [],
      });
    },
    checkDeletion(network) {
      checkUnused(shownIn(network));
    },
    children: { subnets: subnetsOfNetwork(resources, subnets), virtualNetworkPeerings: peerings },
    view: (network) => subnets.view(network),
    etag: ({ etag }) => etag,
  };
}

/** Throws the refusal of the first subnet that something lies in. */
function checkUnused(subnets: readonly Json[]): void {
  for (const subnet of subnets) {
    const user = userOf(subnet);
    if (user !== undefined) throw inUse(asText(subnet['name']), user);
  }
}

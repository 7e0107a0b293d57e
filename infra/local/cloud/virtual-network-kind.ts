/** How do virtual networks behave on the wire? Which addresses are taken in them is virtual-networks.ts. */
import type { ResourceKind } from './arm-provider.js';
import { asList, asRecord, asText, propertiesOf, referenceOf, without, type Json } from './json.js';
import { inUse, peerings, subnetsOfNetwork } from './network-children.js';
import { networkBody } from './network-view.js';
import { guid, type Random } from './random.js';
import { resourceType } from './resource-types.js';
import type { Resources } from './resources.js';
import type { Subnets } from './virtual-networks.js';

/** Networks: their subnets are written with them, or one by one; peerings are there from the start. */
export function virtualNetworks(resources: Resources, subnets: Subnets, random: Random): ResourceKind {
  return {
    type: resourceType.virtualNetwork,
    provider: 'Microsoft.Network',
    duration: 'virtual-network',
    complete({ body, existing }) {
      const sent = asRecord(body['properties']);
      const before = propertiesOf(existing?.body);
      return networkBody(body, {
        ...sent,
        resourceGuid: before['resourceGuid'] ?? guid(random),
        subnets: asList(sent['subnets'] ?? before['subnets']).map(keptOf),
        virtualNetworkPeerings: before['virtualNetworkPeerings'] ?? [],
      });
    },
    checkDeletion(network) {
      for (const subnet of asList(propertiesOf(subnets.view(network))['subnets'])) {
        const user = referenceOf(asList(propertiesOf(subnet)['ipConfigurations'])[0]);
        if (user !== '') throw inUse(asText(asRecord(subnet)['name']), user);
      }
    },
    children: { subnets: subnetsOfNetwork(resources, subnets), virtualNetworkPeerings: peerings },
    view: (network) => subnets.view(network),
    etag: ({ etag }) => etag,
  };
}

/** What of a subnet is kept: not what Azure shows of it. */
function keptOf(subnet: unknown): Json {
  const shown = ['ipConfigurations', 'provisioningState'];
  return { name: asRecord(subnet)['name'], properties: shown.reduce(without, propertiesOf(subnet)) };
}

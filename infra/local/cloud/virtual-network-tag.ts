/** What does the service tag VirtualNetwork hold for an interface? More than its network, which surprises people. */
import { idKey } from './arm-id.js';
import { asList, asRecord, asText, propertiesOf, referenceOf } from './json.js';
import { resourceType } from './resource-types.js';
import type { Resource, Resources } from './resources.js';
import { probeAddress } from './service-tags.js';

/**
 * The network's address space, that of peered networks and of what is connected by their gateways, the prefixes of
 * user-defined routes, the host's virtual address, and 'it might also contain default routes' (documentation, 'Service
 * tags'). A network whose peering uses a hub's gateways is taken to have learned 0.0.0.0/0 from it, as virtual WAN's
 * hubs announce it once they are secured: the worst that a rule must stand.
 */
export function virtualNetworkPrefixes(resources: Resources, networkInterface: Resource): readonly string[] {
  const network = networkOf(resources, networkInterface);
  if (network === undefined) return [`${probeAddress}/32`];
  const { subnets, virtualNetworkPeerings } = propertiesOf(network.body);
  const routed = asList(subnets).flatMap((subnet) => {
    const table = resources.get(referenceOf(propertiesOf(subnet)['routeTable']));
    return asList(propertiesOf(table?.body)['routes']).map((route) =>
      asText(propertiesOf(route)['addressPrefix']),
    );
  });
  const peered = asList(virtualNetworkPeerings).map(propertiesOf);
  const spaces = peered.flatMap(({ remoteVirtualNetwork }) =>
    addressSpaceOf(resources.get(referenceOf(remoteVirtualNetwork))),
  );
  const learned = peered.some(({ useRemoteGateways }) => useRemoteGateways === true) ? ['0.0.0.0/0'] : [];
  const all = [...addressSpaceOf(network), ...spaces, ...routed, ...learned, `${probeAddress}/32`];
  // Of a route to a service's tag the name stands there, which is no prefix.
  return [...new Set(all)].filter((prefix) => /^\d+(\.\d+){3}/.test(prefix));
}

/** Id of the subnet that an interface lies in. */
function subnetIdOf(networkInterface: Resource): string {
  const [configuration] = asList(propertiesOf(networkInterface.body)['ipConfigurations']);
  return referenceOf(propertiesOf(configuration)['subnet']);
}

/** Settings of the subnet that an interface lies in. */
export function subnetOf(resources: Resources, networkInterface: Resource) {
  const name = subnetIdOf(networkInterface).replace(/^.*\//, '');
  const subnets = asList(propertiesOf(networkOf(resources, networkInterface)?.body)['subnets']).map(asRecord);
  return propertiesOf(subnets.find((subnet) => idKey(asText(subnet['name'])) === idKey(name)));
}

/** Prefix of the subnet that an interface lies in; empty when it lies in none that is known. */
export function subnetPrefixOf(resources: Resources, networkInterface: Resource): string {
  return asText(subnetOf(resources, networkInterface)['addressPrefix']);
}

function networkOf(resources: Resources, networkInterface: Resource): Resource | undefined {
  const found = resources.get(subnetIdOf(networkInterface).replace(/\/subnets\/[^/]+$/i, ''));
  return found?.type === resourceType.virtualNetwork ? found : undefined;
}

function addressSpaceOf(network: Resource | undefined): readonly string[] {
  return asList(asRecord(propertiesOf(network?.body)['addressSpace'])['addressPrefixes']).map(asText);
}

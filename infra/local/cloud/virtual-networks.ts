/** Which subnets are there, and which addresses in them are taken? */
import { idKey, lastName } from './arm-id.js';
import { contains, formatAddress, prefixRange } from './addresses.js';
import { asList, asRecord, asText, propertiesOf, referenceOf, type Json } from './json.js';
import { networkView } from './network-view.js';
import type { Resource, Resources } from './resources.js';
import { networkRefusal, type WireAnswer } from './wire.js';
import { resourceType } from './resource-types.js';

/** An address configuration that lies in a subnet. */
interface Taken {
  readonly configurationId: string;
  readonly address: string;
}

/** Subnets as they fill. */
export class Subnets {
  constructor(private readonly resources: Resources) {}

  /** A network with the configurations that lie in each of its subnets. */
  view(network: Resource): Json {
    const shown = networkView(network);
    const properties = asRecord(shown['properties']);
    const subnets = asList(properties['subnets']).map((subnet) => {
      const { id, ...rest } = asRecord(subnet);
      const taken = this.#taken(asText(id)).map(({ configurationId }) => ({ id: configurationId }));
      const more = taken.length === 0 ? {} : { ipConfigurations: taken };
      return { id, ...rest, properties: { ...propertiesOf(subnet), ...more } };
    });
    return { ...shown, properties: { ...properties, subnets } };
  }

  /** Answers whether an address is free, and names up to five that are. */
  checkAddress(network: Resource, address: string): WireAnswer {
    const subnet = this.#subnetsOf(network).find(({ prefix }) => contains(prefix, address));
    if (subnet === undefined) {
      throw networkRefusal(
        400,
        'PrivateIPAddressNotInAnySubnet',
        `Private static IP address ${address} does not belong to the range of any subnet in the virtual network ${network.id}.`,
      );
    }
    const available = this.#free(subnet).includes(address);
    const more = available ? {} : { availableIPAddresses: this.#free(subnet).slice(0, 5) };
    return { status: 200, body: { available, ...more, isPlatformReserved: false } };
  }

  /**
   * Gives a configuration its address: the one that it has, as long as it stays in its subnet and wants no other; else
   * the one that it wants, or the first that is free. Throws a refusal.
   *
   * @param given addresses that the same write has taken already
   */
  addressFor(wanted: Json, kept: Json, given: readonly string[]): string {
    const [subnetId, keptSubnetId] = [referenceOf(wanted['subnet']), referenceOf(kept['subnet'])];
    const [address, keptAddress] = [asText(wanted['privateIPAddress']), asText(kept['privateIPAddress'])];
    const wantsOther = wanted['privateIPAllocationMethod'] === 'Static' && address !== keptAddress;
    const stays = idKey(subnetId) === idKey(keptSubnetId) && !wantsOther;
    return stays && keptAddress !== '' ? keptAddress : this.#allocate(subnetId, address || undefined, given);
  }

  #allocate(subnetId: string, wanted: string | undefined, alreadyGiven: readonly string[]): string {
    const subnet = this.#find(subnetId);
    const free = this.#free(subnet).filter((address) => !alreadyGiven.includes(address));
    const given = wanted === undefined ? free[0] : free.find((address) => address === wanted);
    if (given !== undefined) return given;
    throw wanted === undefined
      ? networkRefusal(
          400,
          'SubnetIsFull',
          `Subnet ${lastName(subnetId)} with address prefix ${subnet.prefix} does not have enough capacity for 1 IP addresses.`,
        )
      : networkRefusal(
          400,
          'PrivateIPAddressInUse',
          `IP configuration is using the private IP address ${wanted} which is already allocated to another resource.`,
        );
  }

  #find(subnetId: string): { readonly id: string; readonly prefix: string } {
    const networkId = subnetId.replace(/\/subnets\/[^/]+$/i, '');
    const network = this.resources.get(networkId);
    const subnet =
      network === undefined
        ? undefined
        : this.#subnetsOf(network).find(({ id }) => idKey(id) === idKey(subnetId));
    if (subnet === undefined) {
      throw networkRefusal(
        404,
        'InvalidResourceReference',
        `Resource ${subnetId} referenced by resource was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`,
      );
    }
    return subnet;
  }

  #subnetsOf(network: Resource): readonly { readonly id: string; readonly prefix: string }[] {
    return asList(propertiesOf(network.body)['subnets']).map((subnet) => ({
      id: `${network.id}/subnets/${String(asRecord(subnet)['name'])}`,
      prefix: asText(propertiesOf(subnet)['addressPrefix']),
    }));
  }

  /** Azure keeps the first four addresses and the last of a subnet (documentation). */
  #free({ id, prefix }: { readonly id: string; readonly prefix: string }): readonly string[] {
    const { first, size } = prefixRange(prefix);
    const taken = new Set(this.#taken(id).map(({ address }) => address));
    return Array.from({ length: Math.max(0, size - 5) }, (_, index) =>
      formatAddress(first + 4 + index),
    ).filter((address) => !taken.has(address));
  }

  #taken(subnetId: string): readonly Taken[] {
    const lists = [
      [resourceType.networkInterface, 'ipConfigurations'],
      [resourceType.loadBalancer, 'frontendIPConfigurations'],
    ] as const;
    return lists.flatMap(([type, list]) =>
      this.resources.ofType(type).flatMap(({ id, body }) =>
        asList(propertiesOf(body)[list])
          .filter((child) => idKey(referenceOf(propertiesOf(child)['subnet'])) === idKey(subnetId))
          .map((child) => ({
            configurationId: `${id}/${list}/${String(asRecord(child)['name'])}`,
            address: asText(propertiesOf(child)['privateIPAddress']),
          })),
      ),
    );
  }
}

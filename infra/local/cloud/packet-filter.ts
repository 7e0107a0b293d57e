/** Does a packet reach an interface, or leave it? The groups of its subnet and its own, and the flows that they know. */
import { idKey } from './arm-id.js';
import { asText, propertiesOf, referenceOf } from './json.js';
import { addressesOf } from './network-interfaces.js';
import { resourceType } from './resource-types.js';
import type { Resource, Resources } from './resources.js';
import { decide, type Decision, type Packet, type PacketProtocol } from './security-rules.js';
import { isMeant } from './service-tags.js';
import { subnetOf, virtualNetworkPrefixes } from './virtual-network-tag.js';

/** A packet on the internet, to a public address. */
export interface OutsidePacket {
  readonly protocol: PacketProtocol;
  readonly sourceIp: string;
  readonly sourcePort: number;
  readonly publicIp: string;
  readonly destinationPort: number;
}

/** A packet that a machine sends. */
export type SentPacket = Pick<Packet, 'protocol' | 'sourcePort' | 'destinationIp' | 'destinationPort'>;

/** How long a flow without packets is known: the least that a public address can be set to (documentation). */
const flowIdleMs = 4 * 60_000;

/** All interfaces' filters. */
export class PacketFilter {
  /** When a packet of each flow was last seen that was begun inside, in milliseconds since the epoch. */
  readonly #flows = new Map<string, number>();

  constructor(private readonly resources: Resources) {}

  /**
   * Decides on a packet that begins a flow. Inbound the subnet's group is asked first and then the interface's, outbound
   * the other way round; both must let it pass (documentation).
   */
  decide(networkInterface: Resource, packet: Packet): Decision {
    const virtualNetwork = virtualNetworkPrefixes(this.resources, networkInterface);
    const own = this.#group(propertiesOf(networkInterface.body));
    const subnets = this.#group(subnetOf(this.resources, networkInterface));
    const groups = (packet.direction === 'Inbound' ? [subnets, own] : [own, subnets]).filter(
      (group) => group !== undefined,
    );
    const decisions = groups.map((group) => decide(group.body, packet, virtualNetwork));
    const denied = decisions.find(({ access }) => access === 'Deny');
    return denied ?? decisions.at(-1) ?? withoutGroup(packet, virtualNetwork);
  }

  /** A machine sends a packet; what answers a flow that may leave comes in from now on. */
  leave(networkInterface: Resource, sent: SentPacket): Decision {
    const { privateIp } = addressesOf(this.resources, networkInterface);
    const decision = this.decide(networkInterface, { ...sent, direction: 'Outbound', sourceIp: privateIp });
    if (decision.access === 'Allow') this.#flows.set(flowKey(networkInterface, sent), Date.now());
    return decision;
  }

  /**
   * A packet from the internet comes to a public address. A group knows the flows that were begun inside, and lets their
   * answers in whatever its rules say, also after these have changed (documentation: groups are stateful).
   */
  arrive(packet: OutsidePacket): Decision {
    const { protocol, sourceIp, sourcePort, publicIp, destinationPort } = packet;
    const networkInterface = this.#holderOf(publicIp);
    if (networkInterface === undefined) return { access: 'Deny', rule: 'nothing has this address' };
    const begun = {
      protocol,
      sourcePort: destinationPort,
      destinationIp: sourceIp,
      destinationPort: sourcePort,
    };
    const key = flowKey(networkInterface, begun);
    const seenAt = this.#flows.get(key);
    if (seenAt !== undefined && Date.now() - seenAt < flowIdleMs) {
      this.#flows.set(key, Date.now());
      return { access: 'Allow', rule: 'answers a flow that was begun inside' };
    }
    this.#flows.delete(key);
    const { privateIp: destinationIp } = addressesOf(this.resources, networkInterface);
    return this.decide(networkInterface, {
      ...{ direction: 'Inbound', protocol, sourceIp, sourcePort, destinationIp, destinationPort },
    });
  }

  #holderOf(publicIp: string): Resource | undefined {
    const address = this.resources
      .ofType(resourceType.publicIp)
      .find(({ body }) => asText(propertiesOf(body)['ipAddress']) === publicIp);
    const configuration = referenceOf(propertiesOf(address?.body)['ipConfiguration']);
    return this.resources.get(configuration.replace(/\/ipConfigurations\/[^/]+$/i, ''));
  }

  #group(properties: Readonly<Record<string, unknown>>): Resource | undefined {
    return this.resources.get(referenceOf(properties['networkSecurityGroup']));
  }
}

/** Standard public addresses are closed until a group opens them; nothing else is filtered (documentation). */
function withoutGroup({ direction, sourceIp }: Packet, virtualNetwork: readonly string[]): Decision {
  const isFromOutside = direction === 'Inbound' && isMeant('Internet', sourceIp, virtualNetwork);
  return { access: isFromOutside ? 'Deny' : 'Allow', rule: 'no security group' };
}

function flowKey(
  { id }: Resource,
  { protocol, sourcePort, destinationIp, destinationPort }: SentPacket,
): string {
  return `${idKey(id)} ${protocol} ${sourcePort} ${destinationIp}:${destinationPort}`;
}

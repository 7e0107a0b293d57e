/** Does a security group let a packet pass, and which of its rules says so? */
import { defaultRules } from './default-security-rules.js';
import { asList, asRecord, asText, propertiesOf, type Json } from './json.js';
import { isMeant } from './service-tags.js';

/** What rules tell apart. */
export type PacketProtocol = 'Tcp' | 'Udp' | 'Icmp' | 'Esp' | 'Ah';

/** A packet that begins a flow, as the interface sees it: a public address is translated before. */
export interface Packet {
  readonly direction: 'Inbound' | 'Outbound';
  readonly protocol: PacketProtocol;
  readonly sourceIp: string;
  /** 0 where the protocol has no ports; then ranges of ports are not looked at. */
  readonly sourcePort: number;
  readonly destinationIp: string;
  readonly destinationPort: number;
}

/** What becomes of a packet, and which rule says so: by its name, or in words where there is no group. */
export interface Decision {
  readonly access: 'Allow' | 'Deny';
  readonly rule: string;
}

/**
 * Decides by the first rule that fits, in the order of priorities; Azure's own rules come after all that can be written.
 *
 * @param group body of the group
 * @param virtualNetwork what the tag VirtualNetwork holds where the group is in force
 */
export function decide(group: Json, packet: Packet, virtualNetwork: readonly string[]): Decision {
  const first = rulesOf(group).find((rule) => {
    const properties = propertiesOf(rule);
    return properties['direction'] === packet.direction && fits(properties, packet, virtualNetwork);
  });
  // The last of the defaults fits every packet.
  if (first === undefined) throw new Error('No rule fits the packet.');
  return {
    access: asText(propertiesOf(first)['access']).toLowerCase() === 'allow' ? 'Allow' : 'Deny',
    rule: asText(first['name']),
  };
}

/** Rules of a body, which is replaced and never changed, in their order: every probe asks for them. */
const ordered = new WeakMap<Json, readonly Json[]>();

function rulesOf(group: Json): readonly Json[] {
  const known = ordered.get(group);
  if (known !== undefined) return known;
  const written = asList(propertiesOf(group)['securityRules']).map(asRecord);
  const all = [...written, ...defaultRules].sort((one, other) => priorityOf(one) - priorityOf(other));
  ordered.set(group, all);
  return all;
}

function priorityOf(rule: Json): number {
  return Number(propertiesOf(rule)['priority']);
}

function fits(rule: Json, packet: Packet, virtualNetwork: readonly string[]): boolean {
  const isAddress = (name: string, address: string) =>
    oneOrMany(rule, `${name}AddressPrefix`, `${name}AddressPrefixes`).some((prefix) =>
      isMeant(prefix, address, virtualNetwork),
    );
  const isPort = (name: string, port: number) =>
    port === 0 ||
    oneOrMany(rule, `${name}PortRange`, `${name}PortRanges`).some((range) => holds(range, port));
  const protocol = asText(rule['protocol']).toLowerCase();
  return (
    (protocol === '*' || protocol === packet.protocol.toLowerCase()) &&
    isAddress('source', packet.sourceIp) &&
    isAddress('destination', packet.destinationIp) &&
    isPort('source', packet.sourcePort) &&
    isPort('destination', packet.destinationPort)
  );
}

function holds(range: string, port: number): boolean {
  if (range === '*') return true;
  const [from = 0, to = from] = range.split('-').map(Number);
  return from <= port && port <= to;
}

/** Prefixes or ranges of a rule, which are written as one or as a list. */
export function oneOrMany(rule: Json, one: string, many: string): readonly string[] {
  const single = asText(rule[one]);
  return [...(single === '' ? [] : [single]), ...asList(rule[many]).map(String)];
}

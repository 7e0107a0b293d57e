/** Which rules of the kernel do a security group's rules become? Pure: inbound alone, since that is what ours hold. */

/** As much of a security rule as is read, in Azure's words. */
export interface InboundRule {
  readonly name?: string;
  readonly priority: number;
  readonly direction: string;
  readonly access: string;
  readonly protocol: string;
  readonly sourceAddressPrefix?: string;
  readonly sourceAddressPrefixes?: readonly string[];
  readonly destinationPortRange?: string;
  readonly destinationPortRanges?: readonly string[];
}

/**
 * Words of iptables that decide on a packet which begins a flow, the first that fits; the last one drops.
 *
 * @param balancer address that the tag AzureLoadBalancer stands for
 * @throws Error at what the lab doesn't know
 */
export function packetRules(rules: readonly InboundRule[], balancer: string): readonly string[] {
  const inbound = rules.filter(({ direction }) => direction === 'Inbound');
  const ordered = [...inbound].sort((one, other) => one.priority - other.priority);
  return [...ordered.flatMap((rule) => wordsOf(rule, balancer)), '-j DROP'];
}

function wordsOf(rule: InboundRule, balancer: string): readonly string[] {
  const target = rule.access === 'Allow' ? 'ACCEPT' : 'DROP';
  const ports = portsOf(rule);
  const protocol = rule.protocol === '*' ? '' : `-p ${rule.protocol.toLowerCase()} `;
  if (ports !== '' && protocol === '') throw new Error(`${rule.name ?? 'A rule'} has ports and no protocol.`);
  return sourcesOf(rule, balancer).map((source) => `${source}${protocol}${ports}-j ${target}`);
}

function portsOf({ destinationPortRange, destinationPortRanges }: InboundRule): string {
  const ranges = destinationPortRanges ?? [destinationPortRange ?? '*'];
  if (ranges.includes('*')) return '';
  return `-m multiport --dports ${ranges.join(',').replaceAll('-', ':')} `;
}

function sourcesOf(
  { sourceAddressPrefix, sourceAddressPrefixes }: InboundRule,
  balancer: string,
): readonly string[] {
  const sources = sourceAddressPrefixes ?? [sourceAddressPrefix ?? '*'];
  return sources.map((source) => {
    if (source === '*') return '';
    if (source === 'AzureLoadBalancer') return `-s ${balancer} `;
    if (!/^[\d./]+$/.test(source)) throw new Error(`The lab doesn't know the tag ${source}.`);
    return `-s ${source} `;
  });
}

/** What do the rules of a machine do with a packet? Tables and chains, empty after every boot. */
import { readRule, type Rule } from './read-rule.js';

/** A packet where a chain sees it. */
export interface Packet {
  readonly source: string;
  readonly destination: string;
  readonly port: number;
  readonly inDevice?: string;
  readonly outDevice?: string;
  readonly takenByPolicy?: boolean;
}

/** What became of a packet in a chain. */
export type Verdict =
  | { readonly kind: 'passes' }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'redirected'; readonly destination: string };

const builtIn = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'];

/** iptables of one machine since its boot. */
export class Firewall {
  private readonly chains = new Map<string, Rule[]>();

  /** Whether a chain exists. */
  has(table: string, chain: string): boolean {
    return builtIn.includes(chain) || this.chains.has(`${table} ${chain}`);
  }

  newChain(table: string, chain: string): boolean {
    if (this.has(table, chain)) return false;
    this.chains.set(`${table} ${chain}`, []);
    return true;
  }

  flush(table: string, chain: string): boolean {
    if (!this.has(table, chain)) return false;
    this.chains.set(`${table} ${chain}`, []);
    return true;
  }

  contains(table: string, chain: string, words: readonly string[]): boolean {
    return this.rules(table, chain).some((rule) => rule.words.join(' ') === words.join(' '));
  }

  /** A chain's rules as iptables shows them: single addresses as prefixes. */
  list(table: string, chain: string): readonly string[] {
    return this.rules(table, chain).map(({ words }) =>
      `-A ${chain} ${words.join(' ')}`.replace(/ -d ([\d.]+) /, ' -d $1/32 '),
    );
  }

  /** Puts a rule at a place counted from 0, at the end by default. */
  insert(table: string, chain: string, words: readonly string[], at = Infinity): boolean {
    if (!this.has(table, chain)) return false;
    const rules = this.rules(table, chain);
    this.chains.set(`${table} ${chain}`, rules.toSpliced(Math.min(at, rules.length), 0, readRule(words)));
    return true;
  }

  remove(table: string, chain: string, words: readonly string[]): boolean {
    if (!this.contains(table, chain, words)) return false;
    const rules = this.rules(table, chain);
    const at = rules.findIndex((rule) => rule.words.join(' ') === words.join(' '));
    this.chains.set(`${table} ${chain}`, rules.toSpliced(at, 1));
    return true;
  }

  /** The first terminating rule decides; a built-in chain lets pass what no rule decided. */
  judge(table: string, chain: string, packet: Packet): Verdict {
    return this.walk(table, chain, packet) ?? { kind: 'passes' };
  }

  private walk(table: string, chain: string, packet: Packet): Verdict | undefined {
    for (const rule of this.rules(table, chain)) {
      if (!matches(rule, packet)) continue;
      if (rule.target === 'RETURN') return undefined;
      if (rule.target === 'ACCEPT') return { kind: 'passes' };
      if (rule.target === 'DROP' || rule.target === 'REJECT') return { kind: 'dropped' };
      if (rule.target === 'DNAT') return { kind: 'redirected', destination: rule.toDestination ?? '' };
      const inner = this.chains.has(`${table} ${rule.target}`)
        ? this.walk(table, rule.target, packet)
        : undefined;
      if (inner !== undefined) return inner;
    }
    return undefined;
  }

  /** The mark that a new connection gets on its way out by a device; the first one stays. */
  markOn(chain: string, outDevice: string): string | undefined {
    return this.reached('mangle', chain).find(
      (rule) => rule.setMark !== undefined && (rule.outDevice?.pattern ?? outDevice) === outDevice,
    )?.setMark;
  }

  /** Whether packets that arrive at a device get their connection's mark. */
  restoresMarks(chain: string, inDevice: string): boolean {
    return this.reached('mangle', chain).some(
      (rule) => rule.restoresMark === true && (rule.inDevice ?? inDevice) === inDevice,
    );
  }

  /** Rules of a chain and of those that it calls. */
  private reached(table: string, chain: string): readonly Rule[] {
    return this.rules(table, chain).flatMap((rule) =>
      this.chains.has(`${table} ${rule.target}`) ? this.reached(table, rule.target) : [rule],
    );
  }

  private rules(table: string, chain: string): readonly Rule[] {
    return this.chains.get(`${table} ${chain}`) ?? [];
  }
}

function matches(rule: Rule, packet: Packet): boolean {
  const { source, destination, ports, inDevice, outDevice, takenByPolicy } = rule;
  if (source !== undefined && !isWithin(packet.source, source)) return false;
  if (destination !== undefined && !isWithin(packet.destination, destination)) return false;
  if (ports !== undefined && !ports.includes(packet.port)) return false;
  if (inDevice !== undefined && inDevice !== packet.inDevice) return false;
  if (takenByPolicy === true && packet.takenByPolicy !== true) return false;
  if (outDevice === undefined) return true;
  return isNamed(packet.outDevice ?? '', outDevice.pattern) !== outDevice.isNegated;
}

function isNamed(device: string, pattern: string): boolean {
  return pattern.endsWith('+') ? device.startsWith(pattern.slice(0, -1)) : device === pattern;
}

/** Whether an IPv4 address lies within `a.b.c.d/n`, or is `a.b.c.d`. */
export function isWithin(address: string, prefix: string): boolean {
  const [base = '', length = '32'] = prefix.split('/');
  const size = 2 ** (32 - Number(length));
  return Math.floor(asNumber(address) / size) === Math.floor(asNumber(base) / size);
}

function asNumber(address: string): number {
  return address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

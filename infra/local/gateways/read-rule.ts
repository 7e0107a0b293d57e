/** What does an iptables rule match, and what does it do? */
import { ModelGap } from './shell/syntax.js';

/** A rule; what isn't named matches everything. */
export interface Rule {
  /** The words as they were given: `-C` and `-D` find a rule by them. */
  readonly words: readonly string[];
  readonly source?: string;
  readonly destination?: string;
  readonly outDevice?: { readonly pattern: string; readonly isNegated: boolean };
  readonly inDevice?: string;
  readonly ports?: readonly number[];
  /** `-m policy --dir out --pol ipsec`: a packet that an IPsec policy takes. */
  readonly takenByPolicy?: true;
  readonly target: string;
  readonly toDestination?: string;
  /** `-j CONNMARK --set-mark`: value and mask. */
  readonly setMark?: string;
  /** `-j CONNMARK --restore-mark`. */
  readonly restoresMark?: true;
}

/** Options that steer nothing the model looks at, with the number of their arguments. */
const ignored: Readonly<Record<string, number>> = {
  '-m': 1,
  '-p': 1,
  '--tcp-flags': 2,
  '--syn': 0,
  '--dir': 1,
  '--mode': 1,
  '--set-mss': 1,
  '--clamp-mss-to-pmtu': 0,
  '--mark': 1,
  '--save-mark': 0,
  '--nfmask': 1,
  '--ctmask': 1,
  '--ctstate': 1,
  '--comment': 1,
  '--reject-with': 1,
  '--notrack': 0,
  '--to-source': 1,
};

type Draft = { -readonly [Key in keyof Rule]: Rule[Key] };

/** Reads a rule's words; refuses options that the model doesn't know, since they might matter. */
export function readRule(words: readonly string[]): Rule {
  const rule: Draft = { words, target: '' };
  const left = [...words];
  let isNegated = false;
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word === '!') {
      isNegated = true;
      continue;
    }
    const count = ignored[word];
    if (count !== undefined) left.splice(0, count);
    else if (word === '--restore-mark') rule.restoresMark = true;
    else apply(rule, word, left.shift() ?? '', isNegated);
    isNegated = false;
  }
  return rule;
}

function apply(rule: Draft, option: string, value: string, isNegated: boolean): void {
  if (isNegated && option !== '-o') throw new ModelGap(`The model knows no ! ${option} of iptables.`);
  switch (option) {
    case '-s':
      rule.source = value;
      return;
    case '-d':
      rule.destination = value;
      return;
    case '-o':
      rule.outDevice = { pattern: value, isNegated };
      return;
    case '-i':
      rule.inDevice = value;
      return;
    case '--dport':
    case '--dports':
      rule.ports = value.split(',').map(Number);
      return;
    case '--pol':
      if (value !== 'ipsec') throw new ModelGap(`The model knows no --pol ${value}.`);
      rule.takenByPolicy = true;
      return;
    case '-j':
      rule.target = value;
      return;
    case '--set-mark':
      rule.setMark = value;
      return;
    case '--to-destination':
      rule.toDestination = value;
      return;
    default:
      throw new ModelGap(`The model knows no ${option} of iptables.`);
  }
}

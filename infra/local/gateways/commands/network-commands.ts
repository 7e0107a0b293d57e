/** Which commands set rules, routes and devices? */
import type { Firewall } from '../firewall.js';
import { nic } from '../network.js';
import { ModelGap } from '../shell/syntax.js';
import type { Call, Commands } from './command.js';

/** iptables and iproute2. */
export const networkCommands: Commands = {
  iptables: (call) => iptables(call),
  'iptables-restore': ({ machine: { network }, streams }) => {
    let table = '';
    for (const line of streams.input.readAll().split('\n')) {
      const [first = '', chain = '', ...rule] = line.trim().split(/\s+/);
      if (first.startsWith('*')) table = first.slice(1);
      else if (first.startsWith(':')) {
        const named = first.slice(1);
        if (!network.firewall.flush(table, named)) network.firewall.newChain(table, named);
      } else if (first === '-A' || first === '-I' || first === '-D') {
        if (!change(network.firewall, table, first, chain, rule)) return 2;
      } else if (first !== '' && first !== 'COMMIT') throw new ModelGap(`The model cannot restore ${line}.`);
    }
    return 0;
  },
  ip: (call) => {
    const words = call.args.filter((arg) => arg !== '-4' && arg !== '-o');
    const [object = '', verb = '', ...rest] = words;
    if (object === 'route') return route(call, verb, rest);
    if (object === 'rule') return rule(call, verb, rest);
    if (object === 'link') return link(call, verb, rest);
    if (object === 'addr' && verb === 'show') return addresses(call);
    throw new ModelGap(`The model knows no ip ${words.join(' ')}.`);
  },
};

/** Appends a rule, takes it away, or puts it first or at the place counted from 1 that stands before it. */
function change(
  firewall: Firewall,
  table: string,
  option: '-A' | '-I' | '-D',
  chain: string,
  words: readonly string[],
): boolean {
  if (option === '-A') return firewall.insert(table, chain, words);
  if (option === '-D') return firewall.remove(table, chain, words);
  const [place = ''] = words;
  const isPlaced = /^\d+$/.test(place);
  return firewall.insert(table, chain, isPlaced ? words.slice(1) : words, isPlaced ? Number(place) - 1 : 0);
}

const chainOptions = ['-N', '-F', '-A', '-I', '-C', '-D', '-L', '-S', '-P'];

function iptables({ machine: { network }, args, streams }: Call): number {
  const { firewall } = network;
  const words = args.filter((arg) => arg !== '-w' && arg !== '-n');
  const at = words.indexOf('-t');
  const [, table = 'filter'] = at < 0 ? [] : words.splice(at, 2);
  const [option = '', chain = '', ...rule] = words;
  if (!chainOptions.includes(option)) throw new ModelGap(`The model knows no iptables ${args.join(' ')}.`);
  const done = (isDone: boolean, otherwise: string): number => {
    if (!isDone) streams.err(`iptables: ${otherwise}\n`);
    return isDone ? 0 : 1;
  };
  const noChain = 'No chain/target/match by that name.';
  switch (option) {
    case '-N':
      return done(firewall.newChain(table, chain), 'Chain already exists.');
    case '-F':
      return done(firewall.flush(table, chain), noChain);
    case '-L':
      return done(firewall.has(table, chain), noChain);
    case '-S':
      for (const line of firewall.list(table, chain)) streams.out(`${line}\n`);
      return done(firewall.has(table, chain), noChain);
    case '-C':
      return done(
        firewall.contains(table, chain, rule),
        'Bad rule (does a matching rule exist in that chain?).',
      );
    case '-D':
      return done(
        change(firewall, table, option, chain, rule),
        'Bad rule (does a matching rule exist in that chain?).',
      );
    case '-I':
      return done(change(firewall, table, option, chain, rule), noChain);
    case '-P':
      if (rule.join(' ') !== 'ACCEPT') throw new ModelGap(`The model knows no policy ${rule.join(' ')}.`);
      return 0; // built-in chains let pass what no rule decides
    default:
      return done(change(firewall, table, '-A', chain, rule), noChain);
  }
}

function route({ machine: { network }, streams }: Call, verb: string, words: readonly string[]): number {
  const to = words.find((word) => /^\d|^default$/.test(word)) ?? '';
  const device = words[words.indexOf('dev') + 1] ?? '';
  if (verb === 'show') {
    if (to === 'default') streams.out(`default via 10.0.0.1 dev ${nic} proto dhcp metric 100\n`);
    const found = network.routeTo(prefixOf(to));
    if (found !== undefined) streams.out(`${to} dev ${found} scope link\n`);
    if (network.isBlackholed(prefixOf(to))) streams.out(`blackhole ${to} metric 4000\n`);
    return 0;
  }
  if (verb === 'del') return network.deleteRoute(prefixOf(to), words[0] === 'blackhole') ? 0 : 2;
  if (verb !== 'replace' && verb !== 'add') throw new ModelGap(`The model knows no ip route ${verb}.`);
  if (words[0] === 'blackhole') {
    network.addBlackhole(prefixOf(to));
    return 0;
  }
  const table = words[words.indexOf('table') + 1] ?? '';
  const isSet = words.includes('table')
    ? network.setTable(table, device)
    : network.setRoute(prefixOf(to), device);
  if (!isSet) streams.err(`Cannot find device "${device}"\n`);
  return isSet ? 0 : 1;
}

function prefixOf(destination: string): string {
  return destination.includes('/') || destination === 'default' ? destination : `${destination}/32`;
}

function rule({ machine: { network }, streams }: Call, verb: string, words: readonly string[]): number {
  if (verb === 'show') {
    const preference = words[words.indexOf('pref') + 1];
    const isShown = (line: string) => !words.includes('pref') || line.startsWith(`${preference ?? ''}:`);
    streams.out(
      network.policyRules
        .filter(isShown)
        .map((line) => `${line}\n`)
        .join(''),
    );
    return 0;
  }
  if (verb !== 'add') throw new ModelGap(`The model knows no ip rule ${verb}.`);
  const [, preference = '', , mark = '', , table = ''] = words;
  network.policyRules.push(`${preference}:\tfrom all fwmark ${mark} lookup ${table}`);
  return 0;
}

function addresses({ machine: { network }, streams }: Call): number {
  streams.out(`2: ${nic}    inet ${network.privateIp}/24 metric 100 brd 10.0.0.255 scope global ${nic}\n`);
  return 0;
}

function link({ machine: { network }, streams }: Call, verb: string, words: readonly string[]): number {
  const [device = ''] = words.filter((word) => word !== 'dev');
  const exists = network.hasDevice(device);
  if (!exists) streams.err(`Device "${device}" does not exist.\n`);
  else if (verb === 'show') streams.out(`4: ${device}: <UP,LOWER_UP> mtu 1400\n`);
  else if (verb === 'del' || verb === 'delete') network.removeDevice(device);
  else if (verb !== 'set') throw new ModelGap(`The model knows no ip link ${verb}.`);
  return exists ? 0 : 1;
}

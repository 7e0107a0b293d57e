/** Which packets does a security group let pass, and by which rule? */
import { expect, test } from '@jest/globals';
import { decide, type Packet } from '../../../../infra/local/cloud/security-rules.js';

const spoke = ['10.1.0.0/16', '168.63.129.16/32'];

/** A spoke of a hub that announces a default route. */
const captured = [...spoke, '0.0.0.0/0'];

interface Wish {
  readonly priority: number;
  readonly access?: string;
  readonly protocol?: string;
  readonly source?: string | readonly string[];
  readonly destination?: string;
  readonly ports?: string | readonly string[];
}

function rule(name: string, { priority, access = 'Allow', protocol = '*', source = '*', ...more }: Wish) {
  const { destination = '*', ports = '*' } = more;
  return {
    name,
    properties: {
      ...{ priority, access, protocol, direction: 'Inbound', sourcePortRange: '*' },
      destinationAddressPrefix: destination,
      ...(typeof source === 'string' ? { sourceAddressPrefix: source } : { sourceAddressPrefixes: source }),
      ...(typeof ports === 'string' ? { destinationPortRange: ports } : { destinationPortRanges: ports }),
    },
  };
}

function packet(change: Partial<Packet> = {}): Packet {
  return {
    direction: 'Inbound',
    protocol: 'Tcp',
    sourceIp: '198.51.100.7',
    sourcePort: 50_000,
    destinationIp: '10.1.4.4',
    destinationPort: 9400,
    ...change,
  };
}

const proxy = rule('proxy', {
  priority: 200,
  protocol: 'Tcp',
  source: '10.0.0.0/8',
  ports: ['80', '9400-9480'],
});

test.each([
  { when: 'nothing was written and it comes from the internet', rules: [], rule: 'DenyAllInBound' },
  {
    when: 'it comes from the network',
    rules: [],
    change: { sourceIp: '10.1.5.9' },
    rule: 'AllowVnetInBound',
  },
  {
    when: 'it comes from the probes',
    rules: [],
    network: ['10.1.0.0/16'],
    change: { sourceIp: '168.63.129.16' },
    rule: 'AllowAzureLoadBalancerInBound',
  },
  {
    when: 'it comes from the internet and the network has learned a default route',
    rules: [],
    network: captured,
    rule: 'AllowVnetInBound',
  },
  {
    when: 'the internet is denied and the network has learned a default route',
    rules: [rule('no-internet', { priority: 4096, access: 'Deny', source: 'Internet' })],
    network: captured,
    rule: 'no-internet',
  },
  {
    when: 'the internet is denied and it comes from the network',
    rules: [rule('no-internet', { priority: 4096, access: 'Deny', source: 'Internet' })],
    change: { sourceIp: '10.1.5.9' },
    rule: 'AllowVnetInBound',
  },
  {
    when: 'its port is the first of a range',
    rules: [proxy],
    change: { sourceIp: '10.9.9.9' },
    rule: 'proxy',
  },
  {
    when: 'its port is the last of a range',
    rules: [proxy],
    change: { sourceIp: '10.9.9.9', destinationPort: 9480 },
    rule: 'proxy',
  },
  {
    when: 'its port is behind the range',
    rules: [proxy],
    change: { sourceIp: '10.9.9.9', destinationPort: 9481 },
    rule: 'DenyAllInBound',
  },
  {
    when: 'its protocol is another',
    rules: [proxy],
    change: { sourceIp: '10.9.9.9', protocol: 'Udp' as const },
    rule: 'DenyAllInBound',
  },
  {
    when: 'a rule of a lower number denies what another allows',
    rules: [proxy, rule('first', { priority: 199, access: 'Deny', source: ['10.9.0.0/16', '10.8.0.0/16'] })],
    change: { sourceIp: '10.9.9.9' },
    rule: 'first',
  },
  {
    when: 'it is ESP, and a rule with ports allows any protocol',
    rules: [rule('esp', { priority: 100, ports: '500' })],
    change: { protocol: 'Esp' as const, sourcePort: 0, destinationPort: 0 },
    rule: 'esp',
  },
  {
    when: 'it comes from a service that a tag names',
    rules: [rule('storage', { priority: 100, source: 'Storage.WestEurope' })],
    change: { sourceIp: '52.239.1.1' },
    rule: 'storage',
  },
  {
    when: 'it goes to another address than the rule’s',
    rules: [rule('other', { priority: 100, destination: '10.1.4.5' })],
    rule: 'DenyAllInBound',
  },
])('decide says $rule when $when', ({ rules, change = {}, network = spoke, rule: wanted }) => {
  // Against the order of priorities, which alone counts.
  const group = { properties: { securityRules: rules.toReversed() } };
  const access = /^(Deny|no-|first)/.test(wanted) ? 'Deny' : 'Allow';
  expect(decide(group, packet(change), network)).toEqual({ access, rule: wanted });
});

/** Do a security group's rules become the kernel's? */
import { expect, test } from '@jest/globals';
import { packetRules, type InboundRule } from '../../../../infra/local/gateways/real/packet-rules.js';

const aRule: InboundRule = {
  ...{ priority: 100, direction: 'Inbound', access: 'Allow', protocol: 'Tcp' },
  ...{ sourceAddressPrefix: '*', destinationPortRange: '*' },
};

const rulesOf = (...rules: readonly Partial<InboundRule>[]) =>
  packetRules(
    rules.map((rule) => ({ ...aRule, ...rule })),
    '192.0.2.7',
  );

test('the first that fits decides, and what none lets in is dropped', () => {
  expect(
    rulesOf(
      { priority: 300, access: 'Deny', protocol: '*' },
      { priority: 100, sourceAddressPrefix: 'AzureLoadBalancer', destinationPortRange: '8100' },
      {
        ...{ priority: 200, destinationPortRanges: ['80', '9400-9410'] },
        sourceAddressPrefixes: ['10.0.0.0/16', '10.1.0.0/16'],
      },
      { priority: 50, direction: 'Outbound' },
    ),
  ).toEqual([
    '-s 192.0.2.7 -p tcp -m multiport --dports 8100 -j ACCEPT',
    '-s 10.0.0.0/16 -p tcp -m multiport --dports 80,9400:9410 -j ACCEPT',
    '-s 10.1.0.0/16 -p tcp -m multiport --dports 80,9400:9410 -j ACCEPT',
    '-j DROP',
    '-j DROP',
  ]);
});

test.each([
  ['a tag that the lab doesn’t know', { sourceAddressPrefix: 'AzureMonitor' }, 'AzureMonitor'],
  [
    'ports without a protocol',
    { name: 'odd', protocol: '*', destinationPortRange: '22' },
    'odd has ports and no protocol',
  ],
])('%s is refused', (_, rule, because) => {
  expect(() => rulesOf(rule)).toThrow(because);
});
